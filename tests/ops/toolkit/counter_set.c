/* SPDX-License-Identifier: MIT */
/* Sets of counters that are taken while they are counted in: each addition is in one take. */
#include "toolkit/part.h"

#include <percpu/counter_set.h>
#include <percpu/percpu.h>

#include <errno.h>
#include <unistd.h>

#define FIELDS 50

PERCPU_COUNTER_SET(taken_set, uint64_t, field[FIELDS], pair[2]);
static DEFINE_PER_CPU(struct taken_set, set) = {.field = {7}};

/* By who has counted, and by who has taken, in his own time or in his handlers. */
static struct toolkit_tally added[TOOLKIT_WORKERS], in_pairs[TOOLKIT_WORKERS];
static struct toolkit_tally taken[TOOLKIT_WORKERS], pairs_taken[TOOLKIT_WORKERS];
static bool torn, failed;

static uint64_t sum_of_fields(const struct taken_set *sums)
{
	uint64_t sum = 0;

	for (int i = 0; i < FIELDS; i++)
		sum += sums->field[i];
	return sum;
}

/* Both in one section: no take has one without the other. */
static void count_a_pair(void)
{
	struct taken_set *here = get_cpu_ptr(&set);

	here->pair[0]++;
	here->pair[1]++;
	put_cpu_ptr(&set);
}

static bool take(uint64_t *fields, uint64_t *pairs)
{
	struct taken_set sums;
	const int err = percpu_take(&set, sizeof(set), &sums);

	if (err) {
		failed |= err != -EDEADLK;
		return false;
	}
	torn |= sums.pair[0] != sums.pair[1];
	*fields += sum_of_fields(&sums);
	*pairs += sums.pair[0];
	return true;
}

static void operate(unsigned int worker, unsigned int draw)
{
	this_cpu_add(set.field[draw % FIELDS], draw);
	added[worker].outside += draw;
	if (draw % 8 == 0) {
		count_a_pair();
		in_pairs[worker].outside++;
	}
	if (draw % 64 == 1 && !take(&taken[worker].outside, &pairs_taken[worker].outside))
		failed = true;
}

/* It may have interrupted a section, or a take. */
static void in_handler(unsigned int worker, unsigned int draw)
{
	this_cpu_add(set.field[draw % FIELDS], draw);
	added[worker].inside += draw;
	if (draw % 4 == 0)
		take(&taken[worker].inside, &pairs_taken[worker].inside);
}

/* What there is is the child's own. */
static void in_child(void)
{
	uint64_t fields = 0, pairs = 0;

	if (!take(&fields, &pairs))
		_exit(1);
	this_cpu_add(set.field[1], 5);
	fields = 0;
	if (!take(&fields, &pairs) || fields != 5)
		_exit(2);
}

static bool end(void)
{
	const uint64_t initial = 7 * (uint64_t)num_possible_cpus();
	struct taken_set rest;
	bool right;

	percpu_sum_struct(&set, &rest);
	right = toolkit_equal("taken of a set, and left",
			      toolkit_tallies(taken) + sum_of_fields(&rest),
			      toolkit_tallies(added) + initial);
	right &= toolkit_equal("pairs taken, and left", toolkit_tallies(pairs_taken) + rest.pair[0],
			       toolkit_tallies(in_pairs));
	right &= toolkit_equal("halves of pairs", torn || rest.pair[0] != rest.pair[1], false);
	return toolkit_equal("takes that have failed", failed, false) && right;
}

TOOLKIT_PART(counter_set, .name = "counter_set", .operate = operate, .in_handler = in_handler,
	     .in_child = in_child, .end = end)
