// SPDX-License-Identifier: MIT
/*
 * DPDK's variables a logical core, which is a thread there.  Not needed; compiled where it is.  Up
 * to 24.07 they are thread-local variables; later ones are addressed by the core's number, which
 * a thread gets when it is registered: here it is set by hand, without DPDK's environment.
 */
#include "operations/families.h"
#include "operations/loops.h"

#include <rte_lcore.h>
#include <rte_per_lcore.h>

#ifdef HAVE_LCORE_VAR
#include <rte_lcore_var.h>

static RTE_LCORE_VAR_HANDLE(struct counters, counters);
RTE_LCORE_VAR_INIT_SIZE_ALIGN(counters, sizeof(struct counters), RTE_CACHE_LINE_SIZE)

#define LCORE_INC(base, element) INC(RTE_LCORE_VAR(base)->v[element])
DEFINE_LOOPS_ONE_AND_APART(lcore_inc, LCORE_INC, NOTHING_LEFT, counters);

static unsigned long lcore_inc_sum(unsigned int element)
{
	const struct counters *of_core;
	unsigned long sum = 0;
	unsigned int core;

	RTE_LCORE_VAR_FOREACH(core, of_core, counters)
	sum += of_core->v[element];
	return sum;
}

static void enter(unsigned int thread, unsigned int threads)
{
	(void)threads;
	RTE_PER_LCORE(_lcore_id) = thread;
}

#define HOW .elsewhere = lcore_inc_sum, .enter = enter, .max_threads = RTE_MAX_LCORE
#else
static RTE_DEFINE_PER_LCORE(struct counters, counters);

#define LCORE_INC(unused, element) INC(RTE_PER_LCORE(counters).v[element])
DEFINE_LOOPS_ONE_AND_APART(lcore_inc, LCORE_INC, NOTHING_LEFT, own);

static unsigned long of_this_core(unsigned int element)
{
	return RTE_PER_LCORE(counters).v[element];
}

#define HOW .of_this_thread = of_this_core
#endif

static const struct bench_way ways[] = {
	{
		.name = "lcore_inc",
		.peer = "DPDK, per lcore",
		.loops = lcore_inc_loops,
		HOW,
	},
};

const struct way_family dpdk_ways = {
	FAMILY_OF(ways),
};
