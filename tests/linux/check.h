/* SPDX-License-Identifier: MIT */
/*
 * check.h - what the tests of linux/ headers share: facts that must hold, and threads that all
 * begin at once.
 */
#ifndef TEST_LINUX_CHECK_H
#define TEST_LINUX_CHECK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int check_failures;

static inline void check_fact(bool holds, const char *file, int line, const char *fact)
{
	if (holds)
		return;
	fprintf(stderr, "FAILED: %s:%d: %s\n", file, line, fact);
	__atomic_fetch_add(&check_failures, 1, __ATOMIC_RELAXED);
}
#define CHECK_THAT(fact) check_fact(fact, __FILE__, __LINE__, #fact)

#define CHECK_THREADS_MOST 64
struct check_thread {
	pthread_t thread;
	pthread_barrier_t *begin;
	void (*run)(unsigned int nr);
	unsigned int nr;
};

static inline void *check_thread(void *of)
{
	struct check_thread *self = (struct check_thread *)of;

	pthread_barrier_wait(self->begin);
	self->run(self->nr);
	return NULL;
}

/* Calls @run in @threads threads, 0 and up, at once, and waits for all of them. */
static inline void check_at_once(unsigned int threads, void (*run)(unsigned int nr))
{
	struct check_thread thread[CHECK_THREADS_MOST];
	pthread_barrier_t begin;

	pthread_barrier_init(&begin, NULL, threads);
	for (unsigned int i = 0; i < threads; i++) {
		thread[i].begin = &begin;
		thread[i].run = run;
		thread[i].nr = i;
		if (pthread_create(&thread[i].thread, NULL, check_thread, &thread[i]) != 0)
			abort();
	}
	for (unsigned int i = 0; i < threads; i++)
		pthread_join(thread[i].thread, NULL);
	pthread_barrier_destroy(&begin);
}

static inline int check_result(void)
{
	puts(check_failures ? "failed" : "passed");
	return check_failures != 0;
}

#endif /* TEST_LINUX_CHECK_H */
