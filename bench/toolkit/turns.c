// SPDX-License-Identifier: MIT
#include "toolkit/turns.h"

#include <err.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/clock.h"
#include "harness/figure.h"
#include "harness/place.h"
#include "harness/rotation.h"
#include "harness/start_line.h"

#define SLICE_NS 100000.0 /* about as long as one is: see FASTEST_NS */
#define MOST_TIMES 100000
#define MOST_WAYS 16

struct race {
	const struct way *ways;
	size_t nr;
	unsigned int threads;
	unsigned int rounds;
	unsigned int times[MOST_WAYS]; /* of each way, in a slice */
	struct start_line start, end;
	double *took;              /* by thread, the slice that has just ended, ns */
	double fastest[MOST_WAYS]; /* of each way, the slowest thread's slice, ns */
};

struct runner {
	struct race *race;
	unsigned int number;
	pthread_t thread;
};

static double slice_ns(const struct way *way, unsigned int times)
{
	const uint64_t start = clock_ns(CLOCK_MONOTONIC);

	way->operate(times);
	return (double)(clock_ns(CLOCK_MONOTONIC) - start);
}

/* How often a way is gone in a slice. */
static unsigned int times_of(const struct way *way)
{
	double fastest = INFINITY;

	for (int i = 0; i < 5; i++)
		fastest = fmin(fastest, slice_ns(way, 200) / 200);
	return (unsigned int)fmin(fmax(SLICE_NS / fastest, 8), MOST_TIMES);
}

static double slowest(const struct race *race)
{
	double ns = 0;

	for (unsigned int i = 0; i < race->threads; i++)
		ns = fmax(ns, race->took[i]);
	return ns;
}

static void run_slice(const struct runner *runner, size_t index)
{
	struct race *race = runner->race;

	start_line_wait(&race->start);
	race->took[runner->number] = slice_ns(&race->ways[index], race->times[index]);
	start_line_wait(&race->end);
	if (!runner->number)
		race->fastest[index] = fmin(race->fastest[index], slowest(race));
}

static void *run(void *arg)
{
	const struct runner *runner = arg;
	const struct race *race = runner->race;

	place_bind(place_own_cpu(runner->number, race->threads));
	for (unsigned int round = 0; round < race->rounds; round++)
		for (size_t slot = 0; slot < race->nr; slot++)
			run_slice(runner, rotation_index(round, slot, race->nr));
	return NULL;
}

static void run_all(struct race *race)
{
	struct runner *runners = calloc(race->threads, sizeof(*runners));

	race->took = calloc(race->threads, sizeof(*race->took));
	if (!runners || !race->took)
		err(EXIT_FAILURE, "%u threads", race->threads);
	for (unsigned int i = 0; i < race->threads; i++) {
		runners[i] = (struct runner){.race = race, .number = i};
		if (pthread_create(&runners[i].thread, NULL, run, &runners[i]))
			errx(EXIT_FAILURE, "pthread_create");
	}
	for (unsigned int i = 0; i < race->threads; i++)
		pthread_join(runners[i].thread, NULL);
	free(race->took);
	free(runners);
}

static void book(const struct race *race)
{
	const double first = race->fastest[0] / race->times[0];
	char at_once[32] = "";

	if (race->threads > 1)
		snprintf(at_once, sizeof(at_once), ", %u threads", race->threads);
	for (size_t i = 0; i < race->nr; i++) {
		const struct way *way = &race->ways[i];
		const double ns = race->fastest[i] / race->times[i];

		figure("ns", ns, "%s%s", way->name, at_once);
		if (i)
			figure_at_most(way->at_most, "x", ns / first, "%s / %s%s", way->name,
				       race->ways[0].name, at_once);
	}
}

void turns_measure(const struct way *ways, size_t nr, unsigned int threads)
{
	struct race race = {.ways = ways, .nr = nr, .threads = threads, .rounds = figures_slices()};

	if (nr > MOST_WAYS)
		errx(EXIT_FAILURE, "more than %d ways", MOST_WAYS);
	for (size_t i = 0; i < nr; i++) {
		race.times[i] = times_of(&ways[i]);
		race.fastest[i] = INFINITY;
	}
	start_line_init(&race.start, threads);
	start_line_init(&race.end, threads);
	run_all(&race);
	book(&race);
}

void turns_measure_all(const struct way *ways, size_t nr)
{
	const unsigned int all = place_count();

	for (unsigned int threads = 1; threads <= 2 && threads <= all; threads++)
		turns_measure(ways, nr, threads);
	if (all > 2)
		turns_measure(ways, nr, all);
}
