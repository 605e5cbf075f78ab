/* SPDX-License-Identifier: MIT */
/* The measurements of all lines: a round measures every line of one kind once. */
#ifndef BENCH_ALLOC_RESULTS_H
#define BENCH_ALLOC_RESULTS_H

#include "alloc/lines.h"
#include "harness/series.h"

struct record {
	const struct line *line;
	struct series figures[NR_FIGURES]; /* lines of a kind share their rounds */
};

struct results {
	size_t nr;
	struct record *records;
};

/* Measures @lines in @rounds rounds a kind.  Exits where a measurement fails. */
void results_measure(struct results *results, const struct lines *lines, const size_t *rounds,
		     const struct effort *effort);
void results_destroy(struct results *results);

/* NULL where the line was not measured, or has no such figure. */
const struct record *results_find(const struct results *results, const char *name,
				  enum figure figure);

bool record_has(const struct record *record, enum figure figure);

#endif
