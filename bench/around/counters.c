// SPDX-License-Identifier: MIT
/* percpu_counter, beside what it could be made of. */
#include "around/measure.h"
#include "harness/figure.h"

#include <err.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <percpu/percpu.h>

#include "around/used_cpus.h"

#define NR_TOGETHER 4

static DEFINE_PER_CPU(unsigned long, plain);
static struct percpu_counter counter;
static struct percpu_counter together[NR_TOGETHER];
static atomic_ulong atomic;

static void init(struct percpu_counter *fbc)
{
	if (percpu_counter_init(fbc, 0, GFP_KERNEL))
		errx(EXIT_FAILURE, "percpu_counter_init");
}

static void expect(bool added, bool expected)
{
	if (added != expected)
		errx(EXIT_FAILURE, "percpu_counter_limited_add: %d", added);
}

static void init_each(void)
{
	for (int i = 0; i < NR_TOGETHER; i++)
		init(&together[i]);
	for (int i = 0; i < NR_TOGETHER; i++)
		percpu_counter_destroy(&together[i]);
}

/* Versions without the call: what it replaces. */
static void init_together(void)
{
#ifdef HAVE_INIT_MANY
	if (percpu_counter_init_many(together, 0, GFP_KERNEL, NR_TOGETHER))
		errx(EXIT_FAILURE, "percpu_counter_init_many");
	percpu_counter_destroy_many(together, NR_TOGETHER);
#else
	init_each();
#endif
}

/* Beside each other in time: they are compared. */
static void measure_add(void)
{
	figure("ns", FASTEST_NS(20000, this_cpu_inc(plain)), "this_cpu_inc");
	figure("ns", FASTEST_NS(20000, atomic_fetch_add(&atomic, 1)), "atomic add");
	figure("ns", FASTEST_NS(20000, percpu_counter_add(&counter, 1)), "percpu_counter_add");
}

static void measure_limited(void)
{
	int64_t far = INT64_C(1) << 60;

	figure("ns", FASTEST_NS(2000, expect(percpu_counter_limited_add(&counter, far, 1), true)),
	       "percpu_counter_limited_add, far from the limit");
	figure("ns", FASTEST_NS(2000, expect(percpu_counter_limited_add(&counter, 0, 1), false)),
	       "percpu_counter_limited_add, refused");
}

void measure_counters(void)
{
	int64_t sum = 0;

	use_two_cpus();
	init(&counter);
	measure_add();
	figure("ns", FASTEST_NS(2000, sum = percpu_counter_sum(&counter)), "percpu_counter_sum");
	if (sum != (int64_t)figures_slices() * 20000)
		errx(EXIT_FAILURE, "the counter is %ld", (long)sum);
	measure_limited();
	percpu_counter_destroy(&counter);
	figure("ns", FASTEST_NS(1000, init_each()), "4 counters, each initialised and destroyed");
	figure("ns", FASTEST_NS(1000, init_together()),
	       "4 counters, initialised and destroyed together");
}
