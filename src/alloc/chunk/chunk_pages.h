/* SPDX-License-Identifier: MIT */
/*
 * chunk_pages.h - which pages of a chunk have been handed out since they were committed, and giving
 * back those that are free.
 *
 * Everything here is done under pcpu_alloc_mutex.
 */
#ifndef PCPU_CHUNK_PAGES_H
#define PCPU_CHUNK_PAGES_H

#include "alloc/chunk/chunk.h"
#include "ground/lock.h"

#include <stdbool.h>
#include <stddef.h>

/* How many pages have been touched. All of a view's are populated. */
int pcpu_chunk_populated_pages(const struct pcpu_chunk *chunk);

/*
 * Gives back the whole free pages of a chunk that is no view. Returns the bytes, over all open
 * units; some may not have been resident.
 */
size_t pcpu_chunk_trim(struct pcpu_chunk *chunk);

/* Notes that [from, to) of a block is handed out; the end is cut off. Whether it was before. */
static inline bool pcpu_touch_block(struct pcpu_block *block, int from, int to)
{
	bool before = from < block->touched;

	pcpu_touched_pages += block->touched == 0 && to > 0;
	if (to > block->touched)
		block->touched = (uint16_t)(to < PCPU_BLOCK_SIZE ? to : PCPU_BLOCK_SIZE);
	return before;
}

/*
 * Notes that [off, off + size) is handed out. Returns whether any of it may be something else than
 * zero in some unit: some of it has been handed out before since it was committed.
 */
static inline bool pcpu_chunk_touch(struct pcpu_chunk *chunk, int off, int size)
{
	struct pcpu_block *block = &chunk->map.blocks[off / PCPU_BLOCK_SIZE];
	int from = off % PCPU_BLOCK_SIZE, to = from + size;
	bool before;

	pcpu_assert_held(&pcpu_alloc_mutex);
	before = pcpu_touch_block(block, from, to);
	while ((to -= PCPU_BLOCK_SIZE) > 0)
		before |= pcpu_touch_block(++block, 0, to);
	return before;
}

#endif /* PCPU_CHUNK_PAGES_H */
