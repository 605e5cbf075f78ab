/* SPDX-License-Identifier: MIT */
/* test_shape.c - every value is in the bucket whose bounds it is between, whatever the shape. */
#include "metrics/shape.h"

#include "support/cmocka_all.h"
#include "support/random.h"

#include <string.h>

static uint32_t bucket_of(const struct percpu_metric_shape *shape, uint64_t value)
{
	return __percpu_metric_bucket_of(shape, value);
}

static void check_value(const struct percpu_metric_shape *shape, uint64_t value)
{
	const uint32_t i = bucket_of(shape, value);

	assert_true(i <= shape->last);
	assert_true(pcpu_shape_lowest(shape, i) <= value);
	assert_true(value <= pcpu_shape_highest(shape, i));
}

/* Bounds are where buckets begin and end; each begins where the one before ends. */
static void check_bounds(const struct percpu_metric_shape *shape)
{
	assert_true(pcpu_shape_lowest(shape, 0) == 0);
	for (uint32_t i = 0; i <= shape->last; i++) {
		const uint64_t lowest = pcpu_shape_lowest(shape, i);
		const uint64_t highest = pcpu_shape_highest(shape, i);

		assert_true(bucket_of(shape, lowest) == i);
		assert_true(bucket_of(shape, highest) == i);
		assert_true(highest >= lowest);
		if (i < shape->last)
			assert_true(pcpu_shape_lowest(shape, i + 1) == highest + 1);
	}
	assert_true(pcpu_shape_highest(shape, shape->last) == UINT64_MAX);
}

static void check_width(const struct percpu_metric_shape *shape, uint64_t lowest,
			uint64_t per_octave)
{
	for (uint32_t i = 0; i < shape->last; i++) {
		const uint64_t low = pcpu_shape_lowest(shape, i);
		const uint64_t width = pcpu_shape_highest(shape, i) - low + 1;

		assert_true(low / lowest < per_octave ? width == lowest
						      : width <= low / per_octave);
	}
}

static void check_shape(unsigned int per_octave, unsigned int from, unsigned int to)
{
	struct percpu_metric_desc desc = {
		.per_octave = per_octave,
		.lowest = UINT64_C(1) << from,
		.highest = to == 63 ? UINT64_MAX : (UINT64_C(2) << to) - 1,
	};
	struct random random = random_from(per_octave);
	struct percpu_metric_shape shape;

	assert_null(pcpu_shape_init(&shape, &desc));
	check_bounds(&shape);
	check_width(&shape, desc.lowest, per_octave);
	if (to < 63)
		assert_true(pcpu_shape_lowest(&shape, shape.last) == desc.highest + 1);
	for (int n = 0; n < 100; n++) {
		const uint64_t value = (uint64_t)random_below(&random, INT32_MAX) << 33 |
				       (uint64_t)random_below(&random, INT32_MAX) << 2;

		check_value(&shape, value >> random_below(&random, 64));
	}
}

static void every_value_is_between_the_bounds_of_its_bucket(void **state)
{
	(void)state;
	for (unsigned int per_octave = 1; per_octave <= 256; per_octave *= 2)
		for (unsigned int from = 0; from < 64; from += 1 + from / 8)
			for (unsigned int to = from; to < 64; to += 1 + (to - from) / 4)
				check_shape(per_octave, from, to);
}

static void what_is_left_out_is_four_to_the_octave_of_any_value(void **state)
{
	const struct percpu_metric_desc none = {.name = NULL};
	const struct percpu_metric_desc all = {.per_octave = 4, .lowest = 1, .highest = UINT64_MAX};
	struct percpu_metric_shape shape, other;

	(void)state;
	assert_null(pcpu_shape_init(&shape, &none));
	assert_null(pcpu_shape_init(&other, &all));
	assert_memory_equal(&shape, &other, sizeof(shape));
	assert_int_equal(shape.last, 4 * 62 + 3);
	assert_int_equal(pcpu_shape_words(&shape), 4 * 63);
}

static void where_the_sum_is_counted_the_buckets_are_the_same(void **state)
{
	const struct percpu_metric_desc desc = {.per_octave = 8, .lowest = 16, .highest = 1 << 20};
	struct percpu_metric_desc with_sum = desc;
	struct percpu_metric_shape shape, summed;

	(void)state;
	with_sum.exact_sum = true;
	assert_null(pcpu_shape_init(&shape, &desc));
	assert_null(pcpu_shape_init(&summed, &with_sum));
	assert_int_equal(shape.sum_at, 0);
	assert_int_equal(summed.sum_at, summed.last + 1);
	for (unsigned int bit = 0; bit < 64; bit++) {
		const uint64_t value = UINT64_C(1) << bit;

		assert_int_equal(shape.shift[bit] & __PERCPU_METRIC_SUMMED, 0);
		assert_int_not_equal(summed.shift[bit] & __PERCPU_METRIC_SUMMED, 0);
		assert_int_equal(bucket_of(&shape, value), bucket_of(&summed, value));
		assert_int_equal(bucket_of(&shape, value - 1), bucket_of(&summed, value - 1));
	}
}

/* Of what the compiler knows and of what it does not: these are two ways. */
static void a_values_octave_is_the_place_of_its_highest_bit_and_zeros_is_the_first(void **state)
{
	volatile uint64_t unknown = 0;

	(void)state;
	assert_int_equal(__percpu_metric_octave(0), 0);
	assert_int_equal(__percpu_metric_octave(unknown), 0);
	assert_int_equal(__percpu_metric_octave(UINT64_MAX), 63);
	for (unsigned int bit = 0; bit < 64; bit++) {
		unknown = UINT64_C(1) << bit;
		assert_int_equal(__percpu_metric_octave(unknown), bit);
		unknown |= unknown - 1;
		assert_int_equal(__percpu_metric_octave(unknown), bit);
	}
}

static void bounds_between_powers_of_two_are_rounded_away(void **state)
{
	const struct percpu_metric_desc desc = {.per_octave = 1, .lowest = 1500, .highest = 5000};
	struct percpu_metric_shape shape;

	(void)state;
	assert_null(pcpu_shape_init(&shape, &desc));
	assert_int_equal(pcpu_shape_highest(&shape, 0), 1023);
	assert_int_equal(pcpu_shape_highest(&shape, 1), 2047);
	assert_int_equal(pcpu_shape_highest(&shape, 2), 4095);
	assert_int_equal(pcpu_shape_highest(&shape, 3), 8191);
	assert_int_equal(shape.last, 4);
}

static void what_no_shape_can_be_is_said(void **state)
{
	const struct percpu_metric_desc wrong[] = {
		{.per_octave = 3},
		{.per_octave = 512},
		{.lowest = 1024, .highest = 1000},
		{.lowest = 2, .highest = 1},
	};
	struct percpu_metric_shape shape;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_non_null(pcpu_shape_init(&shape, &wrong[i]));
}

static void a_sum_that_is_not_counted_is_off_by_half_a_bucket_at_most(void **state)
{
	const struct percpu_metric_desc desc = {
		.per_octave = 8, .lowest = 1, .highest = (UINT64_C(1) << 40) - 1};
	struct random random = random_from(1);
	struct percpu_metric_shape shape;
	uint64_t words[8 * 40 + 2] = {0}, sum = 0, counted;

	(void)state;
	assert_null(pcpu_shape_init(&shape, &desc));
	assert_true(shape.last < ARRAY_SIZE(words));
	for (int n = 0; n < 100000; n++) {
		const uint64_t value = (uint64_t)random_below(&random, INT32_MAX) << 8 >>
				       random_below(&random, 30);

		words[bucket_of(&shape, value)]++;
		sum += value;
	}
	counted = pcpu_shape_sum(&shape, words);
	assert_true(counted != sum);
	assert_true((counted > sum ? counted - sum : sum - counted) <= sum / 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_is_between_the_bounds_of_its_bucket),
		cmocka_unit_test(what_is_left_out_is_four_to_the_octave_of_any_value),
		cmocka_unit_test(where_the_sum_is_counted_the_buckets_are_the_same),
		cmocka_unit_test(
			a_values_octave_is_the_place_of_its_highest_bit_and_zeros_is_the_first),
		cmocka_unit_test(bounds_between_powers_of_two_are_rounded_away),
		cmocka_unit_test(what_no_shape_can_be_is_said),
		cmocka_unit_test(a_sum_that_is_not_counted_is_off_by_half_a_bucket_at_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
