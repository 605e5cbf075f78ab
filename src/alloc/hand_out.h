/* SPDX-License-Identifier: MIT */
/*
 * hand_out.h - from a piece of a chunk's map to an area that somebody has, and back.
 *
 * When a second chunk becomes wholly free, the older one is given back: so one stays, and an
 * allocation that comes and goes at the border of a chunk does not make and destroy it each time.
 *
 * Everything here is done under pcpu_alloc_mutex.
 */
#ifndef PCPU_HAND_OUT_H
#define PCPU_HAND_OUT_H

#include "alloc/cache.h"
#include "alloc/chunk/chunk.h"
#include "alloc/chunk/find.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Makes the pages of [off, off + size) of @chunk resident, if that is wanted: with those of what
 * may become part of an area that ends there. 0 or a negative errno.
 */
int pcpu_hand_out_populate(const struct pcpu_attempt *attempt, const struct pcpu_chunk *chunk,
			   int off, int size);

/* @area becomes what lies at @off of @chunk, of which @size bytes were asked for. */
void pcpu_hand_out_describe(struct pcpu_chunk *chunk, int off, int size, struct pcpu_area *area);

/* Makes an area of what pcpu_find_area() found. If its pages are not to be had, @chunk gets it
 * back. */
bool pcpu_hand_out(struct pcpu_attempt *attempt, struct pcpu_chunk *chunk, int off,
		   struct pcpu_area *area);

/*
 * After @nr areas of @chunk, which was in @slot, have become free. Their bytes have been noted as
 * touched (pcpu_chunk_touch): an area can be larger than what was asked for, and who gets it from a
 * cache may use all of it.
 */
void pcpu_taken_back(struct pcpu_chunk *chunk, int slot, int nr);

/*
 * Destroys wholly free chunks, but for the one that became so last. Of very many at once some are
 * left for later calls.
 */
void pcpu_reclaim(void);

/* Gives the cached area at @coord back to its map. Its chunk stays: pcpu_reclaim(). */
void pcpu_take_back_cached(uint32_t coord);

/* Destroys the wholly free chunks, the last one too. */
void pcpu_destroy_free_chunks(void);

#endif /* PCPU_HAND_OUT_H */
