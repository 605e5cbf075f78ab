/* SPDX-License-Identifier: MIT */
/* test_symbol.c - the names of addresses, for messages. */
#include "support/cmocka_all.h"

#include "ground/symbol.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

static void function_of_a_library_has_its_name_and_its_file(void **state)
{
	const char *function = dlsym(RTLD_DEFAULT, "getppid");
	char text[PCPU_SYMBOL_MAX];

	(void)state;
	assert_non_null(function);
	pcpu_symbol_describe(function + 1, text);
	assert_non_null(strstr(text, "getppid+0x1 of "));
	assert_non_null(strstr(text, "libc"));
}

/* Not exported by this program, so that the dynamic linker does not know it. */
static int here(void)
{
	return 1;
}

static void function_without_a_name_has_its_place_in_the_file(void **state)
{
	char text[PCPU_SYMBOL_MAX], place[32];
	Dl_info info;

	(void)state;
	assert_int_not_equal(dladdr((void *)here, &info), 0);
	pcpu_symbol_describe((void *)here, text);
	snprintf(place, sizeof(place), "test_symbol+%#lx",
		 (unsigned long)((const char *)here - (const char *)info.dli_fbase));
	assert_non_null(strstr(text, place));
	assert_null(strstr(text, " of "));
}

static void address_in_no_file_is_given_as_it_is(void **state)
{
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char text[PCPU_SYMBOL_MAX], number[32];

	(void)state;
	assert_ptr_not_equal(page, MAP_FAILED);
	pcpu_symbol_describe(page, text);
	snprintf(number, sizeof(number), "%p", page);
	assert_string_equal(text, number);
	munmap(page, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(function_of_a_library_has_its_name_and_its_file),
		cmocka_unit_test(function_without_a_name_has_its_place_in_the_file),
		cmocka_unit_test(address_in_no_file_is_given_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
