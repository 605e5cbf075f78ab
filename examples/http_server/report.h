/* SPDX-License-Identifier: MIT */
/* The report at stop: `key value` lines, one fact each, for a script to read. */
#ifndef HTTP_SERVER_REPORT_H
#define HTTP_SERVER_REPORT_H

#include <stdio.h>

#include "cost.h"
#include "counters.h"

/* What was served: the counters under test, what the server itself saw, and the counts by CPU. */
void report_served(FILE *out, const struct counter_ops *counters, int threads);

/* The keys of @cost end in @suffix. */
void report_cost(FILE *out, const char *suffix, const struct cost *cost);

#endif
