// SPDX-License-Identifier: MIT
/* Counting in threads that are pinned, with pinned_cpu_inc().  Pinning itself is not timed. */
#include "cases.h"
#include "loops.h"
#include "place.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <percpu/percpu.h>

static DEFINE_PER_CPU(struct counters, static_counters);
static struct counters __percpu *dynamic_counters;

#define PINNED_STATIC(unused, element) pinned_cpu_inc(static_counters.v[element])
DEFINE_LOOPS(pinned_static, PINNED_STATIC, own);

#define PINNED_DYNAMIC(base, element) pinned_cpu_inc((base)->v[element])
DEFINE_LOOPS(pinned_dynamic, PINNED_DYNAMIC, dynamic_counters);

static unsigned long static_sum(unsigned int element)
{
	return per_cpu_sum(static_counters.v[element]);
}

static unsigned long dynamic_sum(unsigned int element)
{
	return per_cpu_sum(dynamic_counters->v[element]);
}

/* 1: threads can be pinned; 0: not in this process, see percpu_thread_pin(). */
static int can_pin;

static bool available(void)
{
	return can_pin;
}

static void setup(void)
{
	int error = percpu_thread_pin((unsigned int)place_nth_cpu(0));

	if (error && error != -EOPNOTSUPP)
		errx(EXIT_FAILURE, "percpu_thread_pin: %s", strerror(-error));
	if (!error)
		percpu_thread_unpin();
	can_pin = !error;
	dynamic_counters = alloc_percpu(struct counters);
	if (!dynamic_counters)
		errx(EXIT_FAILURE, "alloc_percpu failed");
}

static void teardown(void)
{
	free_percpu(dynamic_counters);
}

static void enter_pinned(unsigned int thread, unsigned int threads)
{
	int error = percpu_thread_pin((unsigned int)place_own_cpu(thread, threads));

	if (error)
		errx(EXIT_FAILURE, "percpu_thread_pin: %s", strerror(-error));
}

static void leave_pinned(void)
{
	int error = percpu_thread_unpin();

	if (error)
		errx(EXIT_FAILURE, "percpu_thread_unpin: %s", strerror(-error));
}

static const struct bench_way ways[] = {
	{
		.name = "pinned_cpu_inc_static",
		.loops = pinned_static_loops,
		.elsewhere = static_sum,
		.available = available,
		.enter = enter_pinned,
		.leave = leave_pinned,
	},
	{
		.name = "pinned_cpu_inc_dynamic",
		.loops = pinned_dynamic_loops,
		.elsewhere = dynamic_sum,
		.available = available,
		.enter = enter_pinned,
		.leave = leave_pinned,
	},
};

const struct way_family pinned_ways = {
	.ways = ways,
	.nr = sizeof(ways) / sizeof(ways[0]),
	.setup = setup,
	.teardown = teardown,
};
