// SPDX-License-Identifier: MIT
/* Ways to count that every program has: what per-CPU variables are compared to. */
#include "cases.h"
#include "loops.h"

#include <err.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <percpu/percpu.h>

/*
 * The empty asm says that the counter is read and written here, so the compiler must finish each
 * increment in memory: one `add $1, mem` on x86-64.  volatile would cost three instructions.
 */
#define INC(counter)                                      \
	do {                                              \
		(counter)++;                              \
		__asm__ __volatile__("" : "+m"(counter)); \
	} while (0)

#define LOCK_INC(counter) ((void)__atomic_fetch_add(&(counter), 1, __ATOMIC_RELAXED))

static _Thread_local struct counters thread_locals;
static struct counters shared;

/* One element a CPU: how programs count a CPU without this library. */
static struct counters *padded;

#define PLAIN_INC(own, element) INC((own)->v[element])
DEFINE_LOOPS(plain_inc, PLAIN_INC, own);

#define THREAD_LOCAL_INC(unused, element) INC(thread_locals.v[element])
DEFINE_LOOPS(thread_local_inc, THREAD_LOCAL_INC, own);

#define LOCK_INC_OWN(own, element) LOCK_INC((own)->v[element])
DEFINE_LOOPS(lock_inc_own, LOCK_INC_OWN, own);

#define LOCK_INC_SHARED(base, element) LOCK_INC((base)->v[element])
DEFINE_LOOPS(lock_inc_shared, LOCK_INC_SHARED, &shared);

#define GETCPU_LOCK_INC(base, element) LOCK_INC((base)[sched_getcpu()].v[element])
DEFINE_LOOPS(getcpu_lock_inc, GETCPU_LOCK_INC, padded);

static unsigned long thread_local_value(unsigned int element)
{
	return thread_locals.v[element];
}

static unsigned long shared_value(unsigned int element)
{
	return shared.v[element];
}

static unsigned long padded_sum(unsigned int element)
{
	unsigned long sum = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		sum += padded[cpu].v[element];
	return sum;
}

void ordinary_ways_setup(void)
{
	size_t size = nr_cpu_ids * sizeof(*padded);

	if (sched_getcpu() < 0)
		err(EXIT_FAILURE, "sched_getcpu");
	padded = aligned_alloc(_Alignof(struct counters), size);
	if (!padded)
		err(EXIT_FAILURE, "padded counters");
	memset(padded, 0, size);
}

void ordinary_ways_teardown(void)
{
	free(padded);
}

const struct bench_way ordinary_ways[] = {
	{.name = PLAIN_WAY, .loops = plain_inc_loops},
	{
		.name = "thread_local_inc",
		.loops = thread_local_inc_loops,
		.of_this_thread = thread_local_value,
	},
	{.name = LOCK_WAY, .loops = lock_inc_own_loops},
	{.name = "lock_inc_shared", .loops = lock_inc_shared_loops, .elsewhere = shared_value},
	{.name = "getcpu_lock_inc", .loops = getcpu_lock_inc_loops, .elsewhere = padded_sum},
};
const size_t nr_ordinary_ways = sizeof(ordinary_ways) / sizeof(ordinary_ways[0]);
