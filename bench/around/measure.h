/* SPDX-License-Identifier: MIT */
/* Which figures there are, and what measures them. */
#ifndef BENCH_AROUND_MEASURE_H
#define BENCH_AROUND_MEASURE_H

#include <stddef.h>

#include "harness/groups.h"

extern const struct group groups[];
extern const size_t nr_groups;

void measure_pairs(void);
void measure_aligned(void);
void measure_nowait(void);
void measure_holes(void);
void measure_left(void);
void measure_counters(void);
void measure_sections(void);
void measure_fallback(void);
void measure_possible(void);
void measure_start(void);
void measure_load(void);
void measure_masks(void);
void measure_hotplug(void);
void measure_librseq(void);

#endif
