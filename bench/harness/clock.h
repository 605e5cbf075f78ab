/* SPDX-License-Identifier: MIT */
/* What time is measured by, and reading it as nanoseconds. */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NSEC_PER_SEC UINT64_C(1000000000)
#define NSEC_PER_MSEC UINT64_C(1000000)

enum bench_clock {
	CPU_TIME,  /* the threads' CPU time: what something costs */
	WALL_TIME, /* from the first thread's start to the last one's end: what the program gets */
	NR_CLOCKS,
};

/* Cannot fail for the clocks used here: CLOCK_MONOTONIC and CLOCK_THREAD_CPUTIME_ID. */
static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NSEC_PER_SEC + (uint64_t)now.tv_nsec;
}

#endif
