/* SPDX-License-Identifier: MIT */
/*
 * refill.h - what is between the maps and the caches: several areas of one size at once.
 *
 * They come from the page that a CPU has taken for itself. When that has no more, the CPU takes the
 * first page on the same walk that serves, and that no other CPU has taken. Where all are, areas
 * are given out singly, as if there were no caches: a chunk is made only where there is no room at
 * all.
 *
 * Everything here is done under pcpu_alloc_mutex.
 */
#ifndef PCPU_REFILL_H
#define PCPU_REFILL_H

#include "alloc/cache.h"
#include "alloc/chunk/find.h"

#include <stdbool.h>

/*
 * Takes areas for the cache of this CPU, and the first of them for the caller. False: there are
 * none to be had in this way.
 */
bool pcpu_refill(struct pcpu_attempt *attempt, struct pcpu_area *area);

/* Makes room in the cache of this CPU for more areas of @size. */
void pcpu_drain(int size);

#endif /* PCPU_REFILL_H */
