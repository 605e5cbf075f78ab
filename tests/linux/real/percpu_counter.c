// SPDX-License-Identifier: MIT
/*
 * percpu_counter.c - lib/percpu_counter.c: sums are exact whatever threads add meanwhile, and when
 * CPUs go; comparisons and limits are right.
 */
#include <linux/cpu.h>
#include <linux/percpu_counter.h>

#include "check.h"

#define ADDITIONS 50000

static struct percpu_counter counters[3];
static unsigned long taken[4];

static void add(unsigned int nr)
{
	for (int i = 0; i < ADDITIONS; i++) {
		percpu_counter_add(&counters[0], i % 7 - 2);
		percpu_counter_inc(&counters[1]);
		percpu_counter_add_local(&counters[2], -3);
		if (i % 1000 == 0)
			percpu_counter_sync(&counters[nr % 3]);
	}
}

static s64 expected_of_one(void)
{
	s64 sum = 0;

	for (int i = 0; i < ADDITIONS; i++)
		sum += i % 7 - 2;
	return sum;
}

static void sums_are_exact(void)
{
	check_at_once(4, add);
	CHECK_THAT(percpu_counter_sum(&counters[0]) == 1000 + 4 * expected_of_one());
	CHECK_THAT(percpu_counter_sum(&counters[1]) == 1000 + 4 * ADDITIONS);
	CHECK_THAT(percpu_counter_sum(&counters[2]) == 1000 - 12 * ADDITIONS);
	CHECK_THAT(percpu_counter_sum_positive(&counters[2]) == 0);
	CHECK_THAT(percpu_counter_compare(&counters[1], 1000 + 4 * ADDITIONS) == 0);
	CHECK_THAT(percpu_counter_compare(&counters[1], 4 * ADDITIONS) == 1);
	CHECK_THAT(percpu_counter_compare(&counters[2], 0) == -1);
}

static void a_cpu_that_goes_leaves_its_part(void)
{
	unsigned int cpu;

	for_each_present_cpu(cpu)
	{
		const s64 sum = percpu_counter_sum(&counters[1]);

		if (cpu == cpumask_first(cpu_online_mask) || remove_cpu(cpu) != 0)
			continue;
		CHECK_THAT(*per_cpu_ptr(counters[1].counters, cpu) == 0);
		CHECK_THAT(percpu_counter_sum(&counters[1]) == sum);
		CHECK_THAT(add_cpu(cpu) == 0);
	}
}

static void take(unsigned int nr)
{
	while (percpu_counter_limited_add(&counters[0], 20000, 1))
		taken[nr]++;
}

static void limits_are_kept(void)
{
	s64 sum;

	percpu_counter_set(&counters[0], 0);
	check_at_once(4, take);
	sum = percpu_counter_sum(&counters[0]);
	CHECK_THAT(sum == taken[0] + taken[1] + taken[2] + taken[3] && sum >= 20000);
	CHECK_THAT(!percpu_counter_limited_add(&counters[0], 20000, 1));
	CHECK_THAT(percpu_counter_limited_add(&counters[0], sum + 5, 5));
	CHECK_THAT(!percpu_counter_limited_add(&counters[0], 0, -(sum + 6)));
}

int main(void)
{
	CHECK_THAT(percpu_counter_batch >= 32);
	CHECK_THAT(percpu_counter_init_many(counters, 1000, GFP_KERNEL, 3) == 0);
	CHECK_THAT(percpu_counter_read_positive(&counters[0]) == 1000);
	sums_are_exact();
	a_cpu_that_goes_leaves_its_part();
	limits_are_kept();
	percpu_counter_destroy_many(counters, 3);
	CHECK_THAT(!percpu_counter_initialized(&counters[0]));
	return check_result();
}
