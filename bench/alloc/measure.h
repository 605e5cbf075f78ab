/* SPDX-License-Identifier: MIT */
/* One measurement of one line, in this process, which has done nothing else. */
#ifndef BENCH_ALLOC_MEASURE_H
#define BENCH_ALLOC_MEASURE_H

#include "lines.h"

/*
 * Fills in what the line has; leaves all NaN where it needs more CPUs than may be used.  Exits
 * where fewer are possible than it needs, or the measurement fails.
 */
void measure_line(const struct line *line, const struct effort *effort, struct sample *sample);

/* By kind; the units of the crew's CPUs are open. */
void measure_live(const struct line *line, const struct effort *effort, struct sample *sample);
void measure_pairs(const struct line *line, const struct effort *effort, struct sample *sample);
void measure_memory(const struct line *line, struct sample *sample);
void measure_metadata(const struct line *line, struct sample *sample);

/*
 * @nr pointers, all of them resident already: the first touch of the benchmark's own memory is not
 * to be measured.  The caller frees them.
 */
void **measure_pointers(size_t nr);

#endif
