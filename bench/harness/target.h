/* SPDX-License-Identifier: MIT */
/* What the library promises about its speed, and whether the measurements keep it. */
#ifndef BENCH_TARGET_H
#define BENCH_TARGET_H

#include <stdbool.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "harness/series.h"

struct target {
	const char *text;
	const char *unit; /* "x": a ratio.  NULL: what every target of the program is */
	bool at_least;    /* else at most */
	double bound;
};

struct outcome {
	struct target target;
	bool measured;
	struct comparison value; /* judged by the median, which one lucky round cannot move */
};

bool outcome_is_met(const struct outcome *outcome);

/*
 * One line a target: what was measured, and OK, MISSED or NOT MEASURED.  Values end in column
 * @column where the texts are shorter.  Returns how many missed.
 */
size_t outcomes_print(FILE *out, const struct outcome *outcomes, size_t nr, int column);

/* Adds them to @json as the array "targets". */
void outcomes_add_to_json(cJSON *json, const struct outcome *outcomes, size_t nr);

#endif
