/* SPDX-License-Identifier: MIT */
/*
 * find.h - finding room for an area: the walk over slots and chunks, and the stock that is kept for
 * calls that must not block.
 *
 * An allocation walks the slots from the smallest that may hold it to the one of wholly free
 * chunks, and takes the first chunk whose map has room; if there is none, it makes a chunk.
 *
 * A call that must not block makes do with what is there: chunks with room, and a few words for
 * finer codes that are kept in stock. Other calls see to it that there is always some of both.
 *
 * Everything here is done under pcpu_alloc_mutex.
 */
#ifndef PCPU_FIND_H
#define PCPU_FIND_H

#include "alloc/chunk/chunk.h"

#include <stdbool.h>

/* One allocation that is under way. Sizes in bytes. */
struct pcpu_attempt {
	int size, align;
	bool may_block;
	bool reserved;       /* from the reserved view, which is there */
	const char *failure; /* why not, in the end; may be set although there was another way */
};

/* What is tried on a chunk: an offset or a block's index; -1: no room; -2: another failure. */
typedef int (*pcpu_chunk_fn)(struct pcpu_chunk *chunk, struct pcpu_attempt *attempt);

/*
 * Tries @fn on the chunks that may have room, the fullest first, until it does not say -1; @where
 * becomes the chunk. Returns what it said last.
 */
int pcpu_walk(struct pcpu_attempt *attempt, pcpu_chunk_fn fn, struct pcpu_chunk **where);

/* Takes an area, live: its offset in @where. Makes a chunk if need be. Negative: why not is noted.
 */
int pcpu_find_area(struct pcpu_attempt *attempt, struct pcpu_chunk **where);

/* Makes codes finer as @growth says: with new memory, or with words from the stock. 0 or -ENOMEM.
 */
int pcpu_find_grow(const struct pcpu_attempt *attempt, const struct pcpu_map_growth *growth);

/*
 * By a call that may block, which has used @used, for those that may not; and by the boot, since
 * the first call of a program may be one of these. Not to have a stock is no failure of the caller.
 */
void pcpu_keep_stock(struct pcpu_chunk *used);

#endif /* PCPU_FIND_H */
