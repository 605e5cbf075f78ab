/* SPDX-License-Identifier: MIT */
/* The measurements of one thing, round by round and by each clock, and how two of them compare. */
#ifndef BENCH_SERIES_H
#define BENCH_SERIES_H

#include <stddef.h>

#include "harness/clock.h"
#include "harness/stats.h"

struct series {
	size_t rounds;             /* measured so far */
	double *values[NR_CLOCKS]; /* by round */
};

struct comparison {
	double median; /* of the ratios of each round, or of the two, if not of the same rounds */
	double of_minima; /* the ratio of the two fastest rounds; NaN: not known */
};

/* Makes room for @rounds measurements; exits where there is no memory. */
void series_init(struct series *series, size_t rounds);
void series_destroy(struct series *series);

/* The next round's. There must be room. */
void series_add(struct series *series, const double *values);

struct summary series_summary(const struct series *series, enum bench_clock clock);

/* @a to @b by the same rounds. */
struct comparison series_compare(const struct series *a, const struct series *b,
				 enum bench_clock clock);

#endif
