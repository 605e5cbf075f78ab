// SPDX-License-Identifier: MIT
/* What may depend on how many CPUs are possible; two of them are in use. */
#include "around/measure.h"
#include "harness/figure.h"

#include <err.h>
#include <stdlib.h>

#include <percpu/percpu.h>

#include "around/start.h"
#include "around/used_cpus.h"

static DEFINE_PER_CPU(unsigned long, counter);

static void pair(void)
{
	uint64_t __percpu *area = alloc_percpu(uint64_t);

	if (!area)
		errx(EXIT_FAILURE, "alloc_percpu");
	free_percpu(area);
}

static void expect_sum(unsigned long expected)
{
	if (per_cpu_sum(counter) != expected)
		errx(EXIT_FAILURE, "per_cpu_sum");
}

void measure_possible(void)
{
	struct percpu_counter sum;

	use_two_cpus();
	this_cpu_inc(counter);
	figure("ns", FASTEST_NS(2000, pair()), "alloc + free of 8 bytes");
	figure("ns", FASTEST_NS(200, expect_sum(1)), "per_cpu_sum");
	if (percpu_counter_init(&sum, 0, GFP_KERNEL))
		errx(EXIT_FAILURE, "percpu_counter_init");
	figure("ns", FASTEST_NS(200, (void)percpu_counter_sum(&sum)), "percpu_counter_sum");
	percpu_counter_destroy(&sum);
	figure("us", added_by_us(START_ONE, START_EMPTY), "added to a program's start and end");
}
