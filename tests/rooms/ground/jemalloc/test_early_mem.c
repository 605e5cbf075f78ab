/* SPDX-License-Identifier: MIT */
/* test_early_mem.c - the place of the first records: what it hands out, and what is used again. */
#include "support/cmocka_all.h"

#include "ground/jemalloc/early_mem.h"

#include <stdint.h>
#include <string.h>

#define TOO_MUCH ((size_t)1 << 30)

static bool is_zero(const char *ptr, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (ptr[i])
			return false;
	return true;
}

/* A record that is written to. */
static char *take(size_t size)
{
	char *ptr = pcpu_early_zalloc(size);

	assert_non_null(ptr);
	assert_true(is_zero(ptr, size));
	memset(ptr, 0xa5, size);
	return ptr;
}

static void give_back(char *ptr, size_t size)
{
	assert_true(pcpu_early_free(ptr, size));
}

static void records_are_aligned_and_apart(void **state)
{
	static const size_t sizes[] = {1, 16, 17, 63, 64, 65, 1000, 4096, 3, 64};
	char *records[ARRAY_SIZE(sizes)];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		records[i] = take(sizes[i]);
		assert_int_equal((uintptr_t)records[i] % (sizes[i] < 64 ? 16 : 64), 0);
		assert_true(i == 0 || records[i] >= records[i - 1] + sizes[i - 1]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		give_back(records[i], sizes[i]);
}

static void last_record_is_used_again_and_zero_again(void **state)
{
	char *first = take(100), *last = take(1000);

	(void)state;
	give_back(last, 1000);
	assert_ptr_equal(take(2000), last);
	give_back(last, 2000);
	give_back(first, 100);
}

static void all_is_used_again_when_all_has_been_given_back(void **state)
{
	char *first = take(100), *second = take(200);

	(void)state;
	give_back(first, 100);
	assert_true(take(50) > second);
	give_back(second, 200);
	assert_true(pcpu_early_free(second + 256, 50));
	assert_int_equal(pcpu_early_allocated(), 0);
	assert_ptr_equal(take(100), first);
	give_back(first, 100);
}

static void what_there_is_no_room_for_is_refused_and_the_rest_is_not(void **state)
{
	size_t taken = 0;
	char *first = take(64), *ptr;

	(void)state;
	assert_null(pcpu_early_zalloc(TOO_MUCH));
	assert_null(pcpu_early_zalloc(PTRDIFF_MAX));
	while ((ptr = pcpu_early_zalloc(4096)) != NULL) {
		assert_true(is_zero(ptr, 4096));
		taken++;
	}
	assert_true(taken > 16);
	assert_int_equal(pcpu_early_allocated(), 64 + taken * 4096);
	assert_null(pcpu_early_zalloc(4096));
	for (size_t i = 0; i < taken; i++)
		give_back(first + 64 + i * 4096, 4096);
	give_back(first, 64);
	assert_ptr_equal(take(8192), first);
	give_back(first, 8192);
}

static void records_of_others_are_not_taken(void **state)
{
	char other, *first = take(16);

	(void)state;
	assert_false(pcpu_early_free(&other, 1));
	assert_false(pcpu_early_free(first - 64, 16));
	assert_false(pcpu_early_free(first + TOO_MUCH, 16));
	assert_int_equal(pcpu_early_allocated(), 16);
	give_back(first, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_aligned_and_apart),
		cmocka_unit_test(last_record_is_used_again_and_zero_again),
		cmocka_unit_test(all_is_used_again_when_all_has_been_given_back),
		cmocka_unit_test(what_there_is_no_room_for_is_refused_and_the_rest_is_not),
		cmocka_unit_test(records_of_others_are_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
