// SPDX-License-Identifier: MIT
/* Ways to count that the library gives. */
#include "cases.h"
#include "loops.h"

#include <err.h>
#include <stdlib.h>

#include <percpu/percpu.h>

/* One variable a way, so that each way's sum can be checked. */
static DEFINE_PER_CPU(struct counters, inc_counters);
static DEFINE_PER_CPU(struct counters, add_return_counters);
static DEFINE_PER_CPU(struct counters, cmpxchg_counters);
static struct counters __percpu *dynamic_counters;

/* A static variable's address needs no base; `own` stands in for it. */
#define INC_STATIC(unused, element) this_cpu_inc(inc_counters.v[element])
DEFINE_LOOPS(inc_static, INC_STATIC, own);

#define INC_DYNAMIC(base, element) this_cpu_inc((base)->v[element])
DEFINE_LOOPS(inc_dynamic, INC_DYNAMIC, dynamic_counters);

#define ADD_RETURN(unused, element) ((void)this_cpu_add_return(add_return_counters.v[element], 1))
DEFINE_LOOPS(add_return, ADD_RETURN, own);

/* As cmpxchg is used: read, compute, exchange, and again if the value is no longer the one read. */
#define CMPXCHG(unused, element)                                                                 \
	do {                                                                                     \
		unsigned long old_;                                                              \
                                                                                                 \
		do {                                                                             \
			old_ = this_cpu_read(cmpxchg_counters.v[element]);                       \
		} while (this_cpu_cmpxchg(cmpxchg_counters.v[element], old_, old_ + 1) != old_); \
	} while (0)
DEFINE_LOOPS(cmpxchg, CMPXCHG, own);

static unsigned long inc_sum(unsigned int element)
{
	return per_cpu_sum(inc_counters.v[element]);
}

static unsigned long add_return_sum(unsigned int element)
{
	return per_cpu_sum(add_return_counters.v[element]);
}

static unsigned long cmpxchg_sum(unsigned int element)
{
	return per_cpu_sum(cmpxchg_counters.v[element]);
}

static unsigned long dynamic_sum(unsigned int element)
{
	return per_cpu_sum(dynamic_counters->v[element]);
}

void percpu_ways_setup(void)
{
	dynamic_counters = alloc_percpu(struct counters);
	if (!dynamic_counters)
		errx(EXIT_FAILURE, "alloc_percpu failed");
}

void percpu_ways_teardown(void)
{
	free_percpu(dynamic_counters);
}

const struct bench_way percpu_ways[] = {
	{.name = "this_cpu_inc_static", .loops = inc_static_loops, .elsewhere = inc_sum},
	{.name = "this_cpu_inc_dynamic", .loops = inc_dynamic_loops, .elsewhere = dynamic_sum},
	{.name = "this_cpu_add_return", .loops = add_return_loops, .elsewhere = add_return_sum},
	{.name = "this_cpu_cmpxchg", .loops = cmpxchg_loops, .elsewhere = cmpxchg_sum},
};
const size_t nr_percpu_ways = sizeof(percpu_ways) / sizeof(percpu_ways[0]);
