/* SPDX-License-Identifier: MIT */
/* test_bitmap.c - percpu/bitmap.h beside sets, in C and C++, and with PERCPU_UP. */
#include "model.h"

#include <percpu/bitmap.h>

#include <stdlib.h>

/* Lengths around the ends of words, and long ones. */
static const unsigned int lengths[] = {0,   1,    2,    31,   32,   33,   63,   64,
				       65,  95,   127,  128,  129,  191,  255,  256,
				       257, 1000, 1024, 4095, 4096, 4097, 8191, 8192};
#define ROUNDS 12

static struct model a, b, c, to;
static bool set[MODEL_MAX];
static unsigned int nbits;

static void make_all(void)
{
	model_make(&a, nbits);
	model_make(&b, nbits);
	model_make(&c, nbits);
	model_make(&to, nbits);
}

#define FOR_EACH_LENGTH                                                                            \
	for (size_t length_ = 0; length_ < ARRAY_SIZE(lengths); length_++)                         \
		for (int round_ = 0; round_ < ROUNDS && (nbits = lengths[length_], make_all(), 1); \
		     round_++)

#define expect(condition)                                           \
	do {                                                        \
		if (!(condition))                                   \
			fail_msg("%u bits: %s", nbits, #condition); \
	} while (0)

static void whole_bitmaps_are_combined(void **state)
{
	(void)state;
	FOR_EACH_LENGTH
	{
		bitmap_copy(to.bits, a.bits, nbits);
		model_combine(to.has, MODEL_A, a.has, b.has);
		expect(model_agrees(&to, nbits));
		bitmap_complement(to.bits, a.bits, nbits);
		model_combine(to.has, MODEL_NOT, a.has, b.has);
		expect(model_agrees(&to, nbits));
		model_combine(to.has, MODEL_AND, a.has, b.has);
		expect(bitmap_and(to.bits, a.bits, b.bits, nbits) ==
		       (model_weight(to.has, nbits) > 0));
		expect(model_agrees(&to, nbits));
		model_combine(to.has, MODEL_ANDNOT, a.has, b.has);
		expect(bitmap_andnot(to.bits, a.bits, b.bits, nbits) ==
		       (model_weight(to.has, nbits) > 0));
		expect(model_agrees(&to, nbits));
		bitmap_or(to.bits, a.bits, b.bits, nbits);
		model_combine(to.has, MODEL_OR, a.has, b.has);
		expect(model_agrees(&to, nbits));
		bitmap_xor(to.bits, a.bits, b.bits, nbits);
		model_combine(to.has, MODEL_XOR, a.has, b.has);
		expect(model_agrees(&to, nbits));
	}
}

static void destination_may_be_a_source(void **state)
{
	(void)state;
	FOR_EACH_LENGTH
	{
		model_combine(to.has, MODEL_ANDNOT, a.has, b.has);
		memcpy(to.bits, b.bits, sizeof(to.bits));
		bitmap_andnot(to.bits, a.bits, to.bits, nbits);
		expect(model_agrees(&to, nbits));
		model_combine(a.has, MODEL_XOR, a.has, b.has);
		bitmap_xor(a.bits, a.bits, b.bits, nbits);
		expect(model_agrees(&a, nbits));
		bitmap_complement(a.bits, a.bits, nbits);
		model_combine(a.has, MODEL_NOT, a.has, a.has);
		expect(model_agrees(&a, nbits));
	}
}

static void all_and_none_are_made_and_known(void **state)
{
	(void)state;
	FOR_EACH_LENGTH
	{
		expect(bitmap_empty(a.bits, nbits) == (model_weight(a.has, nbits) == 0));
		expect(bitmap_full(a.bits, nbits) == (model_weight(a.has, nbits) == nbits));
		bitmap_fill(a.bits, nbits);
		memset(a.has, 1, sizeof(a.has));
		expect(model_agrees(&a, nbits) && bitmap_full(a.bits, nbits));
		bitmap_zero(a.bits, nbits);
		memset(a.has, 0, sizeof(a.has));
		expect(model_agrees(&a, nbits) && bitmap_empty(a.bits, nbits));
		if (nbits) {
			set_bit(nbits - 1, a.bits);
			expect(!bitmap_empty(a.bits, nbits) && bitmap_empty(a.bits, nbits - 1));
		}
	}
}

static void sets_are_compared(void **state)
{
	(void)state;
	FOR_EACH_LENGTH
	{
		model_combine(set, MODEL_XOR, a.has, b.has);
		expect(bitmap_equal(a.bits, b.bits, nbits) == (model_weight(set, nbits) == 0));
		model_combine(set, MODEL_AND, a.has, b.has);
		expect(bitmap_intersects(a.bits, b.bits, nbits) == (model_weight(set, nbits) > 0));
		expect(bitmap_weight_and(a.bits, b.bits, nbits) == model_weight(set, nbits));
		model_combine(set, MODEL_ANDNOT, a.has, b.has);
		expect(bitmap_subset(a.bits, b.bits, nbits) == (model_weight(set, nbits) == 0));
		expect(bitmap_weight_andnot(a.bits, b.bits, nbits) == model_weight(set, nbits));
		expect(bitmap_weight(a.bits, nbits) == model_weight(a.has, nbits));
		model_combine(set, MODEL_OR, a.has, b.has);
		model_combine(set, MODEL_XOR, set, c.has);
		expect(bitmap_or_equal(a.bits, b.bits, c.bits, nbits) ==
		       (model_weight(set, nbits) == 0));
		bitmap_or(c.bits, a.bits, b.bits, nbits);
		expect(bitmap_or_equal(a.bits, b.bits, c.bits, nbits));
		expect(bitmap_subset(a.bits, c.bits, nbits));
		if (nbits) { /* one bit is a difference */
			const unsigned int bit =
				(unsigned int)random_below(&model_random, (int)nbits);

			memcpy(c.bits, a.bits, sizeof(c.bits));
			expect(bitmap_equal(a.bits, c.bits, nbits));
			change_bit(bit, c.bits);
			expect(!bitmap_equal(a.bits, c.bits, nbits));
			expect(bitmap_subset(a.bits, c.bits, nbits) == test_bit(bit, c.bits));
		}
	}
}

static void bits_are_shifted(void **state)
{
	(void)state;
	FOR_EACH_LENGTH
	{
		static const unsigned int usual[] = {0, 1, 63, 64, 65, 128, 4000, 1u << 31, ~0u};
		const unsigned int n =
			round_ % 2 ? usual[random_below(&model_random, 9)]
				   : (unsigned int)random_below(&model_random, (int)nbits + 70);

		for (unsigned int bit = 0; bit < nbits; bit++)
			to.has[bit] = n < nbits - bit && a.has[bit + n];
		bitmap_shift_right(to.bits, a.bits, n, nbits);
		expect(model_agrees(&to, nbits));
		for (unsigned int bit = 0; bit < nbits; bit++)
			to.has[bit] = bit >= n && a.has[bit - n];
		bitmap_shift_left(to.bits, a.bits, n, nbits);
		expect(model_agrees(&to, nbits));
		/* in place */
		memcpy(to.bits, a.bits, sizeof(to.bits));
		bitmap_shift_left(to.bits, to.bits, n, nbits);
		expect(model_agrees(&to, nbits));
		for (unsigned int bit = 0; bit < nbits; bit++)
			a.has[bit] = n < nbits - bit && a.has[bit + n];
		bitmap_shift_right(a.bits, a.bits, n, nbits);
		expect(model_agrees(&a, nbits));
	}
}

static void ranges_are_set_and_cleared(void **state)
{
	(void)state;
	FOR_EACH_LENGTH
	{
		const unsigned int start =
			(unsigned int)random_below(&model_random, (int)nbits + 1);
		const unsigned int nr =
			(unsigned int)random_below(&model_random, (int)(nbits - start) + 1);

		bitmap_set(a.bits, start, nr);
		memset(a.has + start, 1, nr);
		bitmap_clear(b.bits, start, nr);
		memset(b.has + start, 0, nr);
		expect(model_agrees(&a, nbits) && model_agrees(&b, nbits));
	}
}

static void single_bits_are_changed(void **state)
{
	(void)state;
	FOR_EACH_LENGTH
	{
		for (int i = 0; nbits && i < 50; i++) {
			const unsigned int bit =
				(unsigned int)random_below(&model_random, (int)nbits);

			expect(test_bit(bit, a.bits) == a.has[bit]);
			switch (i % 7) {
			case 0:
				expect(test_and_set_bit(bit, a.bits) == a.has[bit]);
				a.has[bit] = true;
				break;
			case 1:
				expect(test_and_clear_bit(bit, a.bits) == a.has[bit]);
				a.has[bit] = false;
				break;
			case 2:
				expect(test_and_change_bit(bit, a.bits) == a.has[bit]);
				a.has[bit] = !a.has[bit];
				break;
			case 3:
				set_bit(bit, a.bits);
				a.has[bit] = true;
				break;
			case 4:
				__clear_bit(bit, a.bits);
				a.has[bit] = false;
				break;
			case 5:
				__set_bit(bit, a.bits);
				__change_bit(bit, a.bits);
				clear_bit(bit, a.bits);
				a.has[bit] = false;
				break;
			default:
				change_bit(bit, a.bits);
				a.has[bit] = !a.has[bit];
			}
		}
		expect(model_agrees(&a, nbits));
	}
}

static void bits_are_found(void **state)
{
	(void)state;
	FOR_EACH_LENGTH
	{
		const unsigned int at = (unsigned int)random_below(&model_random, (int)nbits + 3);
		const unsigned int nth = (unsigned int)random_below(&model_random, (int)nbits + 3);

		expect(find_first_bit(a.bits, nbits) == model_find(a.has, nbits, 0));
		expect(find_next_bit(a.bits, nbits, at) == model_find(a.has, nbits, at));
		expect(find_nth_bit(a.bits, nbits, nth) == model_nth(a.has, nbits, nth));
		model_combine(set, MODEL_NOT, a.has, b.has);
		expect(find_first_zero_bit(a.bits, nbits) == model_find(set, nbits, 0));
		expect(find_next_zero_bit(a.bits, nbits, at) == model_find(set, nbits, at));
		model_combine(set, MODEL_AND, a.has, b.has);
		expect(find_first_and_bit(a.bits, b.bits, nbits) == model_find(set, nbits, 0));
		expect(find_next_and_bit(a.bits, b.bits, nbits, at) == model_find(set, nbits, at));
		expect(find_nth_and_bit(a.bits, b.bits, nbits, nth) == model_nth(set, nbits, nth));
		model_combine(set, MODEL_ANDNOT, a.has, b.has);
		expect(find_first_andnot_bit(a.bits, b.bits, nbits) == model_find(set, nbits, 0));
		expect(find_next_andnot_bit(a.bits, b.bits, nbits, at) ==
		       model_find(set, nbits, at));
		expect(find_nth_andnot_bit(a.bits, b.bits, nbits, nth) ==
		       model_nth(set, nbits, nth));
		model_combine(set, MODEL_OR, a.has, b.has);
		expect(find_next_or_bit(a.bits, b.bits, nbits, at) == model_find(set, nbits, at));
	}
}

static void the_last_and_those_around_the_end_are_found(void **state)
{
	(void)state;
	FOR_EACH_LENGTH
	{
		const unsigned int at = (unsigned int)random_below(&model_random, (int)nbits + 3);
		const unsigned int weight = model_weight(a.has, nbits);
		unsigned int next = model_find(a.has, nbits, at);

		expect(find_last_bit(a.bits, nbits) ==
		       (weight ? model_nth(a.has, nbits, weight - 1) : nbits));
		if (next == nbits)
			next = model_find(a.has, nbits, 0);
		expect(find_next_bit_wrap(a.bits, nbits, at) == next);
		model_combine(set, MODEL_AND, a.has, b.has);
		next = model_find(set, nbits, at);
		if (next == nbits)
			next = model_find(set, nbits, 0);
		expect(find_next_and_bit_wrap(a.bits, b.bits, nbits, at) == next);
	}
}

/* A walk visits @set, in order from @from on. */
#define EXPECT_WALK(walk, from)                                                   \
	do {                                                                      \
		unsigned long expected = model_find(set, nbits, from);            \
                                                                                  \
		walk                                                              \
		{                                                                 \
			expect(bit == expected);                                  \
			expected = model_find(set, nbits, (unsigned int)bit + 1); \
		}                                                                 \
		expect(expected == nbits && bit >= nbits);                        \
	} while (0)

static void walks_visit_each_once_and_in_order(void **state)
{
	unsigned long bit;

	(void)state;
	FOR_EACH_LENGTH
	{
		const unsigned int at = (unsigned int)random_below(&model_random, (int)nbits + 1);

		model_combine(set, MODEL_A, a.has, b.has);
		EXPECT_WALK(for_each_set_bit(bit, a.bits, nbits), 0);
		bit = at;
		EXPECT_WALK(for_each_set_bit_from(bit, a.bits, nbits), at);
		model_combine(set, MODEL_NOT, a.has, b.has);
		EXPECT_WALK(for_each_clear_bit(bit, a.bits, nbits), 0);
		bit = at;
		EXPECT_WALK(for_each_clear_bit_from(bit, a.bits, nbits), at);
		model_combine(set, MODEL_AND, a.has, b.has);
		EXPECT_WALK(for_each_and_bit(bit, a.bits, b.bits, nbits), 0);
		model_combine(set, MODEL_ANDNOT, a.has, b.has);
		EXPECT_WALK(for_each_andnot_bit(bit, a.bits, b.bits, nbits), 0);
		model_combine(set, MODEL_OR, a.has, b.has);
		EXPECT_WALK(for_each_or_bit(bit, a.bits, b.bits, nbits), 0);
	}
}

static void walk_around_begins_where_it_is_told_to(void **state)
{
	(void)state;
	FOR_EACH_LENGTH
	{
		const unsigned int start =
			(unsigned int)random_below(&model_random, (int)nbits + 3);
		const unsigned int from = start < nbits ? start : 0;
		unsigned int at = 0, bit, nr = 0;

		for_each_set_bit_wrap(bit, a.bits, nbits, start)
		{
			/* how far it is from the start, around */
			const unsigned int far = bit >= from ? bit - from : bit + nbits - from;

			expect(a.has[bit] && (nr == 0 || far > at));
			at = far;
			nr++;
		}
		expect(nr == model_weight(a.has, nbits));
	}
}

/* Constants of one word are done in line, without a loop: the same. */
static void constant_lengths_are_no_other(void **state)
{
	(void)state;
	nbits = 40;
	for (int round = 0; round < 200; round++) {
		unsigned int bit, nr = 0;

		make_all();
		model_combine(to.has, MODEL_AND, a.has, b.has);
		expect(bitmap_and(to.bits, a.bits, b.bits, 40) == (model_weight(to.has, 40) > 0));
		expect(model_agrees(&to, 40));
		expect(bitmap_weight(a.bits, 40) == model_weight(a.has, 40));
		expect(find_first_bit(a.bits, 40) == model_find(a.has, 40, 0));
		expect(find_next_bit(a.bits, 40, 39) == model_find(a.has, 40, 39));
		expect(find_next_bit(a.bits, 40, 64) == 40);
		expect(bitmap_empty(a.bits, 40) == (model_weight(a.has, 40) == 0));
		expect(bitmap_full(a.bits, 40) == (model_weight(a.has, 40) == 40));
		model_combine(set, MODEL_NOT, a.has, b.has);
		expect(find_next_zero_bit(a.bits, 40, 3) == model_find(set, 40, 3));
		for_each_set_bit(bit, a.bits, 40) nr++;
		expect(nr == model_weight(a.has, 40) && bit == 40);
		bitmap_fill(to.bits, 40);
		expect(bitmap_full(to.bits, 40));
	}
}

static void numbers_and_masks_of_words_are_the_kernels(void **state)
{
	DECLARE_BITMAP(map, 65);

	(void)state;
	assert_int_equal(sizeof(map), 16);
	assert_int_equal(BITS_PER_LONG, 64);
	assert_int_equal(BITS_TO_LONGS(0), 0);
	assert_int_equal(BITS_TO_LONGS(64), 1);
	assert_int_equal(BITS_TO_LONGS(65), 2);
	assert_int_equal(BITS_TO_LONGS(~0u), 1u << 26);
	assert_true(BITMAP_LAST_WORD_MASK(64) == ~0UL && BITMAP_LAST_WORD_MASK(1) == 1);
	assert_true(BITMAP_LAST_WORD_MASK(67u) == 7 && BITMAP_FIRST_WORD_MASK(64) == ~0UL);
	assert_true(BITMAP_FIRST_WORD_MASK(3) == ~7UL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_bitmaps_are_combined),
		cmocka_unit_test(destination_may_be_a_source),
		cmocka_unit_test(all_and_none_are_made_and_known),
		cmocka_unit_test(sets_are_compared),
		cmocka_unit_test(bits_are_shifted),
		cmocka_unit_test(ranges_are_set_and_cleared),
		cmocka_unit_test(single_bits_are_changed),
		cmocka_unit_test(bits_are_found),
		cmocka_unit_test(the_last_and_those_around_the_end_are_found),
		cmocka_unit_test(walks_visit_each_once_and_in_order),
		cmocka_unit_test(walk_around_begins_where_it_is_told_to),
		cmocka_unit_test(constant_lengths_are_no_other),
		cmocka_unit_test(numbers_and_masks_of_words_are_the_kernels),
	};

	model_random = random_from(random_seed());
	return cmocka_run_group_tests(tests, NULL, NULL);
}
