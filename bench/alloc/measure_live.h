/* SPDX-License-Identifier: MIT */
/* Measures a line of many live objects.  The units of the crew's CPUs are open. */
#ifndef BENCH_ALLOC_MEASURE_LIVE_H
#define BENCH_ALLOC_MEASURE_LIVE_H

#include "alloc/lines.h"

void measure_live(const struct line *line, const struct effort *effort, struct sample *sample);

#endif
