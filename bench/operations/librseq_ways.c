// SPDX-License-Identifier: MIT
/* librseq: per-CPU memory of its pools, and its addition.  Not needed; compiled where it is. */
#include "operations/families.h"
#include "operations/loops.h"

#include <err.h>
#include <stdint.h>
#include <stdlib.h>

#include <rseq/mempool.h>
#include <rseq/rseq.h>

static struct rseq_mempool *pool;
static struct counters __rseq_percpu *counters;

static inline void librseq_inc(struct counters __rseq_percpu *base, unsigned int element)
{
	intptr_t *counter;
	int cpu;

	do {
		cpu = (int)rseq_cpu_start();
		counter = (intptr_t *)&rseq_percpu_ptr(base, cpu)->v[element];
	} while (__builtin_expect(
		rseq_load_add_store__ptr(RSEQ_MO_RELAXED, RSEQ_PERCPU_CPU_ID, counter, 1, cpu), 0));
}

#define LIBRSEQ_INC(base, element) librseq_inc(base, element)
DEFINE_LOOPS_ONE_AND_APART(librseq_inc, LIBRSEQ_INC, NOTHING_LEFT, counters);

static unsigned long librseq_inc_sum(unsigned int element)
{
	const int cpus = rseq_mempool_get_max_nr_cpus(pool);
	unsigned long sum = 0;

	for (int cpu = 0; cpu < cpus; cpu++)
		sum += rseq_percpu_ptr(counters, cpu)->v[element];
	return sum;
}

static bool is_registered(void)
{
	return rseq_current_cpu_raw() >= 0;
}

static void setup(void)
{
	struct rseq_mempool_attr *attr = rseq_mempool_attr_create();

	if (!attr || rseq_mempool_attr_set_percpu(attr, RSEQ_MEMPOOL_STRIDE, 0))
		errx(EXIT_FAILURE, "rseq_mempool_attr_set_percpu");
	pool = rseq_mempool_create("counters", sizeof(struct counters), attr);
	rseq_mempool_attr_destroy(attr);
	counters = pool ? rseq_mempool_percpu_zmalloc(pool) : NULL;
	if (!counters)
		err(EXIT_FAILURE, "a pool of librseq");
}

static void teardown(void)
{
	rseq_mempool_percpu_free(counters);
	rseq_mempool_destroy(pool);
}

static const struct bench_way ways[] = {
	{
		.name = "librseq_inc",
		.peer = "librseq",
		.available = is_registered,
		COUNTED(librseq_inc),
	},
};

const struct way_family librseq_ways = {
	FAMILY_OF(ways),
	.setup = setup,
	.teardown = teardown,
};
