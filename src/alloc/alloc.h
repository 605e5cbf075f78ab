/* SPDX-License-Identifier: MIT */
/*
 * alloc.h - areas of the units: the allocator behind alloc_percpu() and free_percpu().
 *
 * Small areas pass through a cache for each CPU (cache.h), without a lock that threads on different
 * CPUs share. Everything else is done under pcpu_alloc_mutex (ground/lock.h).
 */
#ifndef PCPU_ALLOC_H
#define PCPU_ALLOC_H

#include "alloc/cache.h"
#include "alloc/misuse.h"
#include "ground/lock.h"

#include <percpu/alloc.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whether the process is a child that uses its parent's copies: these books are the parent's, and it
 * has no say in them.
 */
extern bool pcpu_alloc_is_parents;

/* What is asked for, in bytes. */
struct pcpu_request {
	size_t size, align;
	gfp_t gfp;
	bool reserved; /* from the reserved area, if there is one */
};

/* Whether @request can be met at all: if not, says why, unless it is told not to. */
bool pcpu_request_is_good(const struct pcpu_request *request);

/*
 * Takes an area for @request, which is good. Returns false if there is none; the reason is logged,
 * the first ten times. Not from a cache.
 */
bool pcpu_area_alloc(const struct pcpu_request *request, struct pcpu_area *area);

/* Says that @request has failed, and @why, unless it is told not to: the first ten times only. */
void pcpu_alloc_report_failure(const struct pcpu_request *request, const char *why);

/*
 * Gives back the live area that starts at @coord. If there is none, nothing changes: returns false,
 * and @misuse says what the pointer is.
 */
bool pcpu_area_free(uint32_t coord, struct pcpu_misuse *misuse);

/* What the counters of the allocator say. Areas: live ones and those that wait in caches. */
struct pcpu_alloc_counts {
	uint64_t nr_alloc, nr_free;	       /* calls that succeeded */
	uint64_t nr_areas, nr_max_areas;       /* now, and at most */
	size_t min_alloc_size, max_alloc_size; /* asked for; 0: none yet */
	uint64_t nr_cached, cached_bytes;      /* areas that wait in caches */
};

/* Under pcpu_alloc_mutex. */
void pcpu_alloc_count(struct pcpu_alloc_counts *counts);

/* Around fork(): nobody is inside while the address space is copied. */
void pcpu_alloc_lock_for_fork(void);
void pcpu_alloc_unlock_after_fork(void);

#endif /* PCPU_ALLOC_H */
