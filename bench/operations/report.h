/* SPDX-License-Identifier: MIT */
/* The results, for people and for programs. */
#ifndef BENCH_OPERATIONS_REPORT_H
#define BENCH_OPERATIONS_REPORT_H

#include <stdio.h>

#include <cjson/cJSON.h>

#include "harness/host.h"
#include "operations/options.h"
#include "operations/results.h"

void report_table(FILE *out, const struct host *host, const struct results *results);

/* One line a target: what was compared, the ratio, and OK, MISSED or NOT MEASURED. */
void report_targets(FILE *out, const struct results *results);

/* Everything, as one object that the caller owns. */
cJSON *report_json(const struct host *host, const struct options *options,
		   const struct results *results);

#endif
