// SPDX-License-Identifier: MIT
/* Counting in threads that are pinned, with pinned_cpu_inc().  Pinning itself is not timed. */
#include "operations/families.h"
#include "operations/loops.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <percpu/percpu.h>

#include "harness/place.h"
#include "operations/percpu_memory.h"

static DEFINE_PER_CPU(struct counters, static_counters);
static struct counters __percpu *dynamic_counters;

#define PINNED_STATIC(unused, element) pinned_cpu_inc(static_counters.v[element])
DEFINE_LOOPS(pinned_static, PINNED_STATIC, own);

#define PINNED_DYNAMIC(base, element) pinned_cpu_inc((base)->v[element])
DEFINE_LOOPS(pinned_dynamic, PINNED_DYNAMIC, dynamic_counters);

DEFINE_SUM(pinned_static, static_counters)
DEFINE_SUM(pinned_dynamic, *dynamic_counters)

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
	dynamic_counters = percpu_memory(sizeof(struct counters));
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

#define PINNED .available = available, .enter = enter_pinned, .leave = leave_pinned

static const struct bench_way ways[] = {
	{.name = "pinned_cpu_inc_static", COUNTED(pinned_static), PINNED},
	{.name = "pinned_cpu_inc_dynamic", COUNTED(pinned_dynamic), PINNED},
};

const struct way_family pinned_ways = {
	FAMILY_OF(ways),
	.setup = setup,
	.teardown = teardown,
};
