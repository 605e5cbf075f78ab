/* SPDX-License-Identifier: MIT */
/* Measures a line of allocations that are freed at once.  The units of the crew's CPUs are open. */
#ifndef BENCH_ALLOC_MEASURE_PAIRS_H
#define BENCH_ALLOC_MEASURE_PAIRS_H

#include "alloc/lines.h"

void measure_pairs(const struct line *line, const struct effort *effort, struct sample *sample);

#endif
