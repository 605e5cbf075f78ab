/* SPDX-License-Identifier: MIT */
/* What one update costs. */
#include "cost.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* Answers of all classes and many latencies, in turn. A power of two: one mask picks the next. */
enum { PATTERN = 16 };

struct hammer {
	pthread_t thread;
	const struct counter_ops *counters;
	const struct answer *pattern;
	pthread_rwlock_t *gate;
	uint64_t calls;
	uint64_t cpu_ns;
};

static void make_pattern(struct answer pattern[PATTERN])
{
	for (unsigned int i = 0; i < PATTERN; i++) {
		uint64_t latency_ns = (i + 1) * UINT64_C(3001);

		pattern[i] = (struct answer){
			.body_bytes = 1 + i,
			.latency_ns = latency_ns,
			.status_class = i % STATUS_CLASSES,
			.latency_bucket = latency_bucket(latency_ns),
		};
	}
}

static uint64_t thread_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void *hammer_run(void *argument)
{
	struct hammer *hammer = argument;

	pthread_rwlock_rdlock(hammer->gate);

	uint64_t start_ns = thread_cpu_ns();

	for (uint64_t i = 0; i < hammer->calls; i++)
		hammer->counters->count(&hammer->pattern[i % PATTERN]);
	hammer->cpu_ns = thread_cpu_ns() - start_ns;
	pthread_rwlock_unlock(hammer->gate);
	return NULL;
}

/*
 * Starts the threads behind a closed gate and waits for all of them. The gate is a lock that the
 * threads share, not a barrier: when a thread cannot be started, those that were still get through.
 */
static int run_all(struct hammer *hammers, int threads, pthread_rwlock_t *gate, uint64_t *wall_ns)
{
	int started = 0;
	int error = 0;

	pthread_rwlock_wrlock(gate);
	while (started < threads && !error) {
		struct hammer *next = &hammers[started];

		error = pthread_create(&next->thread, NULL, hammer_run, next);
		if (!error)
			started++;
	}

	uint64_t start_ns = clock_now_ns();

	pthread_rwlock_unlock(gate);
	for (int i = 0; i < started; i++)
		pthread_join(hammers[i].thread, NULL);
	*wall_ns = clock_now_ns() - start_ns;
	return -error;
}

/* What @rounds rounds of the pattern add, on top of @before. */
static struct counts expected_after(const struct counts *before, const struct answer *pattern,
				    uint64_t rounds)
{
	struct counts one = {0};
	struct counts sum = *before;

	for (int i = 0; i < PATTERN; i++)
		counts_add_answer(&one, &pattern[i]);
	for (uint64_t i = 0; i < rounds; i++)
		counts_add(&sum, &one);
	return sum;
}

static void evaluate(const struct hammer *hammers, int threads, uint64_t wall_ns,
		     const struct counts *before, const struct counts *after, struct cost *cost)
{
	uint64_t calls = hammers[0].calls * (uint64_t)threads;
	uint64_t cpu_ns = 0;
	struct counts expected = expected_after(before, hammers[0].pattern, calls / PATTERN);

	for (int i = 0; i < threads; i++)
		cpu_ns += hammers[i].cpu_ns;
	cost->ns_per_update = (double)cpu_ns / (double)calls / COUNTERS_PER_ANSWER;
	cost->cpus_used = (double)cpu_ns / (double)wall_ns;
	cost->requests_expected = calls;
	cost->requests_counted = after->requests - before->requests;
	cost->exact = counts_equal(&expected, after);
}

/* Shared out, so that a run takes as long with many threads as with one; in whole patterns. */
static uint64_t calls_each(int calls, int threads)
{
	int rounds = calls / threads / PATTERN;

	return (uint64_t)(rounds ? rounds : 1) * PATTERN;
}

int cost_measure(const struct counter_ops *counters, int threads, int calls, struct cost *cost)
{
	pthread_rwlock_t gate = PTHREAD_RWLOCK_INITIALIZER;
	struct answer pattern[PATTERN];
	struct hammer *hammers = calloc((size_t)threads, sizeof(*hammers));
	struct counts before, after;
	uint64_t wall_ns;

	if (!hammers)
		return -ENOMEM;
	make_pattern(pattern);
	for (int i = 0; i < threads; i++)
		hammers[i] = (struct hammer){
			.counters = counters,
			.pattern = pattern,
			.gate = &gate,
			.calls = calls_each(calls, threads),
		};
	counters->read(&before);

	int error = run_all(hammers, threads, &gate, &wall_ns);

	counters->read(&after);
	if (!error)
		evaluate(hammers, threads, wall_ns, &before, &after, cost);
	free(hammers);
	return error;
}
