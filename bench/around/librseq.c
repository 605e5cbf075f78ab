// SPDX-License-Identifier: MIT
/*
 * A peer: the per-CPU memory pools of librseq.  Not part of this project, and not needed by it;
 * compare.sh --librseq takes an installation of it.
 */
#include "around/measure.h"
#include "harness/figure.h"

#include <err.h>
#include <pthread.h>
#include <stdlib.h>

#include <rseq/mempool.h>

#include "harness/place.h"
#include "harness/start_line.h"

#define THREADS 2
#define PAIRS 2000u

static struct rseq_mempool *pool;
static struct start_line start_line;

static void pair(void)
{
	void __rseq_percpu *item = rseq_mempool_percpu_zmalloc(pool);

	if (!item)
		err(EXIT_FAILURE, "rseq_mempool_percpu_zmalloc");
	rseq_mempool_percpu_free(item);
}

static void *work(void *argument)
{
	double *ns = argument;

	for (unsigned int slices = figures_slices(); slices; slices--) {
		uint64_t start;

		start_line_wait(&start_line);
		start = clock_ns(CLOCK_MONOTONIC);
		for (unsigned int i = 0; i < PAIRS; i++)
			pair();
		*ns = fmin(*ns, (double)(clock_ns(CLOCK_MONOTONIC) - start) / PAIRS);
	}
	return NULL;
}

static void *work_on_second(void *argument)
{
	place_bind(place_nth_cpu(1));
	return work(argument);
}

void measure_librseq(void)
{
	double ns[THREADS] = {INFINITY, INFINITY};
	struct rseq_mempool_attr *attr = rseq_mempool_attr_create();
	pthread_t thread;

	if (!attr || rseq_mempool_attr_set_percpu(attr, RSEQ_MEMPOOL_STRIDE, 0))
		err(EXIT_FAILURE, "rseq_mempool_attr_set_percpu");
	pool = rseq_mempool_create("pairs", sizeof(uint64_t), attr);
	if (!pool)
		err(EXIT_FAILURE, "rseq_mempool_create");
	place_bind(place_nth_cpu(0));
	figure("ns", FASTEST_NS(PAIRS, pair()), "zmalloc + free of 8 bytes");
	start_line_init(&start_line, THREADS);
	if (pthread_create(&thread, NULL, work_on_second, &ns[1]))
		errx(EXIT_FAILURE, "pthread_create");
	work(&ns[0]);
	pthread_join(thread, NULL);
	figure("ns", fmax(ns[0], ns[1]), "zmalloc + free of 8 bytes, 2 threads, each");
	rseq_mempool_destroy(pool);
	rseq_mempool_attr_destroy(attr);
}
