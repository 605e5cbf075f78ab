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
	unsigned int threads;
	size_t rounds;	       /* measured so far */
	double *ns[NR_CLOCKS]; /* one thread's operation, by round; index r of all series of the
				* same thread count was measured in the same round */
};

struct results {
	struct series *series;
	size_t nr;
};

struct comparison {
	double median;	  /* of the ratios of each round */
	double of_minima; /* the ratio of the two fastest rounds */
};

/* Makes room for @rounds measurements; exits where there is no memory. */
void series_init(struct series *series, struct bench_case subject, unsigned int threads,
		 size_t rounds);
void series_destroy(struct series *series);

/* NULL where it was not measured. */
const struct series *series_find(const struct results *results, const char *way,
				 enum bench_layout_id layout, unsigned int threads);

/* @a to @b, which have the same thread count. */
struct comparison series_compare(const struct series *a, const struct series *b,
				 enum bench_clock clock);

#endif
