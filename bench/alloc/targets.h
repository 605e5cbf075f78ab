/* SPDX-License-Identifier: MIT */
/* What the library promises about its allocator, judged by medians over the rounds. */
#ifndef BENCH_ALLOC_TARGETS_H
#define BENCH_ALLOC_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

#include "results.h"

struct target {
	const char *text;
	const char *unit; /* "x": a ratio */

	/* Returns false where a line that it needs was not measured. */
	bool (*measure)(const struct target *target, const struct results *results, double *value);

	const char *line; /* or NULL, and then: all lines of live objects of this size */
	const char *base; /* what it is compared to */
	size_t size;
	enum figure figure;
	bool at_least; /* else at most */
	double bound;
};

extern const struct target targets[];
extern const size_t nr_targets;

bool target_is_met(const struct target *target, double value);

#endif
