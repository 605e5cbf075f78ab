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
#include "alloc/request.h"
#include "ground/lock.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * In the child of a process that shares its copies, while it has one thread: these books are the
 * parent's, in which it has no say. The first allocation begins books of its own, with chunks of
 * its own, and without caches. Areas from before stay what they are, and are not taken back.
 */
void pcpu_alloc_begin_as_child(void);

/* Whether @coord is of such an area. Takes the mutex. */
bool pcpu_area_is_inherited(uint32_t coord);

/*
 * Takes an area for @request, which is good. Returns false if there is none; the reason is logged,
 * the first ten times. Not from a cache.
 */
bool pcpu_area_alloc(const struct pcpu_request *request, struct pcpu_area *area);

/*
 * Gives back the live area that starts at @coord. If there is none, nothing changes: returns false,
 * and @misuse says what the pointer is.
 */
bool pcpu_area_free(uint32_t coord, struct pcpu_misuse *misuse);

/*
 * Has nothing more be kept in caches, which entries lead to: they become other processes' too.
 * Whether there were caches. Under pcpu_alloc_mutex.
 */
bool pcpu_alloc_end_caches(void);

#endif /* PCPU_ALLOC_H */
