/* SPDX-License-Identifier: MIT */
/*
 * The CPUs that a measurement uses, and threads bound to them.
 *
 * Everything is measured in such threads, never in the main one: libraries leave out their locks
 * as long as a process has a single thread, and programs with per-CPU memory have more than one.
 */
#ifndef BENCH_ALLOC_CREW_H
#define BENCH_ALLOC_CREW_H

#define MAX_USED_CPUS 2

struct crew {
	unsigned int nr; /* 1 or more */
	unsigned int cpus[MAX_USED_CPUS];
};

/* The first CPUs that the process may use, at most MAX_USED_CPUS. */
extern struct crew crew;

/* Fills @crew; exits where the CPUs cannot be had. */
void crew_init(void);

/*
 * Runs @work(context, index) in @threads threads, thread i bound to the i-th CPU of the crew, which
 * must have that many; returns when all have ended.  Exits where a thread cannot be had.
 */
void crew_run(unsigned int threads, void (*work)(void *context, unsigned int index), void *context);

/* Has every CPU of the crew count once, so that its unit is open. */
void crew_open_units(void);

#endif
