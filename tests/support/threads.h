/* SPDX-License-Identifier: MIT */
/*
 * threads.h - threads of a test: they start, take steps one after the other, and work until they
 * are told to stop.
 */
#ifndef SUPPORT_THREADS_H
#define SUPPORT_THREADS_H

#include "support/patience.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

static inline pthread_t start(void *(*body)(void *arg), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, body, arg))
		abort();
	return thread;
}

/* One for each of the @nr elements of @args, each of @size bytes. */
static inline void start_all(pthread_t *threads, size_t nr, void *(*body)(void *arg), void *args,
			     size_t size)
{
	for (size_t i = 0; i < nr; i++)
		threads[i] = start(body, (char *)args + i * size);
}

static inline void join_all(const pthread_t *threads, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
}

/* --- until they are told to stop --- */

static bool stop_is_set;

static inline bool must_stop(void)
{
	return __atomic_load_n(&stop_is_set, __ATOMIC_RELAXED);
}

static inline void set_stop(bool to)
{
	__atomic_store_n(&stop_is_set, to, __ATOMIC_SEQ_CST);
}

/* --- what a thread has done so far, for others to look at --- */

static inline void tell(uint64_t *by, uint64_t n)
{
	__atomic_store_n(by, n, __ATOMIC_RELAXED);
}

static inline uint64_t told(const uint64_t *by)
{
	return __atomic_load_n(by, __ATOMIC_RELAXED);
}

/* Waits until each of the @nr numbers at @by is @at_least. False if it is not in a long time. */
static inline bool await_told(const uint64_t *by, size_t nr, uint64_t at_least)
{
	struct patience patience = be_patient();

	for (size_t i = 0; i < nr;) {
		if (told(&by[i]) >= at_least)
			i++;
		else if (is_out_of_patience(&patience))
			return false;
		else
			usleep(1000);
	}
	return true;
}

/* --- steps that threads take one after the other --- */

static unsigned int step;

static inline void reach(unsigned int to)
{
	__atomic_store_n(&step, to, __ATOMIC_SEQ_CST);
}

/* The next one, whichever it is. */
static inline void reach_next(void)
{
	__atomic_fetch_add(&step, 1, __ATOMIC_SEQ_CST);
}

static inline bool is_reached(unsigned int at_least)
{
	return __atomic_load_n(&step, __ATOMIC_SEQ_CST) >= at_least;
}

static inline void await(unsigned int at_least)
{
	while (!is_reached(at_least))
		usleep(100);
}

#endif /* SUPPORT_THREADS_H */
