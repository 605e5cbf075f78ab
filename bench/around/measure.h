/* SPDX-License-Identifier: MIT */
/* Which figures there are, and what measures them. */
#ifndef BENCH_AROUND_MEASURE_H
#define BENCH_AROUND_MEASURE_H

#include <stddef.h>

/* Figures that are measured in one process, which starts with settings of its own. */
struct group {
	const char *name;
	const char *conf; /* for PERCPU_CONF; NULL: nothing */
	void (*measure)(void);
};

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
