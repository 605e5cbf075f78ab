// SPDX-License-Identifier: MIT
/* An allocation and its free at once, alone and of two threads, beside malloc() and free(). */
#include "around/measure.h"
#include "harness/figure.h"

#include <err.h>
#include <pthread.h>
#include <stdlib.h>

#include <percpu/percpu.h>

#include "around/used_cpus.h"
#include "harness/place.h"
#include "harness/start_line.h"

#define THREADS 2
#define PAIRS 2000u

struct worker {
	pthread_t thread;
	struct start_line *start_line;
	unsigned int index;
	double ns;
};

static void pair(void)
{
	uint64_t __percpu *counter = alloc_percpu(uint64_t);

	if (!counter)
		errx(EXIT_FAILURE, "alloc_percpu");
	free_percpu(counter);
}

static void malloc_pair(void)
{
	void *memory = malloc(8);

	__asm__ __volatile__("" : "+r"(memory)); /* or it is not there at all */
	free(memory);
}

/* Each slice starts at once everywhere, so that the fastest one had company unless it was alone. */
static void *work(void *argument)
{
	struct worker *worker = argument;

	place_bind(place_nth_cpu(worker->index));
	worker->ns = INFINITY;
	for (unsigned int slices = figures_slices(); slices; slices--) {
		uint64_t start;

		start_line_wait(worker->start_line);
		start = clock_ns(CLOCK_MONOTONIC);
		for (unsigned int i = 0; i < PAIRS; i++)
			pair();
		worker->ns = fmin(worker->ns, (double)(clock_ns(CLOCK_MONOTONIC) - start) / PAIRS);
	}
	return NULL;
}

static void measure_at_once(void)
{
	struct start_line start_line;
	struct worker workers[THREADS];
	double slowest = 0;

	start_line_init(&start_line, THREADS);
	for (unsigned int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){.start_line = &start_line, .index = i};
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			errx(EXIT_FAILURE, "pthread_create");
	}
	for (unsigned int i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		slowest = fmax(slowest, workers[i].ns);
	}
	figure("ns", slowest, "alloc + free of 8 bytes, 2 threads, each");
}

void measure_pairs(void)
{
	measure_at_once();
	use_two_cpus();
	figure("ns", FASTEST_NS(PAIRS, pair()), "alloc + free of 8 bytes");
	figure("ns", FASTEST_NS(PAIRS, malloc_pair()), "malloc + free of 8 bytes");
}
