/* SPDX-License-Identifier: MIT */
/*
 * chunk_codes.h - how fine the codes of a chunk's blocks are (area_block.h): making them finer when
 * an allocation needs it, and coarser again when somebody trims.
 *
 * Words that are used no more go to limbo: somebody may be looking at them who has come by a
 * pointer that never was one. They are given back when the CPUs' locks are stopped.
 *
 * Everything here is done under pcpu_alloc_mutex.
 */
#ifndef PCPU_CHUNK_CODES_H
#define PCPU_CHUNK_CODES_H

#include "alloc/map/area_map.h"

#include <stdbool.h>
#include <stdint.h>

struct pcpu_chunk;

/*
 * Makes the codes of a block as fine as @growth says, in @words, or in new memory if that is NULL.
 * Stops the CPUs' locks for it if the block is busy, or if it cannot be done quietly. 0 or -ENOMEM.
 */
int pcpu_chunk_grow(const struct pcpu_map_growth *growth, uint64_t *words);

/* Whether the words of @block, which is not busy, can be changed without stopping anybody. */
bool pcpu_chunk_can_grow_quietly(const struct pcpu_block *block);

/* By a call that may block: sees to it that the others can do that for some time. */
void pcpu_chunk_keep_limbo_short(void);

/* Gives back codes that are finer than they have to be. The CPUs' locks are stopped. */
void pcpu_chunk_coarsen(struct pcpu_chunk *chunk);

#endif /* PCPU_CHUNK_CODES_H */
