/* SPDX-License-Identifier: MIT */
/*
 * test_map_model.c - the area map against the signed map (map_pair.h), in random steps.
 *
 * Usage: test_map_model [STEPS]. PERCPU_TEST_SEED gives the random numbers' seed, which is printed.
 */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_pair.h"
#include "support/random.h"

#define DEFAULT_STEPS 2000000L
#define STEPS_A_CHECK 500
#define STEPS_A_TIDE 4000

enum mix { SMALL, POWERS, PAGES, LARGE, ALL };

/* A unit, what is asked of it, and how many areas it may have: the signed map is slow with many. */
struct shape {
	const char *name;
	int head, free_bytes;
	enum mix mix;
	int most_areas;
};

static const struct shape shapes[] = {
	{"32 KiB, 1 to 64 bytes", 0, 32768, SMALL, 1500},
	{"32 KiB, powers of two", 0, 32768, POWERS, 1000},
	{"32 KiB, everything", 0, 32768, ALL, 1000},
	{"36 KiB, everything", 0, 36864, ALL, 1000},
	{"1 MiB, 1 to 64 bytes", 0, 1 << 20, SMALL, 1500},
	{"1 MiB, pages", 0, 1 << 20, PAGES, 1000},
	{"1 MiB, close to the unit", 0, 1 << 20, LARGE, 1000},
	{"64 MiB, everything", 0, 64 << 20, ALL, 1000},
	{"64 MiB, close to the unit", 0, 64 << 20, LARGE, 1000},
	{"a head of 10005, 1 to 64 bytes", 10005, 22763, SMALL, 1000},
	{"a head of 80320, everything", 80320, 28672, ALL, 1000},
	{"a head of a page, 5000 bytes", 4096, 5000, SMALL, 300},
	{"the two ends of a page, 1 to 64 bytes", 4095, 2, SMALL, 10},
	{"300 bytes", 0, 300, SMALL, 100},
};

static long steps = DEFAULT_STEPS;
static uint64_t seed;

static int size_of(const struct shape *shape, struct random *random)
{
	enum mix mix = shape->mix == ALL ? (enum mix)random_below(random, ALL) : shape->mix;

	switch (mix) {
	case SMALL:
		return 1 + random_below(random, 64);
	case POWERS:
		return 1 << random_below(random, 13);
	case PAGES:
		return PCPU_BLOCK_SIZE * (1 + random_below(random, 8)) +
		       (random_below(random, 4) ? 0 : random_below(random, 17) - 8);
	default:
		return 1 + shape->free_bytes / (1 + random_below(random, 8)) -
		       random_below(random, 2);
	}
}

/* More alloc than free, and the other way round, in turns: full units and empty ones. */
static enum map_op op_of(struct random *random, bool rising)
{
	static const enum map_op rare[] = {MAP_FREE_ANY, MAP_COARSEN, MAP_TAKE_BLOCK,
					   MAP_FIND_BLOCK, MAP_ROOMS};
	int dice = random_below(random, 100);

	if (dice < 10)
		return rare[random_below(random, ARRAY_SIZE(rare))];
	if (dice < 25)
		return MAP_SWITCH;
	if (dice < (rising ? 45 : 75))
		return dice % 8 ? MAP_GIVE_BACK : MAP_RELEASE_RUN;
	dice = random_below(random, 20);
	return dice < 2    ? MAP_HOLD_PAGE
	       : dice < 4  ? MAP_HOLD
	       : dice < 6  ? MAP_ALLOC_AS_IS
	       : dice < 10 ? MAP_ALLOC_QUIET
			   : MAP_ALLOC;
}

static struct map_step step_of(const struct shape *shape, struct random *random, bool rising)
{
	int most_align = random_below(random, 4) ? 5 : 14;

	return (struct map_step){
		.op = op_of(random, rising),
		.size = size_of(shape, random),
		.align = 1 << random_below(random, most_align),
		.which = (uint32_t)random_next(random),
		.nr = 1 + random_below(random, MAP_MOST_HELD),
	};
}

static void report(const struct shape *shape, long step, const struct map_step *last,
		   const char *wrong)
{
	if (!wrong)
		return;
	map_pair_print_step(last);
	fail_msg("%s, PERCPU_TEST_SEED=%#lx, step %ld: %s", shape->name, seed, step, wrong);
}

static void maps_agree(void **state)
{
	const struct shape *shape = *state;
	long nr = steps / (long)ARRAY_SIZE(shapes) + 1;
	struct random random = random_from(seed + (uint64_t)(shape - shapes));
	struct map_pair pair;

	map_pair_init(&pair, shape->head, shape->free_bytes);
	for (long i = 0; i < nr; i++) {
		bool rising = (i / STEPS_A_TIDE % 2 == 0) && pair.nr_areas < shape->most_areas;
		struct map_step step = step_of(shape, &random, rising);

		report(shape, i, &step, map_pair_step(&pair, &step));
		if (i % STEPS_A_CHECK == 0)
			report(shape, i, &step, map_pair_check(&pair));
	}
	/* it was no walk through the easy cases alone */
	if (shape->mix != SMALL || shape->free_bytes <= 36864)
		assert_between(pair.failures, nr / 1000, nr);
	if (shape->free_bytes >= PCPU_BLOCK_SIZE && shape->mix != LARGE)
		assert_between(pair.growths, 2, nr);
	while (pair.nr_areas) {
		struct map_step step = {.op = MAP_GIVE_BACK};

		report(shape, nr, &step, map_pair_step(&pair, &step));
	}
	report(shape, nr, &(struct map_step){0}, map_pair_check(&pair));
	map_pair_fini(&pair);
}

int main(int argc, char **argv)
{
	struct CMUnitTest tests[ARRAY_SIZE(shapes)];

	if (argc > 1)
		steps = (long)strtod(argv[1], NULL);
	seed = random_seed();
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++)
		tests[i] = (struct CMUnitTest){
			.name = shapes[i].name,
			.test_func = maps_agree,
			.initial_state = (void *)&shapes[i],
		};
	return cmocka_run_group_tests_name("map_model", tests, NULL, NULL);
}
