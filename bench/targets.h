/* SPDX-License-Identifier: MIT */
/* What the library promises about its speed, as ratios measured in one run. */
#ifndef BENCH_TARGETS_H
#define BENCH_TARGETS_H

#include <stdbool.h>
#include <stddef.h>

#include "series.h"

struct target {
	const char *text;
	const char *dividend; /* ways */
	const char *divisor;
	enum bench_layout_id layout;
	enum bench_setting_id setting;
	unsigned int threads;	      /* of the divisor */
	unsigned int threads_instead; /* of the dividend, if not as many; else 0 */
	enum bench_clock clock;
	bool at_most; /* else at least */
	double bound;
};

extern const struct target targets[];
extern const size_t nr_targets;

/*
 * Returns false where one of the two cases was not run, or where there are fewer CPUs than threads,
 * so that they did not run at the same time.
 */
bool target_measure(const struct target *target, const struct results *results,
		    struct comparison *measured);

/* Judged by the median, which one lucky round cannot move. */
bool target_is_met(const struct target *target, const struct comparison *measured);

#endif
