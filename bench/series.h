/* SPDX-License-Identifier: MIT */
/* The measurements of one case with one number of threads, and how two of them compare. */
#ifndef BENCH_SERIES_H
#define BENCH_SERIES_H

#include <stddef.h>

#include "cases.h"

enum bench_clock {
	CPU_TIME,  /* the threads' CPU time: what an operation costs */
	WALL_TIME, /* from the first thread's start to the last one's end: what the program gets */
	NR_CLOCKS,
};

struct series {
	struct bench_case subject;
	enum bench_setting_id setting;
	unsigned int threads;
	size_t rounds;	       /* measured so far */
	double *ns[NR_CLOCKS]; /* one thread's operation, by round; index r of all series of the
				* same thread count was measured in the same round */
};

/* What was done under one of the settings. */
struct process {
	bool measured;
	char backend[320]; /* what percpu_backend() said there */
};

struct results {
	struct series *series;
	size_t nr;
	unsigned int cpus; /* that this program may use */
	struct process processes[NR_SETTINGS];
	unsigned long lost; /* updates, in all processes */
};

/* What a series is found by. */
struct series_key {
	enum bench_setting_id setting;
	const char *way;
	enum bench_layout_id layout;
	unsigned int threads;
};

struct comparison {
	double median; /* of the ratios of each round, or of the two, if not of the same rounds */
	double of_minima; /* the ratio of the two fastest rounds */
};

/*
 * Appends @nr series, which are zero, and returns the first of them: good until the next call.
 * Exits where there is no memory.
 */
struct series *results_append(struct results *results, size_t nr);
void results_destroy(struct results *results);

/* Makes room for @rounds measurements; exits where there is no memory. */
void series_init(struct series *series, struct bench_case subject, enum bench_setting_id setting,
		 unsigned int threads, size_t rounds);

/* NULL where it was not measured. */
const struct series *series_find(const struct results *results, struct series_key key);

/*
 * @a to @b, of the same setting.  Of CPU time it is the ratio of what one thread's operations take,
 * of wall time that of what all threads' operations take together: with more threads, less.
 */
struct comparison series_compare(const struct series *a, const struct series *b,
				 enum bench_clock clock);

#endif
