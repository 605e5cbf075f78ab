/* SPDX-License-Identifier: MIT */
/* Everything that this process is to measure. */
#ifndef BENCH_OPERATIONS_MEASURE_H
#define BENCH_OPERATIONS_MEASURE_H

#include "operations/options.h"
#include "operations/results.h"

/*
 * Measures the cases that the options select of options->setting, and appends them to @results,
 * with what was lost.  Cases that this process cannot do have no rounds.
 * Returns how many cases were selected.
 */
size_t measure_here(const struct options *options, struct results *results);

#endif
