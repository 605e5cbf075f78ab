/* SPDX-License-Identifier: MIT */
/* What the JSON documents of the programs have in common, and writing one. */
#ifndef BENCH_JSON_H
#define BENCH_JSON_H

#include <cjson/cJSON.h>

#include "harness/host.h"
#include "harness/series.h"

/* A document of @program's, which the caller owns. */
cJSON *json_create(const char *program, const struct host *host);

/* Adds to @object: the minimum, the quartiles and the median. */
void json_add_summary(cJSON *object, struct summary summary);

/* Adds to @object one of these, by its name, for each clock. */
void json_add_clocks(cJSON *object, const struct series *series);

/* The median and the ratio of minima, as an object @name in @object. */
void json_add_comparison(cJSON *object, const char *name, struct comparison comparison);

/* The name that a clock has as a key. */
const char *json_clock_name(enum bench_clock clock);

/*
 * Writes @root and frees it.  @path NULL or "-" is standard output.
 * Returns 0, or -1 after a message on standard error.
 */
int json_write(cJSON *root, const char *path);

#endif
