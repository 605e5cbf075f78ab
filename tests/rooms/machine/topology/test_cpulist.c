/* SPDX-License-Identifier: MIT */
/* test_cpulist.c - the kernel's way to write down a set of CPUs, read. */
#include "support/cmocka_all.h"

#include "ground/bitmap.h"
#include "ground/layout.h"
#include "machine/topology/cpulist.h"

#include <errno.h>
#include <stdio.h>

/* The numbers of @list, which ends at -1, and no others have their bits. */
static void assert_reads(const char *text, int end, const int *list)
{
	unsigned long bits[PCPU_BITS_TO_LONGS(PCPU_NR_CPUS)] = {0};
	unsigned int nr = 0;

	assert_int_equal(pcpu_parse_cpulist(text, bits), end);
	for (; list[nr] >= 0; nr++)
		assert_true(pcpu_test_bit((unsigned int)list[nr], bits));
	assert_int_equal(pcpu_bitmap_weight(bits, PCPU_NR_CPUS), nr);
}

static void empty_list_has_no_numbers(void **state)
{
	static const int none[] = {-1};

	(void)state;
	assert_reads("", 0, none);
	assert_reads("\n", 0, none);
}

static void list_has_its_numbers_and_ranges(void **state)
{
	static const int zero[] = {0, -1}, range[] = {0, 1, 2, 3, -1},
			 mixed[] = {0, 1, 2, 3, 8, 10, 11, -1}, backwards[] = {9, 2, 3, -1};

	(void)state;
	assert_reads("0", 1, zero);
	assert_reads("0-3\n", 4, range);
	assert_reads("0-3,8,10-11\n", 12, mixed);
	assert_reads("9,2-3\n", 10, backwards);
}

static void highest_number_is_told_without_bits(void **state)
{
	(void)state;
	assert_int_equal(pcpu_parse_cpulist("0-3,8,10-11\n", NULL), 12);
	assert_int_equal(pcpu_parse_cpulist("7,1\n", NULL), 8);
}

static void what_is_behind_the_line_is_not_read(void **state)
{
	(void)state;
	assert_int_equal(pcpu_parse_cpulist("0-3\n8,x", NULL), 4);
}

static void what_is_no_list_is_refused(void **state)
{
	static const char *const wrong[] = {
		"x", "0x3", "-",    "-3",  "3-",    "0-\n", "5-3",
		",", ",3",  "0,,1", "0 1", "0-1-2", "0;1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		if (pcpu_parse_cpulist(wrong[i], NULL) != -EINVAL)
			fail_msg("\"%s\" is read as a list", wrong[i]);
}

static void numbers_up_to_the_largest_and_no_further_are_read(void **state)
{
	char text[64];

	(void)state;
	snprintf(text, sizeof(text), "%d\n", PCPU_NR_CPUS - 1);
	assert_int_equal(pcpu_parse_cpulist(text, NULL), PCPU_NR_CPUS);
	snprintf(text, sizeof(text), "%d\n", PCPU_NR_CPUS);
	assert_int_equal(pcpu_parse_cpulist(text, NULL), -EINVAL);
	snprintf(text, sizeof(text), "0-%d\n", PCPU_NR_CPUS);
	assert_int_equal(pcpu_parse_cpulist(text, NULL), -EINVAL);
	/* which a 32-bit number would hold as 1 */
	assert_int_equal(pcpu_parse_cpulist("4294967297\n", NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_list_has_no_numbers),
		cmocka_unit_test(list_has_its_numbers_and_ranges),
		cmocka_unit_test(highest_number_is_told_without_bits),
		cmocka_unit_test(what_is_behind_the_line_is_not_read),
		cmocka_unit_test(what_is_no_list_is_refused),
		cmocka_unit_test(numbers_up_to_the_largest_and_no_further_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
