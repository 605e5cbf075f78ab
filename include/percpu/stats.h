/* SPDX-License-Identifier: MIT */
/*
 * stats.h - what the allocator has, has given out, and costs.
 */
#ifndef PERCPU_STATS_H
#define PERCPU_STATS_H

#include <percpu/impl/compiler.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/**
 * struct percpu_stats - the allocator at one moment
 *
 * Sizes are in bytes. Sizes of areas and of free space are those of one copy: every CPU in use has
 * as much. Areas are as large as they are in the allocator's map: up to 3 bytes larger than they
 * were asked for, and at a debug level with their redzones.
 */
struct percpu_stats {
	/* The layout of the first chunk. Chunks made later have units of unit_size too. */
	size_t unit_size;     /* of a chunk, what one CPU owns */
	size_t static_size;   /* of the first chunk's unit: static variables, */
	size_t reserved_size; /* what __alloc_reserved_percpu() gives out, */
	size_t dyn_size;      /* and what others can be given */
	size_t atom_size;     /* granularity of the memory that units are made of */
	size_t alloc_size;    /* of one piece of it, with one unit or several */

	uint64_t nr_alloc;      /* allocations that succeeded */
	uint64_t nr_dealloc;    /* frees */
	uint64_t nr_cur_alloc;  /* areas that are live: nr_alloc - nr_dealloc */
	uint64_t nr_max_alloc;  /* the most there were at once; those in caches are counted too */
	unsigned int nr_chunks; /* now; the reserved area is one, the rest of the first chunk too */
	unsigned int nr_max_chunks;
	size_t min_alloc_size; /* the smallest and the largest size that was asked of the */
	size_t max_alloc_size; /* allocator itself; 0: none was */

	uint64_t cached_areas; /* that were freed, or never used, and wait in the CPUs' caches */
	uint64_t cached_bytes;
	size_t free_bytes;      /* in all chunks but the reserved area, */
	size_t largest_free;    /* and the largest piece of it */
	size_t populated_pages; /* of all chunks, in one copy: that have been handed out, or are */

	unsigned int open_units;    /* CPUs that have copies: they have been used */
	unsigned int possible_cpus; /* CPUs that may come to have some */
	/* Address space of all possible CPUs' units. 0 if they are mapped page by page. */
	size_t reserved_bytes;
	/* What a process still shares with the one that it was forked from is in neither. */
	size_t resident_bytes; /* memory of the units, static variables too */
	size_t metadata_bytes; /* memory of the library's own records */
	const char *backend;   /* as percpu_backend() */
};

/**
 * percpu_get_stats() - fill @stats
 * @stats: becomes the state of the allocator at one moment, so that its numbers fit each other.
 *	Only resident_bytes and metadata_bytes may have changed by the end of the call
 *
 * Looks at all areas, and asks the system about all pages: costs milliseconds where there are many.
 * Allocations wait meanwhile. Thread-safe; may block; not safe in signal handlers. The kernel shows
 * such numbers in /sys/kernel/debug/percpu_stats.
 */
PERCPU_API void percpu_get_stats(struct percpu_stats *stats);

/**
 * percpu_stats_print() - write the statistics to a stream
 * @stream: where to
 *
 * What percpu_get_stats() gives, a line a field, and for each chunk:
 *	nr_alloc	areas, live or in caches
 *	max_alloc_size	the largest that there ever was
 *	populated_pages	pages of one copy that have been handed out
 *	free_bytes	and contig_bytes, the largest piece of it
 *	sum_frag	free bytes in front of the last area, and max_frag, the largest
 *			piece of them
 *	cur_min_alloc	and cur_med_alloc, cur_max_alloc: smallest, median and largest of
 *			the areas that there are
 *
 * The text is for people. Returns 0, or -ENOMEM: nothing was written. Errors of the stream are in
 * ferror(). The stream is written to after every lock of the library has been dropped; else as
 * percpu_get_stats().
 */
PERCPU_API int percpu_stats_print(FILE *stream);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/stats.h>
#endif

#endif /* PERCPU_STATS_H */
