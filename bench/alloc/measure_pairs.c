// SPDX-License-Identifier: MIT
/*
 * An allocation and its free at once.
 *
 * All threads start together and go on until the same moment, so that nearly all of the time is one
 * in which all of them are at it; how much of it was, is measured.
 */
#include "alloc/measure_pairs.h"

#include "alloc/crew.h"
#include "alloc/run_delay.h"
#include "harness/start_line.h"
#include "harness/stopwatch.h"

/* Between two looks at the clock. */
#define PAIRS_A_BATCH 256
/* Not measured: brings caches, the allocator's and the CPU's, to their state. */
#define WARM_UP_BATCHES 8

struct worker {
	struct stopwatch watch;
	double waited_ns;
	size_t pairs;
	char apart[64]; /* from the next one's */
};

struct job {
	void (*pairs)(size_t nr);
	uint64_t length_ns;
	struct start_line start_line;
	struct worker workers[MAX_USED_CPUS];
};

static void work(void *context, unsigned int index)
{
	struct job *job = context;
	struct worker *worker = &job->workers[index];
	uint64_t deadline;
	double delay;

	for (int i = 0; i < WARM_UP_BATCHES; i++)
		job->pairs(PAIRS_A_BATCH);
	delay = run_delay_ns();
	start_line_wait(&job->start_line);
	stopwatch_start(&worker->watch);
	deadline = worker->watch.started[WALL_TIME] + job->length_ns;
	do {
		job->pairs(PAIRS_A_BATCH);
		worker->pairs += PAIRS_A_BATCH;
	} while (clock_ns(CLOCK_MONOTONIC) < deadline);
	stopwatch_stop(&worker->watch);
	worker->waited_ns = run_delay_ns() - delay;
}

static void evaluate(const struct job *job, unsigned int threads, struct sample *sample)
{
	struct teamwatch team = TEAMWATCH_INIT;
	double pairs = 0, waited = 0, all;

	for (unsigned int i = 0; i < threads; i++) {
		teamwatch_add(&team, &job->workers[i].watch);
		pairs += (double)job->workers[i].pairs;
		waited += job->workers[i].waited_ns;
	}
	all = teamwatch_wall_ns(&team);
	sample->value[PAIR][CPU_TIME] = (double)team.cpu_ns / pairs;
	sample->value[PAIR][WALL_TIME] = all * threads / pairs;
	sample->value[OVERLAP][CPU_TIME] = teamwatch_overlap_ns(&team) / all;
	sample->value[WAITED][CPU_TIME] = waited / (all * threads);
}

void measure_pairs(const struct line *line, const struct effort *effort, struct sample *sample)
{
	static struct job job;

	job.pairs = line->written ? line->way->pairs_written : line->way->pairs;
	job.length_ns = effort->pair_us * UINT64_C(1000);
	start_line_init(&job.start_line, line->threads);
	crew_run(line->threads, work, &job);
	evaluate(&job, line->threads, sample);
}
