/* SPDX-License-Identifier: MIT */
/* One measurement of one line, in this process, which has done nothing else. */
#ifndef BENCH_ALLOC_MEASURE_H
#define BENCH_ALLOC_MEASURE_H

#include "alloc/lines.h"

/*
 * Fills in what the line has; leaves all NaN where it needs more CPUs than may be used.  Exits
 * where fewer are possible than it needs, or the measurement fails.
 */
void measure_line(const struct line *line, const struct effort *effort, struct sample *sample);

#endif
