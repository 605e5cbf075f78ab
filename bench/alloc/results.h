/* SPDX-License-Identifier: MIT */
/*
 * The measurements of all lines.
 *
 * A shared machine is noisy, and its speed drifts.  So a round measures every line of one kind
 * once, and ratios are taken inside a round.  The order is rotated from round to round and reversed
 * in every other one, so that no line has a fixed place or a fixed predecessor.
 */
#ifndef BENCH_ALLOC_RESULTS_H
#define BENCH_ALLOC_RESULTS_H

#include "lines.h"
#include "stats.h"

struct record {
	const struct line *line;
	size_t rounds;
	double *values[NR_FIGURES][NR_CLOCKS]; /* by round; lines of a kind share their rounds */
};

struct results {
	size_t nr;
	struct record *records;
};

/* Measures @lines in @rounds rounds a kind.  Exits where a measurement fails. */
void results_measure(struct results *results, const struct lines *lines, const size_t *rounds,
		     bool quick);
void results_destroy(struct results *results);

/* NULL where the line was not measured, or has no such figure. */
const struct record *results_find(const struct results *results, const char *name,
				  enum figure figure);

bool record_has(const struct record *record, enum figure figure);
struct summary record_summary(const struct record *record, enum figure figure,
			      enum bench_clock clock);

#endif
