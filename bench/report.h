/* SPDX-License-Identifier: MIT */
/* The results, for people and for programs. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdio.h>

#include <cjson/cJSON.h>

#include "host.h"
#include "options.h"
#include "series.h"

void report_table(FILE *out, const struct host *host, const struct results *results);

/* One line a target: what was compared, the ratio, and OK, MISSED or NOT MEASURED. */
void report_targets(FILE *out, const struct results *results);

/* Everything, as one object that the caller owns. */
cJSON *report_json(const struct host *host, const struct options *options,
		   const struct results *results);

#endif
