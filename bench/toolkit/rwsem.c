// SPDX-License-Identifier: MIT
/* percpu_rw_semaphore, beside this_cpu_inc() and pthread_rwlock_t: readers and a writer. */
#include "toolkit/part.h"

#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include <percpu/percpu.h>
#include <percpu/rwsem.h>

#include "harness/figure.h"
#include "harness/place.h"
#include "harness/stats.h"
#include "toolkit/turns.h"

static DEFINE_PER_CPU(unsigned long, count);
DEFINE_STATIC_PERCPU_RWSEM(sem);
static struct {
	_Alignas(64) pthread_rwlock_t lock;
} by_hand = {PTHREAD_RWLOCK_INITIALIZER};

WAY(inc, this_cpu_inc(count))
WAY(reader, {
	percpu_down_read(&sem);
	percpu_up_read(&sem);
})
WAY(pthreads, {
	pthread_rwlock_rdlock(&by_hand.lock);
	pthread_rwlock_unlock(&by_hand.lock);
})

/* A reader on another CPU, which says that it is there. */
static struct {
	_Alignas(64) atomic_ulong passes;
	atomic_bool over;
} beside;

static void *read_on(void *unused)
{
	place_bind(place_own_cpu(1, 2));
	while (!beside.over) {
		reader(10);
		pthreads(10);
		beside.passes++;
	}
	return unused;
}

static void write_once(void)
{
	percpu_down_write(&sem);
	percpu_up_write(&sem);
}

static void write_by_hand(void)
{
	pthread_rwlock_wrlock(&by_hand.lock);
	pthread_rwlock_unlock(&by_hand.lock);
}

/* One write, while the reader runs. */
static double time_of(void (*write)(void))
{
	const unsigned long passes = beside.passes;
	uint64_t began;

	while (beside.passes == passes)
		;
	began = clock_ns(CLOCK_MONOTONIC);
	write();
	return (double)(clock_ns(CLOCK_MONOTONIC) - began) / 1000;
}

/* The one in the middle of many: each has an interrupt on another CPU, or a reader, to wait for. */
static double median_of(void (*write)(void))
{
	const size_t nr = figures_part(200);
	double *times = calloc(nr, sizeof(*times)), median;

	if (!times)
		err(EXIT_FAILURE, "%zu times", nr);
	for (size_t i = 0; i < nr; i++)
		times[i] = time_of(write);
	median = summarize(times, nr).median;
	free(times);
	return median;
}

static void measure_writers_beside_a_reader(void)
{
	pthread_t thread;

	place_bind(place_own_cpu(0, 2));
	if (pthread_create(&thread, NULL, read_on, NULL))
		errx(EXIT_FAILURE, "pthread_create");
	figure("us", median_of(write_once), "percpu_down_write + up_write, beside a reader");
	figure("us", median_of(write_by_hand), "pthread_rwlock_wrlock + unlock, beside a reader");
	beside.over = true;
	pthread_join(thread, NULL);
}

static void measure(void)
{
	static const struct way ways[] = {
		{"this_cpu_inc", inc, 0},
		{"percpu_down_read + up_read", reader, 6},
		{"pthread_rwlock_rdlock + unlock", pthreads, 0},
	};

	turns_measure_all(ways, sizeof(ways) / sizeof(ways[0]));
	figure("us", FASTEST_NS(50, write_once()) / 1000, "percpu_down_write + up_write, alone");
	figure("us", FASTEST_NS(50, write_by_hand()) / 1000,
	       "pthread_rwlock_wrlock + unlock, alone");
	if (place_count() > 1)
		measure_writers_beside_a_reader();
}

TOOLKIT_GROUP(rwsem, "rwsem", NULL, measure)
TOOLKIT_GROUP(rwsem_fallback, "rwsem, fallback", "backend:fallback", measure)
