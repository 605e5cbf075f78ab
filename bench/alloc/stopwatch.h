/* SPDX-License-Identifier: MIT */
/* Adds up the time of the laps of one thread, by both clocks. */
#ifndef BENCH_ALLOC_STOPWATCH_H
#define BENCH_ALLOC_STOPWATCH_H

#include "clock.h"
#include "figures.h"

struct stopwatch {
	uint64_t started[NR_CLOCKS];
	uint64_t total[NR_CLOCKS];
};

static inline void stopwatch_start(struct stopwatch *watch)
{
	watch->started[WALL_TIME] = clock_ns(CLOCK_MONOTONIC);
	watch->started[CPU_TIME] = clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

static inline void stopwatch_stop(struct stopwatch *watch)
{
	watch->total[CPU_TIME] += clock_ns(CLOCK_THREAD_CPUTIME_ID) - watch->started[CPU_TIME];
	watch->total[WALL_TIME] += clock_ns(CLOCK_MONOTONIC) - watch->started[WALL_TIME];
}

/* The nanoseconds of one of @nr things. */
static inline void stopwatch_read(const struct stopwatch *watch, size_t nr, double *ns)
{
	for (int clock = 0; clock < NR_CLOCKS; clock++)
		ns[clock] = (double)watch->total[clock] / (double)nr;
}

#endif
