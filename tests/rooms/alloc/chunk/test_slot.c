/* SPDX-License-Identifier: MIT */
/* test_slot.c - the slot of a size and of a chunk, against tables of the kernel's */
#include "support/cmocka_all.h"

#include <limits.h>

#include "alloc/chunk/slot.h"

#include <percpu/kernel/math.h>

static void slot_of_every_size_matches_the_table(void **state)
{
	static const struct {
		int first, last, slot;
	} rows[] = {
		{0, 15, 1},         {16, 31, 2},         {32, 63, 3},       {64, 127, 4},
		{128, 255, 5},      {256, 511, 6},       {512, 1023, 7},    {1024, 2047, 8},
		{2048, 4095, 9},    {4096, 8191, 10},    {8192, 16383, 11}, {16384, 32767, 12},
		{32768, 65535, 13}, {65536, 131071, 14},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (int size = rows[i].first; size <= rows[i].last; size++)
			if (__pcpu_size_to_slot(size) != rows[i].slot)
				fail_msg("row %d - %d: size %d has slot %d, expected %d",
					 rows[i].first, rows[i].last, size,
					 __pcpu_size_to_slot(size), rows[i].slot);
}

/* As the kernel's fls(): the highest bit has the number 32, and 0 gives 0. */
static void fls_counts_from_one(void **state)
{
	static const struct {
		unsigned int x;
		int fls;
	} rows[] = {
		{0, 0},      {1, 1},      {8, 4},        {15, 4},           {16, 5},
		{63, 6},     {64, 7},     {4095, 12},    {4096, 13},        {0x8000, 16},
		{65535, 16}, {65536, 17}, {INT_MAX, 31}, {0x80000000u, 32},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (fls(rows[i].x) != rows[i].fls)
			fail_msg("fls(%u) is %d, expected %d", rows[i].x, fls(rows[i].x),
				 rows[i].fls);
}

static void slots_of_every_unit_size_match_the_table(void **state)
{
	static const struct {
		int unit_size, by_formula, count, last, below;
	} rows[] = {
		{32768, 13, 15, 14, 12},  {36864, 13, 15, 14, 13},   {65536, 14, 16, 15, 13},
		{110592, 14, 16, 15, 14}, {131072, 15, 17, 16, 14},  {262144, 16, 18, 17, 15},
		{524288, 17, 19, 18, 16}, {1048576, 18, 20, 19, 17}, {2097152, 19, 21, 20, 18},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int unit_size = rows[i].unit_size;

		if (__pcpu_size_to_slot(unit_size) != rows[i].by_formula)
			fail_msg("unit_size %d: by formula", unit_size);
		if (pcpu_slot_count(unit_size) != rows[i].count)
			fail_msg("unit_size %d: count", unit_size);
		if (pcpu_size_to_slot(unit_size, unit_size) != rows[i].last)
			fail_msg("unit_size %d: last slot", unit_size);
		if (pcpu_size_to_slot(unit_size - 1, unit_size) != rows[i].below)
			fail_msg("unit_size %d: slot of unit_size - 1", unit_size);
	}
}

static void chunk_with_less_than_four_bytes_is_full(void **state)
{
	(void)state;
	assert_int_equal(pcpu_slot_of(0, 0, 32768), 0);
	assert_int_equal(pcpu_slot_of(3, 3, 32768), 0);
	assert_int_equal(pcpu_slot_of(3, 13, 32768), 0);
	assert_int_equal(pcpu_slot_of(4, 4, 32768), 1);
}

/* Many small free areas, none of which is worth looking for. */
static void chunk_with_a_hint_below_four_is_full(void **state)
{
	(void)state;
	assert_int_equal(pcpu_slot_of(1000, 3, 32768), 0);
	assert_int_equal(pcpu_slot_of(1000, 4, 32768), 7);
}

static void chunk_slot_goes_by_free_size_not_by_hint(void **state)
{
	(void)state;
	assert_int_equal(pcpu_slot_of(28556, 24576, 32768), 12);
	assert_int_equal(pcpu_slot_of(52, 84, 32768), 3);
}

static void last_slot_holds_wholly_free_chunks_only(void **state)
{
	const int unit_size = 40960, last = pcpu_slot_count(unit_size) - 1;

	(void)state;
	assert_int_equal(pcpu_slot_of(unit_size, unit_size, unit_size), last);
	for (int size = 0; size < unit_size; size++)
		assert_true(pcpu_slot_of(size, size, unit_size) < last);
}

/* What lets a search start at the slot of the wanted size. */
static void no_lower_slot_can_serve_a_size(void **state)
{
	const int unit_size = 36864;

	(void)state;
	for (int size = 1; size < unit_size; size++)
		for (int more = size; more <= unit_size; more += 1 + more / 8)
			assert_true(pcpu_size_to_slot(more, unit_size) >=
				    pcpu_size_to_slot(size, unit_size));
}

/* Chunk A has 100 bytes free, chunk B 5000. */
static void search_starts_where_the_choice_of_chunk_vectors_say(void **state)
{
	(void)state;
	assert_int_equal(pcpu_slot_of(100, 100, 32768), 4);
	assert_int_equal(pcpu_slot_of(5000, 5000, 32768), 10);
	assert_int_equal(pcpu_size_to_slot(64, 32768), 4);
	assert_int_equal(pcpu_size_to_slot(120, 32768), 4);
	assert_int_equal(pcpu_size_to_slot(200, 32768), 5);
	assert_int_equal(pcpu_size_to_slot(6000, 32768), 10);
}

/* Example A of test_alloc_info.c. */
static void first_chunk_of_example_a_is_in_slot_12_of_19(void **state)
{
	(void)state;
	assert_int_equal(pcpu_slot_of(22080, 22080, 524288), 12);
	assert_int_equal(pcpu_slot_count(524288), 19);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slot_of_every_size_matches_the_table),
		cmocka_unit_test(fls_counts_from_one),
		cmocka_unit_test(slots_of_every_unit_size_match_the_table),
		cmocka_unit_test(chunk_with_less_than_four_bytes_is_full),
		cmocka_unit_test(chunk_with_a_hint_below_four_is_full),
		cmocka_unit_test(chunk_slot_goes_by_free_size_not_by_hint),
		cmocka_unit_test(last_slot_holds_wholly_free_chunks_only),
		cmocka_unit_test(no_lower_slot_can_serve_a_size),
		cmocka_unit_test(search_starts_where_the_choice_of_chunk_vectors_say),
		cmocka_unit_test(first_chunk_of_example_a_is_in_slot_12_of_19),
	};

	return cmocka_run_group_tests_name("slot", tests, NULL, NULL);
}
