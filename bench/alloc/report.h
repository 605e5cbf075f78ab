/* SPDX-License-Identifier: MIT */
/* The results, for people and for programs. */
#ifndef BENCH_ALLOC_REPORT_H
#define BENCH_ALLOC_REPORT_H

#include <stdio.h>

#include <cjson/cJSON.h>

#include "alloc/results.h"
#include "harness/host.h"

/* The conditions of the whole run. */
struct run {
	struct host host;
	const struct effort *effort;
	bool quick;
};

void report_table(FILE *out, const struct run *run, const struct results *results);

/* One line a target: what was measured, and OK, MISSED or NOT MEASURED.  Returns how many missed.
 */
size_t report_targets(FILE *out, const struct results *results);

/* Everything, as one object that the caller owns. */
cJSON *report_json(const struct run *run, const struct results *results);

#endif
