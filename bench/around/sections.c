// SPDX-License-Identifier: MIT
/*
 * Sections, and what happens inside of them.  As in percpu_bench a section is in one place of a
 * loop.  What is in another section or in a lock is all there: what is measured is the inner one.
 */
#include "around/measure.h"
#include "harness/figure.h"

#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include <percpu/local_lock.h>
#include <percpu/percpu.h>

#include "around/used_cpus.h"
#include "harness/place.h"

#define NR_COUNTERS 16

struct line {
	_Alignas(64) unsigned long count;
};

static DEFINE_PER_CPU(unsigned long, plain);
static DEFINE_PER_CPU(unsigned long, owned);
static DEFINE_PER_CPU(local_lock_t, lock) = INIT_LOCAL_LOCK(lock);
static DEFINE_PER_CPU(struct line, spread)[NR_COUNTERS];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned long guarded;

#define SECTION                       \
	do {                          \
		get_cpu_var(owned)++; \
		put_cpu_var(owned);   \
	} while (0)

static void hold(void)
{
	(void)get_cpu_var(owned);
}

static void *nothing(void *unused)
{
	return unused;
}

/* In a process that never had a second thread, a mutex of glibc's has no locked instruction. */
static void have_had_threads(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, nothing, NULL) || pthread_join(thread, NULL))
		errx(EXIT_FAILURE, "pthread_create");
}

static void measure_section(void)
{
	use_two_cpus();
	have_had_threads();
	figure("ns", FASTEST_NS(5000, SECTION), "a section");
}

void measure_sections(void)
{
	measure_section();
	figure("ns", FASTEST_NS(20000, this_cpu_inc(plain)), "this_cpu_inc, outside");
	hold();
	figure("ns", FASTEST_NS(20000, this_cpu_inc(plain)), "this_cpu_inc, in a section");
	figure("ns", FASTEST_NS(5000, SECTION), "a section in a section");
	put_cpu_var(owned);
	local_lock(&lock);
	figure("ns", FASTEST_NS(5000, SECTION), "a section in a local_lock");
	local_unlock(&lock);
}

/* Four times four, so that no loop hides what a single one costs. */
#define FOUR(operation, first)  \
	operation(first);       \
	operation((first) + 1); \
	operation((first) + 2); \
	operation((first) + 3)
#define SIXTEEN(operation)  \
	FOUR(operation, 0); \
	FOUR(operation, 4); \
	FOUR(operation, 8); \
	FOUR(operation, 12)
#define COUNT(i) this_cpu_inc(spread[i].count)

static struct line by_cpu[CPU_SETSIZE][NR_COUNTERS];
#define COUNT_BY_HAND(i) \
	(void)__atomic_fetch_add(&by_cpu[sched_getcpu()][i].count, 1, __ATOMIC_RELAXED)

void measure_fallback(void)
{
	measure_section();
	figure("ns",
	       FASTEST_NS(5000,
			  {
				  pthread_mutex_lock(&mutex);
				  guarded++;
				  pthread_mutex_unlock(&mutex);
			  }),
	       "a mutex, locked and unlocked");
	figure("ns", FASTEST_NS(1000, { SIXTEEN(COUNT); }) / NR_COUNTERS,
	       "this_cpu_inc, 16 counters");
	figure("ns", FASTEST_NS(1000, { SIXTEEN(COUNT_BY_HAND); }) / NR_COUNTERS,
	       "sched_getcpu + locked add, 16 counters");
}
