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
#include "harness/stopwatch.h"

#define SLICE_NS 100000.0 /* about as long as one is: see FASTEST_NS */
#define TOGETHER 0.8      /* part of a slice in which all threads are at it: or it does not count */
#define MOST_ROUNDS 20    /* times the usual, until a tenth of the usual has counted */
#define MOST_TIMES 100000
#define MOST_WAYS 16

struct race {
	const struct way *ways;
	size_t nr;
	unsigned int threads;
	unsigned int rounds;
	unsigned int times[MOST_WAYS]; /* of each way, in a slice */
	struct start_line start, end;
	struct stopwatch *watches; /* by thread, the slice that has just ended */
	double fastest[MOST_WAYS]; /* of each way, from the first start to the last end, ns */
	unsigned int counted[MOST_WAYS];
	bool over;
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

/*
 * On a busy machine one thread may begin when another has ended. That counts until there is
 * something better.
 */
static void take_slice(struct race *race, size_t index)
{
	struct teamwatch team = TEAMWATCH_INIT;

	for (unsigned int i = 0; i < race->threads; i++)
		teamwatch_add(&team, &race->watches[i]);
	if (!race->counted[index])
		race->fastest[index] = fmin(race->fastest[index], teamwatch_wall_ns(&team));
	if (teamwatch_overlap_ns(&team) < TOGETHER * teamwatch_wall_ns(&team))
		return;
	if (!race->counted[index]++)
		race->fastest[index] = INFINITY;
	race->fastest[index] = fmin(race->fastest[index], teamwatch_wall_ns(&team));
}

static void run_slice(const struct runner *runner, size_t index)
{
	struct race *race = runner->race;
	struct stopwatch watch = {0};

	start_line_wait(&race->start);
	stopwatch_start(&watch);
	race->ways[index].operate(race->times[index]);
	stopwatch_stop(&watch);
	race->watches[runner->number] = watch;
	start_line_wait(&race->end);
	if (!runner->number)
		take_slice(race, index);
}

static bool enough(const struct race *race, unsigned int round)
{
	if (round < race->rounds || figures_are_quick())
		return round >= race->rounds;
	for (size_t i = 0; i < race->nr; i++)
		if (race->counted[i] < (race->rounds + 9) / 10)
			return round >= MOST_ROUNDS * race->rounds;
	return true;
}

static void *run(void *arg)
{
	const struct runner *runner = arg;
	struct race *race = runner->race;

	place_bind(place_own_cpu(runner->number, race->threads));
	for (unsigned int round = 0; !race->over; round++) {
		for (size_t slot = 0; slot < race->nr; slot++)
			run_slice(runner, rotation_index(round, slot, race->nr));
		if (!runner->number)
			race->over = enough(race, round + 1);
		start_line_wait(&race->start);
	}
	return NULL;
}

static void run_all(struct race *race)
{
	struct runner *runners = calloc(race->threads, sizeof(*runners));

	race->watches = calloc(race->threads, sizeof(*race->watches));
	if (!runners || !race->watches)
		err(EXIT_FAILURE, "%u threads", race->threads);
	for (unsigned int i = 0; i < race->threads; i++) {
		runners[i] = (struct runner){.race = race, .number = i};
		if (pthread_create(&runners[i].thread, NULL, run, &runners[i]))
			errx(EXIT_FAILURE, "pthread_create");
	}
	for (unsigned int i = 0; i < race->threads; i++)
		pthread_join(runners[i].thread, NULL);
	free(race->watches);
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
