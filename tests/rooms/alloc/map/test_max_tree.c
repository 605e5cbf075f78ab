/* SPDX-License-Identifier: MIT */
/* test_max_tree.c - the tree of maxima against a plain array. */
#include "support/cmocka_all.h"
#include "support/random.h"

#include "alloc/map/max_tree.h"

#include <stdlib.h>

#define LARGEST ((1u << 31) - 1)

/* Around the sizes at which a group is full, and a level is added. */
static const int sizes[] = {1, 2, 15, 16, 17, 31, 32, 33, 255, 256, 257, 4095, 4096, 4097, 20000};

/* A tree, the memory that it asked for and no more, and what its numbers are. */
struct pair {
	struct pcpu_max_tree tree;
	void *memory;
	uint32_t *numbers;
};

static void make(struct pair *pair, int nr)
{
	pair->memory = calloc(1, pcpu_max_tree_memory(nr));
	pair->numbers = calloc((size_t)nr, sizeof(uint32_t));
	assert_true(pair->memory && pair->numbers);
	pcpu_max_tree_init(&pair->tree, nr, pair->memory);
}

static void end(struct pair *pair)
{
	free(pair->memory);
	free(pair->numbers);
}

static void set(struct pair *pair, int at, uint32_t number)
{
	pair->numbers[at] = number;
	pcpu_max_tree_set(&pair->tree, at, number);
}

/* Numbers and where they come, up to a 0. */
static void set_all(struct pair *pair, const uint32_t (*what)[2])
{
	for (; (*what)[1]; what++)
		set(pair, (int)(*what)[0], (*what)[1]);
}

static uint32_t max_of(const struct pair *pair)
{
	uint32_t max = 0;

	for (int i = 0; i < pair->tree.nr; i++)
		max = pair->numbers[i] > max ? pair->numbers[i] : max;
	return max;
}

static int next_of(const struct pair *pair, int at, uint32_t least)
{
	while (at < pair->tree.nr && pair->numbers[at] < least)
		at++;
	return at;
}

/* A tree of each size, one after the other. */
#define for_each_size(pair)                                                     \
	for (size_t size_at = 0;                                                \
	     size_at < ARRAY_SIZE(sizes) && (make(pair, sizes[size_at]), true); \
	     end(pair), size_at++)

static void fresh_tree_has_zeros_alone(void **state)
{
	struct pair pair;

	(void)state;
	for_each_size(&pair)
	{
		assert_int_equal(pcpu_max_tree_max(&pair.tree), 0);
		assert_int_equal(pcpu_max_tree_next(&pair.tree, 0, 1), sizes[size_at]);
		assert_int_equal(pcpu_max_tree_next(&pair.tree, 0, 0), 0);
	}
}

static void last_number_of_every_size_is_found_from_the_first(void **state)
{
	struct pair pair;

	(void)state;
	for_each_size(&pair)
	{
		const int last = sizes[size_at] - 1;

		set(&pair, last, LARGEST);
		assert_int_equal(pcpu_max_tree_next(&pair.tree, 0, LARGEST), last);
		assert_int_equal(pcpu_max_tree_max(&pair.tree), LARGEST);
	}
}

static void maximum_that_is_lowered_gives_way_to_the_next_in_its_group(void **state)
{
	struct pair pair;

	(void)state;
	make(&pair, 5000);
	set_all(&pair, (const uint32_t[][2]){{4000, 9}, {4001, 7}, {10, 8}, {4000, 1}, {0, 0}});
	assert_int_equal(pcpu_max_tree_max(&pair.tree), 8);
	assert_int_equal(pcpu_max_tree_next(&pair.tree, 11, 7), 4001);
	set(&pair, 10, 0);
	assert_int_equal(pcpu_max_tree_max(&pair.tree), 7);
	end(&pair);
}

static void equal_maxima_outlive_each_other(void **state)
{
	struct pair pair;

	(void)state;
	make(&pair, 300);
	set(&pair, 3, 5);
	set(&pair, 4, 5);
	set(&pair, 3, 0);
	assert_int_equal(pcpu_max_tree_max(&pair.tree), 5);
	assert_int_equal(pcpu_max_tree_next(&pair.tree, 0, 5), 4);
	end(&pair);
}

/* Small numbers, so that there are many alike, and large ones now and then. */
static void walk(struct pair *pair, struct random *random)
{
	for (int step = 0; step < 3000; step++) {
		int at = random_below(random, pair->tree.nr);
		uint32_t least = (uint32_t)random_below(random, 12);

		set(pair, at,
		    random_below(random, 8) ? (uint32_t)random_below(random, 10)
					    : (uint32_t)random_next(random) >> 1);
		at = random_below(random, pair->tree.nr);
		assert_int_equal(pcpu_max_tree_next(&pair->tree, at, least),
				 next_of(pair, at, least));
		assert_int_equal(pcpu_max_tree_get(&pair->tree, at), pair->numbers[at]);
		if (step % 100 == 0) {
			assert_int_equal(pcpu_max_tree_max(&pair->tree), max_of(pair));
			assert_true(pcpu_max_tree_is_valid(&pair->tree));
		}
	}
}

static void random_numbers_are_found_where_an_array_has_them(void **state)
{
	struct random random = random_from(random_seed());
	struct pair pair;

	(void)state;
	for_each_size(&pair) walk(&pair, &random);
}

static void tree_with_a_maximum_that_is_none_is_not_valid(void **state)
{
	struct pair pair;

	(void)state;
	make(&pair, 300);
	set(&pair, 100, 5);
	assert_true(pcpu_max_tree_is_valid(&pair.tree));
	pair.tree.numbers[0][100] = 4;
	assert_false(pcpu_max_tree_is_valid(&pair.tree));
	end(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fresh_tree_has_zeros_alone),
		cmocka_unit_test(last_number_of_every_size_is_found_from_the_first),
		cmocka_unit_test(maximum_that_is_lowered_gives_way_to_the_next_in_its_group),
		cmocka_unit_test(equal_maxima_outlive_each_other),
		cmocka_unit_test(random_numbers_are_found_where_an_array_has_them),
		cmocka_unit_test(tree_with_a_maximum_that_is_none_is_not_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
