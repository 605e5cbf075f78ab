/* SPDX-License-Identifier: MIT */
/* Measures a line of what objects cost in memory.  The units of the crew's CPUs are open. */
#ifndef BENCH_ALLOC_MEASURE_SPACE_H
#define BENCH_ALLOC_MEASURE_SPACE_H

#include "alloc/lines.h"

void measure_memory(const struct line *line, struct sample *sample);
void measure_metadata(const struct line *line, struct sample *sample);

#endif
