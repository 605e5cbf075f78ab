/* SPDX-License-Identifier: MIT */
/* figures.c - see figures.h. */
#include "percpu-stat/figures.h"

#include <string.h>

/* a table, a figure a row */
/* clang-format off */
const struct figure_row figure_rows[NR_FIGURES] = {
	[ALLOCATIONS] = {"allocations", "Allocations that succeeded", PLAIN, true, false},
	[FREES] = {"frees", "Areas that were freed", PLAIN, true, false},
	[LIVE_AREAS] = {"live_areas", "Areas that are allocated", PLAIN, false, false},
	[LIVE_BYTES] = {"live", "What they have, of one copy", BYTES, false, false},
	[CACHE_ALLOCATIONS] = {"cache_allocations", "Allocations that a cache served", PLAIN, true, true},
	[CACHE_FREES] = {"cache_frees", "Frees that a cache took", PLAIN, true, true},
	[CACHE_REFILLS] = {"cache_refills", "Times that a cache was filled", PLAIN, true, true},
	[CACHE_REFILLED_AREAS] = {"cache_refilled_areas", "Areas that came to caches so", PLAIN, true, true},
	[CACHE_RETURNS] = {"cache_returns", "Times that areas were taken from a cache", PLAIN, true, true},
	[CACHE_RETURNED_AREAS] = {"cache_returned_areas", "Areas that left caches so", PLAIN, true, true},
	[CACHED_AREAS] = {"cached_areas", "Free areas that wait in caches", PLAIN, false, false},
	[CACHED_BYTES] = {"cached", "What they have, of one copy", BYTES, false, false},
	[CHUNKS] = {"chunks", "Chunks that there are", PLAIN, false, false},
	[MOST_CHUNKS] = {"most_chunks", "Chunks that there were at most", PLAIN, false, false},
	[CHUNKS_MADE] = {"chunks_made", "Chunks that were made", PLAIN, true, false},
	[CHUNKS_DESTROYED] = {"chunks_destroyed", "Chunks that were given back", PLAIN, true, false},
	[FREE_BYTES] = {"free", "Free space in chunks, of one copy", BYTES, false, false},
	[LARGEST_FREE] = {"largest_free", "No piece of it is larger", BYTES, false, false},
	[SLOW_OPERATIONS] = {"slow_operations", "Operations that came to the slow side", PLAIN, true, true},
	[ABORTS] = {"aborts", "Of these, aborted by preemption, migration or a signal", PLAIN, true, true},
	[HOLDS] = {"holds", "Times that the CPU was held, but by sections", PLAIN, true, true},
	[HOLD_TIME] = {"hold", "How long in all", NANOSECONDS, true, true},
	[LONGEST_HOLD] = {"longest_hold", "The longest of them", NANOSECONDS, false, true},
	[WAITS] = {"waits", "Times that a thread waited for the CPU", PLAIN, true, true},
	[WAIT_TIME] = {"wait", "How long in all", NANOSECONDS, true, true},
	[LONGEST_WAIT] = {"longest_wait", "The longest of them", NANOSECONDS, false, true},
	[OPEN_UNITS] = {"open_units", "CPUs that have copies", PLAIN, false, true},
	[RESIDENT] = {"resident", "Memory of the copies", BYTES, false, true},
};
/* clang-format on */

/* What is read while the process goes on may be a moment apart. */
static uint64_t less(uint64_t from, uint64_t what)
{
	return from > what ? from - what : 0;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void set_counts(const struct pcpu_stat_counts *counts, uint64_t *value)
{
	value[CACHE_REFILLS] = counts->refills;
	value[CACHE_REFILLED_AREAS] = counts->refilled_areas;
	value[CACHE_RETURNS] = counts->returns;
	value[CACHE_RETURNED_AREAS] = counts->returned_areas;
	value[SLOW_OPERATIONS] = counts->slow_ops;
	value[ABORTS] = counts->aborts;
	value[HOLDS] = counts->holds;
	value[HOLD_TIME] = counts->hold_ns;
	value[LONGEST_HOLD] = counts->longest_hold_ns;
	value[WAITS] = counts->waits;
	value[WAIT_TIME] = counts->wait_ns;
	value[LONGEST_WAIT] = counts->longest_wait_ns;
	value[OPEN_UNITS] = counts->window != 0;
}

void figures_of_cpu(const struct page *page, unsigned int cpu, struct figures *figures)
{
	const struct pcpu_stat_counts counts = page_counts(page, cpu);
	uint64_t *value = figures->value;

	for (int i = 0; i < NR_FIGURES; i++)
		value[i] = figure_rows[i].of_cpus ? 0 : FIGURE_UNKNOWN;
	value[RESIDENT] = FIGURE_UNKNOWN;
	set_counts(&counts, value);
	for (unsigned int size = 1; size <= page->header.nr_sizes; size++) {
		const struct pcpu_stat_size by_size = page_by_size(page, cpu, size);

		value[CACHE_ALLOCATIONS] += by_size.allocs;
		value[CACHE_FREES] += by_size.frees;
	}
}

/* What came to the caches, and is not there any more. */
static void set_cached(const struct page *page, uint64_t *value)
{
	const struct pcpu_stat_header *header = &page->header;
	uint64_t came = header->cached_bytes_at_fork, went = 0;

	for (unsigned int cpu = 0; cpu < header->nr_cpus; cpu++) {
		const struct pcpu_stat_counts counts = page_counts(page, cpu);

		came += counts.refilled_bytes;
		went += counts.returned_bytes;
		for (unsigned int size = 1; size <= header->nr_sizes; size++) {
			const struct pcpu_stat_size by_size = page_by_size(page, cpu, size);

			came += by_size.frees * size;
			went += by_size.allocs * size;
		}
	}
	value[CACHED_BYTES] = less(came, went);
	value[CACHED_AREAS] =
		less(header->cached_at_fork + value[CACHE_REFILLED_AREAS] + value[CACHE_FREES],
		     value[CACHE_RETURNED_AREAS] + value[CACHE_ALLOCATIONS]);
}

static void add_cpu(const struct figures *cpu, uint64_t *value)
{
	for (int i = 0; i < NR_FIGURES; i++) {
		const uint64_t of_cpu = cpu->value[i];

		if (!figure_rows[i].of_cpus || of_cpu == FIGURE_UNKNOWN)
			continue;
		if (value[i] == FIGURE_UNKNOWN)
			value[i] = 0;
		if (i == LONGEST_HOLD || i == LONGEST_WAIT)
			value[i] = larger(value[i], of_cpu);
		else
			value[i] += of_cpu;
	}
}

void figures_of_process(const struct page *page, const struct figures *cpus,
			struct figures *figures)
{
	const struct pcpu_stat_header *header = &page->header;
	uint64_t *value = figures->value;

	memset(figures, 0, sizeof(*figures));
	value[RESIDENT] = FIGURE_UNKNOWN;
	for (unsigned int cpu = 0; cpu < header->nr_cpus; cpu++)
		add_cpu(&cpus[cpu], value);
	value[ALLOCATIONS] = header->allocs + value[CACHE_ALLOCATIONS];
	value[FREES] = header->frees + value[CACHE_FREES];
	set_cached(page, value);
	value[LIVE_AREAS] = less(header->areas, value[CACHED_AREAS]);
	value[LIVE_BYTES] = less(header->area_bytes, value[CACHED_BYTES]);
	value[CHUNKS] = header->chunks;
	value[MOST_CHUNKS] = header->most_chunks;
	value[CHUNKS_MADE] = header->chunks_made;
	value[CHUNKS_DESTROYED] = header->chunks_destroyed;
	value[FREE_BYTES] = less(header->room_bytes, header->area_bytes);
	value[LARGEST_FREE] = header->largest_free;
}

bool figures_are_of_use(const struct figures *figures)
{
	for (int i = 0; i < NR_FIGURES; i++)
		if (figure_rows[i].of_cpus && i != RESIDENT && figures->value[i])
			return true;
	return false;
}
