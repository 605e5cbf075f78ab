/* SPDX-License-Identifier: MIT */
/*
 * chunk.h - chunks: one range of coordinates in every unit, with the map of who owns what in it.
 *
 *	            coordinate   base             base + unit_size
 *	window of CPU 0   ......[ a | b |     ]..............
 *	window of CPU 1   ......[ a | b |     ]..............	one map describes all of them
 *	window of CPU 5   ......[ a | b |     ]..............
 *
 * An allocation at offset X of a chunk owns offset X in every unit. Chunks are on slot lists by
 * their free size (slot.h); an allocation takes the first that fits, the fullest slots first.
 *
 * The two views of the first chunk are chunks too. They are immutable: never destroyed. A view
 * serves offsets [start, end) of the unit; what lies before belongs to others for ever.
 *
 * Invariants (pcpu_chunks_check looks at them): a chunk is on the list of pcpu_chunk_slot(chunk),
 * unless it is the reserved chunk, which is on none. Chunks do not overlap in coordinates.
 *
 * Everything here is protected by pcpu_alloc_mutex, which the caller holds.
 */
#ifndef PCPU_CHUNK_H
#define PCPU_CHUNK_H

#include "alloc/area_map.h"
#include "alloc/slot.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcpu_chunk {
	struct pcpu_chunk *prev, *next;		/* on the list of a slot */
	struct pcpu_chunk *all_prev, *all_next; /* on the list of all chunks */
	struct pcpu_area_map map;
	uint32_t base;	/* coordinate of offset 0; of a view, modulo 4 GiB */
	int start, end; /* the offsets that it serves */
	bool immutable;
	bool is_roomy;	    /* counted among pcpu_nr_roomy_chunks */
	int max_alloc_size; /* the largest size ever handed out */
	/*
	 * The reserved view's: it may share a page with the other one, and no cache may keep what
	 * is its own. Else NULL.
	 */
	struct pcpu_block *own_blocks;
};

/* Set by pcpu_chunks_init() and by the first chunk's setup; the kernel's names. */
extern int pcpu_unit_size;
extern int pcpu_unit_pages;
extern int pcpu_nr_slots;
extern struct pcpu_chunk *pcpu_first_chunk;    /* the dynamic view, or the only one */
extern struct pcpu_chunk *pcpu_reserved_chunk; /* the reserved view, or NULL */
extern int pcpu_max_size;		       /* the largest size that can be allocated */

/* Whether pages are made resident when they are handed out. Set before there are threads. */
extern bool pcpu_populate_eager;

/* Free bytes in a piece that calls which must not block are to find somewhere; see find.h. */
#define PCPU_STOCK_BYTES (2 * (int)PCPU_PAGE_SIZE)

/* How many chunks may have such a piece. */
extern unsigned int pcpu_nr_roomy_chunks;

/*
 * A record for each page of coordinates, of a chunk or not: block->owner is the chunk, or NULL. All
 * of them can be read at any time, by anybody.
 */
extern struct pcpu_block *pcpu_blocks;

static inline struct pcpu_block *pcpu_block_at(uint32_t coord)
{
	return &pcpu_blocks[coord >> PCPU_BLOCK_SHIFT];
}

/* Makes the slot lists for units of @unit_size bytes, and the records. 0 or -ENOMEM. Once. */
int pcpu_chunks_init(int unit_size);

/*
 * Makes a view of the first chunk that serves offsets [start, end) of a unit whose offset 0 has the
 * coordinate @base; @reserved: it is to be the reserved view. On no list yet. NULL: no memory.
 */
struct pcpu_chunk *pcpu_chunk_create_view(uint32_t base, int start, int end, bool reserved);

/* Makes a wholly free chunk in every unit, on no list yet. NULL: no memory, or no coordinates. */
struct pcpu_chunk *pcpu_chunk_create(void);

/* Takes a wholly free chunk that is no view off its list, and gives everything back. */
void pcpu_chunk_destroy(struct pcpu_chunk *chunk);

static inline int pcpu_chunk_slot(const struct pcpu_chunk *chunk)
{
	return pcpu_slot_of(pcpu_area_map_free_size(&chunk->map),
			    pcpu_area_map_contig_hint(&chunk->map), pcpu_unit_size);
}

/*
 * Moves @chunk to the list it belongs on: to the front if it got emptier (or is new, @old_slot -1),
 * to the end if it got fuller.
 */
void pcpu_chunk_relocate(struct pcpu_chunk *chunk, int old_slot);

/* The first chunk on the list of @slot, and the one after @chunk on its list; NULL: no more. */
struct pcpu_chunk *pcpu_slot_first(int slot);
struct pcpu_chunk *pcpu_slot_next(int slot, const struct pcpu_chunk *chunk);

/*
 * What is known of a slot: that none of its chunks has room for a size and alignment. It holds
 * until a chunk comes to the slot, or an area of one of its chunks becomes free (pcpu_slot_clear_exhausted).
 */
bool pcpu_slot_is_exhausted(int slot, int size, int align);
void pcpu_slot_mark_exhausted(int slot, int size, int align);
void pcpu_slot_clear_exhausted(int slot);

static inline bool pcpu_chunk_is_roomy(const struct pcpu_chunk *chunk)
{
	return chunk->is_roomy;
}

static inline bool pcpu_chunk_serves(const struct pcpu_chunk *chunk, uint32_t coord)
{
	uint32_t start = chunk->base + (uint32_t)chunk->start;

	return coord - start < (uint32_t)(chunk->end - chunk->start);
}

/* The chunk that serves coordinate @coord, or NULL. */
struct pcpu_chunk *pcpu_chunk_find(uint32_t coord);

/* All chunks: the first, and the one after @chunk; NULL: no more. How many, and once at most. */
struct pcpu_chunk *pcpu_chunk_first(void);
struct pcpu_chunk *pcpu_chunk_next(const struct pcpu_chunk *chunk);

/* The first of all chunks, which then is the last: for who drops the mutex between chunks. */
struct pcpu_chunk *pcpu_chunk_rotate(void);

extern unsigned int pcpu_nr_chunks, pcpu_nr_max_chunks;

/*
 * Makes the codes of a block as fine as @growth says, in @words, or in new memory if that is NULL.
 * Stops the CPUs' locks for it if the block is busy, or if it cannot be done quietly. 0 or -ENOMEM.
 */
int pcpu_chunk_grow(const struct pcpu_map_growth *growth, uint64_t *words);

/* Whether the words of @block, which is not busy, can be changed without stopping anybody. */
bool pcpu_chunk_can_grow_quietly(const struct pcpu_block *block);

/* By a call that may block: sees to it that the others can do that for some time. */
void pcpu_chunk_keep_limbo_short(void);

/* How many pages have been touched. All of a view's are populated. */
int pcpu_chunk_populated_pages(const struct pcpu_chunk *chunk);

/* Whether [off, off + size) is resident in every open unit, as far as that is asked for. */
bool pcpu_chunk_is_resident(const struct pcpu_chunk *chunk, int off, int size);

/*
 * Gives back the whole free pages of a chunk that is no view. Returns the bytes, over all open
 * units; some may not have been resident.
 */
size_t pcpu_chunk_trim(struct pcpu_chunk *chunk);

/* Gives back codes that are finer than they have to be. The CPUs' locks are stopped. */
void pcpu_chunk_coarsen(struct pcpu_chunk *chunk);

/* What is wrong with any of the chunks, or NULL: a look at everything there is. */
const char *pcpu_chunks_check(void);

static inline uint32_t pcpu_chunk_coord(const struct pcpu_chunk *chunk, int off)
{
	return chunk->base + (uint32_t)off;
}

/* The offset in @chunk of a coordinate that it serves. */
static inline int pcpu_chunk_offset(const struct pcpu_chunk *chunk, uint32_t coord)
{
	return (int)(coord - chunk->base);
}

/* Notes that [from, to) of a block is handed out; the end is cut off. Whether it was before. */
static inline bool pcpu_touch_block(struct pcpu_block *block, int from, int to)
{
	bool before = from < block->touched;

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
	bool before = pcpu_touch_block(block, from, to);

	while ((to -= PCPU_BLOCK_SIZE) > 0)
		before |= pcpu_touch_block(++block, 0, to);
	return before;
}

#endif /* PCPU_CHUNK_H */
