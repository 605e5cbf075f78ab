/* SPDX-License-Identifier: MIT */
/*
 * caches.h - what is done to the caches of all CPUs.
 *
 * Everything here is done under pcpu_alloc_mutex.
 */
#ifndef PCPU_CACHES_H
#define PCPU_CACHES_H

#include "alloc/chunk/chunk.h"

#include <stdint.h>

/* Has no cache be filled from @chunk any more, which is about to be destroyed. */
void pcpu_cache_forget(const struct pcpu_chunk *chunk);

/* Takes out everything there is in all caches, calling @fn for each. The locks are stopped. */
void pcpu_cache_empty(void (*fn)(uint32_t coord));

/*
 * Has the area at @coord be live in its map, if it is lent (loans.h). If it is not, all that are
 * lent are: so the maps say who is whose. Stops the CPUs' locks.
 */
void pcpu_cache_recall(uint32_t coord);

/*
 * Has the magazines, which are empty, take nothing until they are opened (pcpu_magazine_open). The
 * locks are stopped.
 */
void pcpu_cache_close(void);

/* How many areas wait in caches, and how many bytes they have; allocations and frees. A snapshot.
 */
struct pcpu_cache_counts {
	uint64_t nr_alloc, nr_free, nr_areas, bytes;
};
void pcpu_cache_count(struct pcpu_cache_counts *counts);

#endif /* PCPU_CACHES_H */
