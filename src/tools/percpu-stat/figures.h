/* SPDX-License-Identifier: MIT */
/*
 * figures.h - what is told of a process, and of each of its CPUs, worked out of its page. A figure
 * is an entry here and a row in figures.c.
 */
#ifndef STAT_FIGURES_H
#define STAT_FIGURES_H

#include "percpu-stat/page.h"

#include <stdbool.h>
#include <stdint.h>

enum figure {
	ALLOCATIONS,
	FREES,
	LIVE_AREAS,
	LIVE_BYTES,
	CACHE_ALLOCATIONS,
	CACHE_FREES,
	CACHE_REFILLS,
	CACHE_REFILLED_AREAS,
	CACHE_RETURNS,
	CACHE_RETURNED_AREAS,
	CACHED_AREAS,
	CACHED_BYTES,
	CHUNKS,
	MOST_CHUNKS,
	CHUNKS_MADE,
	CHUNKS_DESTROYED,
	FREE_BYTES,
	LARGEST_FREE,
	SLOW_OPERATIONS,
	ABORTS,
	HOLDS,
	HOLD_TIME,
	LONGEST_HOLD,
	WAITS,
	WAIT_TIME,
	LONGEST_WAIT,
	OPEN_UNITS,
	RESIDENT,
	NR_FIGURES,
};

enum figure_unit {
	PLAIN,
	BYTES,
	NANOSECONDS,
};

struct figure_row {
	const char *name; /* without the unit */
	const char *help;
	enum figure_unit unit;
	bool is_counter; /* it only grows; else it is what there is now */
	bool of_cpus;    /* each CPU has one; else the process alone */
};

extern const struct figure_row figure_rows[NR_FIGURES];

/* By figure. What is not known of a CPU or a process: */
#define FIGURE_UNKNOWN UINT64_MAX

struct figures {
	uint64_t value[NR_FIGURES];
};

/* Of one CPU. RESIDENT and what only the process has is unknown. */
void figures_of_cpu(const struct page *page, unsigned int cpu, struct figures *figures);

/* Of the process; @cpus has those of all its CPUs. */
void figures_of_process(const struct page *page, const struct figures *cpus,
			struct figures *figures);

/* Whether something has ever been counted there. */
bool figures_are_of_use(const struct figures *figures);

#endif /* STAT_FIGURES_H */
