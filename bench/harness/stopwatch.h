/* SPDX-License-Identifier: MIT */
/* Adds up the time of the laps of one thread, by both clocks; and what several threads need. */
#ifndef BENCH_STOPWATCH_H
#define BENCH_STOPWATCH_H

#include <stddef.h>

#include "harness/clock.h"

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

/* What the stopwatches of several threads say together, of one lap. */
struct teamwatch {
	uint64_t first_start, last_start; /* by CLOCK_MONOTONIC */
	uint64_t first_end, last_end;
	uint64_t cpu_ns; /* of all threads */
};

#define TEAMWATCH_INIT                                              \
	{                                                           \
		.first_start = UINT64_MAX, .first_end = UINT64_MAX, \
	}

static inline void teamwatch_add(struct teamwatch *team, const struct stopwatch *watch)
{
	uint64_t start = watch->started[WALL_TIME];
	uint64_t end = start + watch->total[WALL_TIME];

	if (start < team->first_start)
		team->first_start = start;
	if (start > team->last_start)
		team->last_start = start;
	if (end < team->first_end)
		team->first_end = end;
	if (end > team->last_end)
		team->last_end = end;
	team->cpu_ns += watch->total[CPU_TIME];
}

/* From the first start to the last end. */
static inline double teamwatch_wall_ns(const struct teamwatch *team)
{
	return (double)(team->last_end - team->first_start);
}

/* The part of that in which all were at it; 0: they never were. */
static inline double teamwatch_overlap_ns(const struct teamwatch *team)
{
	return team->first_end > team->last_start ? (double)(team->first_end - team->last_start)
						  : 0;
}

#endif
