/* SPDX-License-Identifier: MIT */
/*
 * up/stats.h - stats.h and debug.h with PERCPU_UP: areas are counted, and nothing else is there.
 */
#ifndef PERCPU_UP_STATS_H
#define PERCPU_UP_STATS_H

#include <percpu/backend.h>
#include <percpu/debug.h>
#include <percpu/stats.h>
#include <percpu/impl/up/alloc.h>

#include <percpu/impl/begin.h>

PERCPU_API void percpu_get_stats(struct percpu_stats *stats)
{
	const struct percpu_up_areas *areas = &__percpu_up_areas;

	memset(stats, 0, sizeof(*stats));
	stats->nr_alloc = areas->nr_alloc;
	stats->nr_dealloc = areas->nr_dealloc;
	stats->nr_cur_alloc = areas->nr_alloc - areas->nr_dealloc;
	stats->nr_max_alloc = areas->nr_max_alloc;
	stats->min_alloc_size = areas->min_size;
	stats->max_alloc_size = areas->max_size;
	stats->open_units = 1;
	stats->possible_cpus = 1;
	stats->backend = percpu_backend();
}

static inline void __percpu_up_print(FILE *stream, const char *name, uint64_t number)
{
	fprintf(stream, "  %-18s: %14lu\n", name, (unsigned long)number);
}

PERCPU_API int percpu_stats_print(FILE *stream)
{
	struct percpu_stats stats;

	percpu_get_stats(&stats);
	fprintf(stream, "Percpu Memory Statistics\n  %-18s: %s\n", "backend", stats.backend);
	__percpu_up_print(stream, "nr_alloc", stats.nr_alloc);
	__percpu_up_print(stream, "nr_dealloc", stats.nr_dealloc);
	__percpu_up_print(stream, "nr_cur_alloc", stats.nr_cur_alloc);
	__percpu_up_print(stream, "nr_max_alloc", stats.nr_max_alloc);
	__percpu_up_print(stream, "min_alloc_size", stats.min_alloc_size);
	__percpu_up_print(stream, "max_alloc_size", stats.max_alloc_size);
	return 0;
}

PERCPU_API size_t percpu_leak_report(FILE *stream)
{
	fprintf(stream, "percpu: callers are not kept; this is a build for one CPU\n");
	return 0;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_STATS_H */
