/* SPDX-License-Identifier: MIT */
/*
 * area_index.h - what an area map consists of, and its two summaries by block: hints and starts.
 *
 * A hint is an upper bound that is kept without looking. Beside it, a block's `second` bounds all
 * free areas but one that may be as large as the hint. When an area as large as the hint shrinks or
 * goes, what is left of it and the second give the new hint. (So a block that is filled from its
 * start to its end has an exact hint all the time; where areas of several sizes come and go the
 * bound becomes loose, until a search that looks at the whole block in vain puts it right.)
 *
 * Rooms are hints for each alignment (room.h): they are there where searches for alignments that
 * are larger than sizes have looked at many blocks in vain. An area that comes to be in a block
 * adds its room; a search that looks at the whole block in vain makes it exact.
 *
 * A start is what a block's codes say of an offset (area_block.h). Beside them a bit a block says
 * whether it has any, so that long areas are stepped over.
 *
 * For the rooms of the map alone: area_map.h, area_fit.h, area_walk.h.
 */
#ifndef PCPU_AREA_INDEX_H
#define PCPU_AREA_INDEX_H

#include "alloc/map/area_block.h"
#include "alloc/map/max_tree.h"
#include "alloc/map/room.h"
#include "ground/bitmap.h"

#include <stdbool.h>
#include <stdint.h>

struct pcpu_area_map {
	struct pcpu_block *blocks; /* block 0's record; those before first are not ours */
	int first, end;            /* the blocks that are */
	int head, total;           /* bytes: allocated for ever; covered */
	int free_size;             /* bytes that can still be given out */
	int nr_areas;              /* allocated areas, the head not counted */
	/* No area of this size and alignment, or more of both, was there; 0: not known. */
	int failed_size, failed_align;
	/* By block, from first on. */
	struct pcpu_max_tree hints;
	struct pcpu_room_tree *rooms; /* or NULL */
	unsigned long *starts;
	uint16_t *nr_starts;
	/* Blocks with room for a size, but not for its alignment, that searches have looked at. */
	int nr_vain;
	/* The free area that the last free made: the next one often follows it. Or empty. */
	int last_start, last_end;
	/*
	 * Whether a quiet allocation may have [off, off + size); NULL: all of the map. To be set by
	 * the map's user after it is made.
	 */
	bool (*is_ready)(const struct pcpu_area_map *map, int off, int size);
};

/* What an allocation needs before it can be made: finer codes in a block. */
struct pcpu_map_growth {
	struct pcpu_block *block;
	unsigned int shift; /* log2 of the granule */
};

static inline uint32_t pcpu_max_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* --- hints --- */

static inline uint32_t pcpu_map_hint(const struct pcpu_area_map *map, int block)
{
	return pcpu_max_tree_get(&map->hints, block - map->first);
}

static inline void pcpu_map_set_hint(struct pcpu_area_map *map, int block, uint32_t hint)
{
	pcpu_max_tree_set(&map->hints, block - map->first, hint);
}

/* The first block at or after @block whose hint is @size or more; map->end if there is none. */
static inline int pcpu_map_next_hint(const struct pcpu_area_map *map, int block, uint32_t size)
{
	return map->first + pcpu_max_tree_next(&map->hints, block - map->first, size);
}

/* A free area of @size bytes comes to be in @block. */
static inline void pcpu_map_hint_add(struct pcpu_area_map *map, int block, uint32_t size)
{
	struct pcpu_block *record = &map->blocks[block];
	uint32_t hint = pcpu_map_hint(map, block);

	if (size <= hint) {
		record->second = pcpu_max_u32(record->second, size);
		return;
	}
	record->second = hint;
	pcpu_map_set_hint(map, block, size);
}

/* One of @size bytes becomes one of @rest bytes, or goes if @rest is 0. */
static inline void pcpu_map_hint_shrink(struct pcpu_area_map *map, int block, uint32_t size,
					uint32_t rest)
{
	if (size == pcpu_map_hint(map, block))
		pcpu_map_set_hint(map, block, pcpu_max_u32(rest, map->blocks[block].second));
}

/* One of @size bytes becomes a larger one. */
static inline void pcpu_map_hint_expand(struct pcpu_area_map *map, int block, uint32_t size,
					uint32_t larger)
{
	if (size == pcpu_map_hint(map, block))
		pcpu_map_set_hint(map, block, larger);
	else
		pcpu_map_hint_add(map, block, larger);
}

/* --- rooms --- */

/* The free area [start, end) comes to be in the block of its start, or has become larger. */
static inline void pcpu_map_room_add(struct pcpu_area_map *map, int start, int end)
{
	struct pcpu_room room = {{0}};

	if (!map->rooms)
		return;
	pcpu_room_add_area(&room, start, (uint32_t)(end - start));
	pcpu_room_tree_add(map->rooms, (start >> PCPU_BLOCK_SHIFT) - map->first, &room);
}

/* The first block at or after @block that may have an area of @size and @align, or map->end. */
static inline int pcpu_map_next_room(const struct pcpu_area_map *map, int block, int size,
				     int align)
{
	if (map->rooms && align > 1)
		return map->first +
		       pcpu_room_tree_next(map->rooms, block - map->first, size, align);
	return pcpu_map_next_hint(map, block, (uint32_t)size);
}

/* --- starts --- */

static inline int pcpu_map_block_of(int off)
{
	return off >> PCPU_BLOCK_SHIFT;
}

static inline enum pcpu_code pcpu_map_code_at(const struct pcpu_area_map *map, int off)
{
	int block = pcpu_map_block_of(off);

	if (block < map->first || block >= map->end)
		return PCPU_NO_START;
	return pcpu_code_at(pcpu_block_codes(&map->blocks[block]), pcpu_within_block(off));
}

/* The first start at or after @off, or the end of the map. */
static inline int pcpu_map_next_start(const struct pcpu_area_map *map, int off)
{
	int block = pcpu_map_block_of(off), at;

	if (block >= map->end)
		return map->total;
	at = pcpu_codes_next_start(pcpu_block_codes(&map->blocks[block]), pcpu_within_block(off));
	if (at == PCPU_BLOCK_SIZE) {
		unsigned int nr = (unsigned int)(map->end - map->first);

		block = map->first +
			(int)pcpu_find_next_bit(map->starts, nr,
						(unsigned int)(block + 1 - map->first));
		if (block == map->end)
			return map->total;
		at = pcpu_codes_next_start(pcpu_block_codes(&map->blocks[block]), 0);
	}
	return (block << PCPU_BLOCK_SHIFT) + at;
}

/* The last block before @block in which an area starts, or -1. */
static inline int pcpu_map_prev_block(const struct pcpu_area_map *map, int block)
{
	int at = block - map->first;
	unsigned long word;

	while (at > 0) {
		int index = (at - 1) / (int)PCPU_BITS_PER_LONG;
		unsigned int below = (unsigned int)(at - 1) % PCPU_BITS_PER_LONG;

		word = map->starts[index] & (~0UL >> (PCPU_BITS_PER_LONG - 1 - below));
		if (word)
			return map->first + index * (int)PCPU_BITS_PER_LONG +
			       (63 - __builtin_clzl(word));
		at = index * (int)PCPU_BITS_PER_LONG;
	}
	return -1;
}

/* The last start before @off, or -1: then what lies there is the head, or nothing. */
static inline int pcpu_map_prev_start(const struct pcpu_area_map *map, int off)
{
	int block = pcpu_map_block_of(off);
	int at = block < map->end
			 ? pcpu_block_prev_start(&map->blocks[block], pcpu_within_block(off))
			 : -1;

	if (at < 0) {
		block = pcpu_map_prev_block(map, block);
		if (block < 0)
			return -1;
		at = pcpu_block_prev_start(&map->blocks[block], PCPU_BLOCK_SIZE);
	}
	return (block << PCPU_BLOCK_SHIFT) + at;
}

/* Whether the granule lets an area start at @off; if not, what is needed. */
static inline bool pcpu_map_can_start(const struct pcpu_area_map *map, int off,
				      struct pcpu_map_growth *growth)
{
	struct pcpu_block *block = &map->blocks[pcpu_map_block_of(off)];

	if (pcpu_codes_reach(pcpu_block_codes(block), pcpu_within_block(off)))
		return true;
	*growth = (struct pcpu_map_growth){block, pcpu_granule_of(pcpu_within_block(off))};
	return false;
}

#endif /* PCPU_AREA_INDEX_H */
