// SPDX-License-Identifier: MIT
/* Ways to count that every program has: what per-CPU variables are compared to. */
#include "operations/families.h"
#include "operations/loops.h"

#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <percpu/percpu.h>

#include "operations/setting.h"

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

/* A mutex that no other thread ever wants. (The process has more threads: glibc does it in full.)
 */
static _Thread_local _Alignas(64) pthread_mutex_t own_mutex = PTHREAD_MUTEX_INITIALIZER;

#define MUTEX_INC(mutex, element)            \
	do {                                 \
		pthread_mutex_lock(mutex);   \
		INC(own->v[element]);        \
		pthread_mutex_unlock(mutex); \
	} while (0)
DEFINE_ROLLED_LOOPS(mutex_inc, MUTEX_INC, &own_mutex);

static unsigned long thread_local_value(unsigned int element)
{
	return thread_locals.v[element];
}

static unsigned long lock_inc_shared_sum(unsigned int element)
{
	return shared.v[element];
}

static unsigned long getcpu_lock_inc_sum(unsigned int element)
{
	unsigned long sum = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		sum += padded[cpu].v[element];
	return sum;
}

static void setup(void)
{
	size_t size = nr_cpu_ids * sizeof(*padded);

	if (sched_getcpu() < 0)
		err(EXIT_FAILURE, "sched_getcpu");
	padded = aligned_alloc(_Alignof(struct counters), size);
	if (!padded)
		err(EXIT_FAILURE, "padded counters");
	memset(padded, 0, size);
}

static void teardown(void)
{
	free(padded);
}

static const struct bench_way ways[] = {
	{.name = PLAIN_WAY, .peer = "plain", .loops = plain_inc_loops},
	{
		.name = "thread_local_inc",
		.peer = "thread-local",
		.loops = thread_local_inc_loops,
		.of_this_thread = thread_local_value,
	},
	{.name = LOCK_WAY, .peer = "atomic, the thread's own", .loops = lock_inc_own_loops},
	{.name = "lock_inc_shared", .peer = "atomic, shared", COUNTED(lock_inc_shared)},
	{
		.name = "getcpu_lock_inc",
		.peer = "per-CPU array, sched_getcpu()",
		COUNTED(getcpu_lock_inc),
		.settings = SETTING_BIT(SETTING_FALLBACK),
	},
	{
		.name = "mutex_inc",
		.loops = mutex_inc_loops,
		.settings = SETTING_BIT(SETTING_FALLBACK),
	},
};

const struct way_family ordinary_ways = {
	FAMILY_OF(ways),
	.setup = setup,
	.teardown = teardown,
};
