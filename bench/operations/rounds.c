// SPDX-License-Identifier: MIT
#include "operations/rounds.h"

#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/place.h"
#include "harness/rotation.h"
#include "harness/start_line.h"
#include "harness/stopwatch.h"

/*
 * Not recorded: they bring the slices to their length, and caches and CPU clocks to theirs.  There
 * are no more of them than are recorded.
 */
#define WARM_UP_ROUNDS 5
#define FIRST_ITERATIONS 64

struct worker {
	struct group *group;
	unsigned int index;     /* worker 0 leads: it does the bookkeeping */
	struct counters *own;   /* one a case */
	struct stopwatch watch; /* of the last slice */
	pthread_t thread;
};

/*
 * Plain fields that the leader writes between the end of one slice and the start of the next;
 * the start line orders that with the other workers' reads.
 */
struct group {
	const struct schedule *schedule;
	unsigned int threads;
	unsigned int cpus; /* that they may use */
	size_t warm_up;    /* rounds */
	struct ledger *ledgers;
	struct record *records;
	size_t nr_cases;
	unsigned long *iterations; /* of each case's next slice */
	uint64_t deadline;
	bool finished;
	struct worker *workers;
	struct start_line start_line;
};

static void *zeroed(size_t alignment, size_t size)
{
	void *memory = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);

	if (!memory)
		err(EXIT_FAILURE, "memory for the threads");
	return memset(memory, 0, size);
}

static void run_slice(struct worker *worker, size_t index)
{
	struct group *group = worker->group;
	const struct bench_case *subject = &group->ledgers[index].subject;
	bench_loop *loop = subject->way->loops[subject->layout];
	struct stopwatch watch = {0};

	if (subject->way->enter)
		subject->way->enter(worker->index, group->threads);
	start_line_wait(&group->start_line);
	stopwatch_start(&watch);
	loop(&worker->own[index], group->iterations[index]);
	stopwatch_stop(&watch);
	worker->watch = watch;
	start_line_wait(&group->start_line);
	if (subject->way->leave)
		subject->way->leave();
}

/* The last slice as the nanoseconds of one thread's operation, by each clock. */
static void measure_slice(const struct group *group, unsigned long iterations, double *ns)
{
	double operations = (double)iterations * OPERATIONS_PER_ITERATION;
	struct teamwatch team = TEAMWATCH_INIT;

	for (unsigned int i = 0; i < group->threads; i++)
		teamwatch_add(&team, &group->workers[i].watch);
	ns[CPU_TIME] = (double)team.cpu_ns / (operations * group->threads);
	ns[WALL_TIME] = teamwatch_wall_ns(&team) / operations;
}

/*
 * Half way to what would have taken a slice.  A slice that was interrupted shortens the next one,
 * but at most by half; a first slice too short for the threads to meet corrects itself.
 */
static unsigned long next_iterations(const struct group *group, unsigned long iterations,
				     double expected_ns)
{
	double slice = (double)group->schedule->slice_ns;
	double fitting = slice / (expected_ns * OPERATIONS_PER_ITERATION);

	return (unsigned long)(((double)iterations + fitting) / 2) + 1;
}

/*
 * What an operation adds to a slice.  More threads than CPUs wait for each other, mostly for those
 * that have not begun: that is nothing that a shorter slice would have less of.
 */
static double slice_ns_of(const struct group *group, const double *ns)
{
	return group->threads > group->cpus ? ns[CPU_TIME] * group->threads / group->cpus
					    : ns[WALL_TIME];
}

static void book_slice(struct group *group, size_t round, size_t index)
{
	unsigned long iterations = group->iterations[index];
	double ns[NR_CLOCKS];

	measure_slice(group, iterations, ns);
	group->ledgers[index].iterations += iterations * group->threads;
	group->iterations[index] = next_iterations(group, iterations, slice_ns_of(group, ns));
	if (round >= group->warm_up)
		series_add(&group->records[index].ns, ns);
}

static void run_round(struct worker *worker, size_t round)
{
	struct group *group = worker->group;
	size_t nr = group->nr_cases;

	for (size_t slot = 0; slot < nr; slot++) {
		size_t index = rotation_index(round, slot, nr);

		if (!case_runs(&group->ledgers[index].subject, group->threads))
			continue;
		run_slice(worker, index);
		if (worker->index == 0)
			book_slice(group, round, index);
	}
}

/* One round at least is measured, however late it is. */
static bool is_last(const struct group *group, size_t round)
{
	if (round < group->warm_up)
		return false;
	return round + 1 == group->schedule->rounds + group->warm_up ||
	       clock_ns(CLOCK_MONOTONIC) >= group->deadline;
}

/* Thread-local counts would die with the thread. */
static void keep_thread_locals(struct worker *worker)
{
	for (size_t i = 0; i < worker->group->nr_cases; i++) {
		const struct bench_way *way = worker->group->ledgers[i].subject.way;

		for (unsigned int element = 0; way->of_this_thread && element < NR_ELEMENTS;
		     element++)
			worker->own[i].v[element] += way->of_this_thread(element);
	}
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	struct group *group = worker->group;

	if (group->schedule->pin)
		place_bind(place_nth_cpu(worker->index));
	for (size_t round = 0; !group->finished; round++) {
		run_round(worker, round);
		if (worker->index == 0)
			group->finished = is_last(group, round);
		start_line_wait(&group->start_line);
	}
	keep_thread_locals(worker);
	return NULL;
}

static void start_worker(struct group *group, unsigned int index)
{
	struct worker *worker = &group->workers[index];
	int error;

	worker->group = group;
	worker->index = index;
	worker->own = zeroed(_Alignof(struct counters), group->nr_cases * sizeof(*worker->own));
	error = pthread_create(&worker->thread, NULL, work, worker);
	if (error)
		errx(EXIT_FAILURE, "thread %u: %s", index, strerror(error));
}

static void join_worker(struct group *group, struct worker *worker)
{
	pthread_join(worker->thread, NULL);
	for (size_t i = 0; i < group->nr_cases; i++) {
		for (unsigned int element = 0; element < NR_ELEMENTS; element++)
			group->ledgers[i].retired.v[element] += worker->own[i].v[element];
	}
	free(worker->own);
}

void run_rounds(const struct schedule *schedule, unsigned int threads, struct ledger *ledgers,
		struct record *records, size_t nr_cases)
{
	struct group group = {
		.schedule = schedule,
		.threads = threads,
		.cpus = place_count(),
		.warm_up = schedule->rounds < WARM_UP_ROUNDS ? schedule->rounds : WARM_UP_ROUNDS,
		.ledgers = ledgers,
		.records = records,
		.nr_cases = nr_cases,
		.deadline = clock_ns(CLOCK_MONOTONIC) + schedule->limit_ns,
	};

	group.iterations = zeroed(64, nr_cases * sizeof(*group.iterations));
	for (size_t i = 0; i < nr_cases; i++)
		group.iterations[i] = FIRST_ITERATIONS;
	group.workers = zeroed(64, threads * sizeof(*group.workers));
	start_line_init(&group.start_line, threads);
	for (unsigned int i = 0; i < threads; i++)
		start_worker(&group, i);
	for (unsigned int i = 0; i < threads; i++)
		join_worker(&group, &group.workers[i]);
	free(group.workers);
	free(group.iterations);
}
