// SPDX-License-Identifier: MIT
/*
 * flex_proportions.c - lib/flex_proportions.c: of events that two kinds share as 3 to 1, each has
 * its part, and what is old weighs less, but for what counters may be off by.
 */
#include <linux/flex_proportions.h>
#include <linux/percpu.h>

#include "check.h"

#define EVENTS 100000

static struct fprop_global global;
static struct fprop_local_percpu local[2];

static void happen(unsigned int nr)
{
	for (int i = 0; i < EVENTS; i++) {
		fprop_inc_percpu(&global, &local[(i + nr) % 4 == 0]);
		if (i % 1024 == 0) {
			unsigned long numerator, denominator;

			fprop_fraction_percpu(&global, &local[0], &numerator, &denominator);
			if (numerator > denominator || denominator == 0)
				CHECK_THAT(!"a fraction above 1");
		}
	}
}

/* The part of @which in percent, as far as the counters are exact. */
static unsigned long percent(int which)
{
	unsigned long numerator, denominator;

	fprop_fraction_percpu(&global, &local[which], &numerator, &denominator);
	return numerator * 100 / denominator;
}

/* What is old is halved as of the approximate count: within a batch of each CPU. */
static bool is_about(s64 value, s64 expected)
{
	return abs(value - expected) <= 8 * (1 + ilog2(nr_cpu_ids)) * nr_cpu_ids;
}

int main(void)
{
	CHECK_THAT(fprop_global_init(&global, GFP_KERNEL) == 0);
	CHECK_THAT(fprop_local_init_percpu(&local[0], GFP_KERNEL) == 0);
	CHECK_THAT(fprop_local_init_percpu(&local[1], GFP_KERNEL) == 0);
	CHECK_THAT(!fprop_new_period(&global, 1));
	check_at_once(4, happen);
	CHECK_THAT(percpu_counter_sum(&global.events) == 1 + 4 * EVENTS);
	CHECK_THAT(percpu_counter_sum(&local[0].events) == 3 * EVENTS);
	CHECK_THAT(percpu_counter_sum(&local[1].events) == EVENTS);
	CHECK_THAT(percent(0) >= 74 && percent(0) <= 76 && percent(1) >= 24 && percent(1) <= 26);
	CHECK_THAT(fprop_new_period(&global, 1));
	CHECK_THAT(percpu_counter_sum(&global.events) == (1 + 4 * EVENTS) / 2);
	CHECK_THAT(percent(0) >= 74 && percent(0) <= 76);
	CHECK_THAT(is_about(percpu_counter_sum(&local[0].events), 3 * EVENTS / 2));
	/* the second alone: it comes to have more, and the first keeps what it had */
	for (int i = 0; i < 2 * EVENTS; i++)
		fprop_inc_percpu(&global, &local[1]);
	CHECK_THAT(percent(1) > percent(0));
	CHECK_THAT(is_about(percpu_counter_sum(&local[0].events), 3 * EVENTS / 2));
	CHECK_THAT(fprop_new_period(&global, 64));
	CHECK_THAT(percent(0) == 0);
	fprop_local_destroy_percpu(&local[0]);
	fprop_local_destroy_percpu(&local[1]);
	fprop_global_destroy(&global);
	return check_result();
}
