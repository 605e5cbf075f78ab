/* SPDX-License-Identifier: MIT */
/* test_bitmap.c - bitmaps against plain arrays. */
#include "support/cmocka_all.h"
#include "support/random.h"

#include "ground/bitmap.h"

#include <string.h>

#define BITS 200
#define WORDS PCPU_BITS_TO_LONGS(BITS)

static void number_of_words_overflows_for_no_number_of_bits(void **state)
{
	(void)state;
	assert_int_equal(PCPU_BITS_TO_LONGS(0u), 0);
	assert_int_equal(PCPU_BITS_TO_LONGS(1u), 1);
	assert_int_equal(PCPU_BITS_TO_LONGS(64u), 1);
	assert_int_equal(PCPU_BITS_TO_LONGS(65u), 2);
	assert_int_equal(PCPU_BITS_TO_LONGS(UINT_MAX), (1u << 26));
}

static void bit_that_is_set_or_cleared_is_the_only_one(void **state)
{
	(void)state;
	for (unsigned int nr = 0; nr < BITS; nr++) {
		unsigned long bitmap[WORDS] = {0};

		pcpu_set_bit(nr, bitmap);
		for (unsigned int i = 0; i < BITS; i++)
			assert_int_equal(pcpu_test_bit(i, bitmap), i == nr);
		memset(bitmap, 0xff, sizeof(bitmap));
		pcpu_clear_bit(nr, bitmap);
		for (unsigned int i = 0; i < BITS; i++)
			assert_int_equal(pcpu_test_bit(i, bitmap), i != nr);
	}
}

static void first_bits_that_are_set_are_those_below_the_number(void **state)
{
	(void)state;
	for (unsigned int nr = 0; nr <= BITS; nr++) {
		unsigned long bitmap[WORDS] = {0};

		pcpu_set_first_bits(bitmap, nr);
		for (unsigned int i = 0; i < WORDS * PCPU_BITS_PER_LONG; i++)
			assert_int_equal(pcpu_test_bit(i, bitmap), i < nr);
		pcpu_set_first_bits(bitmap, nr / 2);
		assert_int_equal(pcpu_bitmap_weight(bitmap, BITS), nr);
	}
}

/* Bits behind @size are set as often as those before it. */
static void compare(const unsigned long *bitmap, unsigned int size)
{
	unsigned int next = size, weight = 0;

	assert_int_equal(pcpu_find_next_bit(bitmap, size, size), size);
	for (unsigned int from = size; from-- > 0;) {
		if (pcpu_test_bit(from, bitmap)) {
			next = from;
			weight++;
		}
		assert_int_equal(pcpu_find_next_bit(bitmap, size, from), next);
	}
	assert_int_equal(pcpu_bitmap_weight(bitmap, size), weight);
}

static void next_bit_and_weight_are_those_below_the_length(void **state)
{
	struct random random = random_from(1);

	(void)state;
	for (unsigned int size = 0; size <= BITS; size++) {
		unsigned long bitmap[WORDS];

		for (unsigned int i = 0; i < WORDS; i++)
			bitmap[i] =
				random_next(&random) & random_next(&random) & random_next(&random);
		compare(bitmap, size);
		memset(bitmap, 0, sizeof(bitmap));
		compare(bitmap, size);
		memset(bitmap, 0xff, sizeof(bitmap));
		compare(bitmap, size);
	}
}

static void search_that_starts_beyond_the_length_ends_at_it(void **state)
{
	const unsigned long bitmap[WORDS] = {~0UL, ~0UL, ~0UL, ~0UL};

	(void)state;
	assert_int_equal(pcpu_find_next_bit(bitmap, 10, 10), 10);
	assert_int_equal(pcpu_find_next_bit(bitmap, 10, 11), 10);
	assert_int_equal(pcpu_find_next_bit(bitmap, 10, UINT_MAX), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_of_words_overflows_for_no_number_of_bits),
		cmocka_unit_test(bit_that_is_set_or_cleared_is_the_only_one),
		cmocka_unit_test(first_bits_that_are_set_are_those_below_the_number),
		cmocka_unit_test(next_bit_and_weight_are_those_below_the_length),
		cmocka_unit_test(search_that_starts_beyond_the_length_ends_at_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
