/* SPDX-License-Identifier: MIT */
/*
 * area_map.h - who owns which bytes of a unit
 *
 * Every unit of a chunk is cut up alike, so one map serves all CPUs. The map covers the unit from
 * offset 0 upward with areas, each allocated or free. In the kernel it is an array of signed sizes,
 * and this is the form in which maps are written down here:
 *
 *	offset   0        8           32          40                      32768
 *	         |  used  |   free    |   used    |         free           |
 *	entries     -8        24           -8              32728
 *
 * Policy: first fit in address order. Sizes are not rounded. What is left beside an allocation
 * becomes a free area only if it has PCPU_MIN_AREA bytes or more; a smaller rest (a sliver) goes
 * to the allocation if it lies behind, to the used area before if it lies in front.
 *
 * Behind it is no array, but a code for each place where an area starts (area_block.h), and two
 * summaries over the blocks:
 *
 *	starts		a bit a block: some area starts in it (nr_starts says how many).
 *			For the way to the next and the previous start
 *	hints		a number a block: no free area that starts in it is larger; with their
 *			maxima (max_tree.h), of which the last is the contig hint. For the way to
 *			the first block that may serve a size
 *
 *	rooms		the same for each alignment, where it is worth it (room.h): for requests
 *			whose alignment is larger than their size
 *
 * So finding, giving out and taking back an area look at a few words of one or two blocks, and at
 * one group of 16 numbers a level, whatever the number of areas.
 *
 * Invariants, between any two calls (pcpu_area_map_is_valid checks them):
 *   - free_size is the sum of the free areas;
 *   - no hint is below the largest free area that starts in its block, and no room below that of
 *     one. They may be above, but a search that sees the whole block in vain makes them exact;
 *   - no two neighbours are both free;
 *   - the summaries say what their parts say.
 *
 * Some bytes at offset 0 can be allocated for ever (the head): they have no start code, and the
 * blocks that lie wholly in them are not touched.
 *
 * The map does no I/O, takes no lock and allocates no memory: it is not thread-safe, but for what
 * area_block.h says, and memory is supplied where codes must become finer. No call blocks. Offsets
 * and sizes are in bytes. Looking for a place is in area_fit.h, looking at the whole in
 * area_walk.h; the fields (area_index.h) are these rooms' alone.
 */
#ifndef PCPU_AREA_MAP_H
#define PCPU_AREA_MAP_H

#include "alloc/map/area_block.h"
#include "alloc/map/area_index.h"
#include "alloc/map/max_tree.h"

#include <stdbool.h>
#include <stddef.h>

/* What pcpu_area_map_alloc() returns if there is no offset. */
#define PCPU_MAP_NO_FIT (-1)
#define PCPU_MAP_MUST_GROW (-2)

/* Bytes of zeroed memory that pcpu_area_map_init() needs for a map of these sizes. */
size_t pcpu_area_map_memory(int used_head, int free_bytes);

/* Bytes of zeroed memory that it needs for codes beside: 0, or for a granule that fits the head. */
size_t pcpu_area_map_words(int used_head, int free_bytes);

/**
 * pcpu_area_map_init - describe a fresh unit
 * @map: the map
 * @blocks: the record of the block at offset 0. Those from the one that @used_head ends in to the
 *	one that @used_head + @free_bytes ends in become the map's; others need not be there
 * @memory: zeroed, of pcpu_area_map_memory() bytes, aligned as for malloc
 * @words: of pcpu_area_map_words() bytes; NULL if that is 0
 * @used_head: bytes at offset 0 that are allocated for ever; may be 0
 * @free_bytes: bytes after them that can be given out; may be 0
 * @owner: what the blocks' owner field becomes
 */
void pcpu_area_map_init(struct pcpu_area_map *map, struct pcpu_block *blocks, void *memory,
			uint64_t *words, int used_head, int free_bytes, void *owner);

/**
 * pcpu_area_map_alloc - give out an area
 * @map: the map
 * @size: bytes, > 0
 * @align: bytes, a power of two
 * @quiet: whether codes that others may be looking at must stay where they are, and bytes that are
 *	not ready (map->is_ready) be left alone: then areas that would need them do not fit
 * @growth: filled in if the map has to grow; NULL: areas that would need it do not fit
 *
 * Return: the offset of the area, which is live; PCPU_MAP_NO_FIT if no free area fits: the hints of
 * all blocks that could have had one, as far as was known, are exact then; PCPU_MAP_MUST_GROW if
 * the area that would be given out needs finer codes: nothing has changed, and the call can be made
 * again when the codes of @growth have been moved (pcpu_block_move). At most two rounds are needed.
 * Mirrors the kernel's pcpu_alloc_area().
 */
int pcpu_area_map_alloc(struct pcpu_area_map *map, int size, int align, bool quiet,
			struct pcpu_map_growth *growth);

/*
 * Whether searches have looked at so many blocks in vain that rooms for each alignment are worth
 * their memory: pcpu_area_map_rooms_memory() bytes, zeroed, which pcpu_area_map_add_rooms() takes,
 * and which the caller frees when the map is no more, or after pcpu_area_map_drop_rooms(); NULL:
 * there were none.
 */
bool pcpu_area_map_wants_rooms(const struct pcpu_area_map *map);
size_t pcpu_area_map_rooms_memory(const struct pcpu_area_map *map);
void pcpu_area_map_add_rooms(struct pcpu_area_map *map, void *memory);
void *pcpu_area_map_drop_rooms(struct pcpu_area_map *map);

/* Upper bounds on what can be had at each alignment. */
void pcpu_area_map_room(const struct pcpu_area_map *map, struct pcpu_room *room);

/* Whether the map is known to have no place for @size bytes aligned to @align. */
static inline bool pcpu_area_map_lacks(const struct pcpu_area_map *map, int size, int align)
{
	return (uint32_t)size > pcpu_max_tree_max(&map->hints) ||
	       (map->rooms && pcpu_room_lacks(pcpu_room_tree_max(map->rooms), size, align));
}

/* Where pcpu_area_map_alloc() would put an area, or PCPU_MAP_NO_FIT. Only hints change. */
int pcpu_area_map_peek(struct pcpu_area_map *map, int size, int align);

/**
 * pcpu_area_map_find_block - a block from which several areas can be taken
 * @map: the map
 * @size: bytes, > 0
 * @align: bytes, a power of two
 *
 * Return: the first block with a free area that fits and is not marked as taken, or -1.
 */
int pcpu_area_map_find_block(struct pcpu_area_map *map, int size, int align);

/**
 * pcpu_area_map_cache_page - take an area at the start of a block
 * @map: the map
 * @size: bytes, > 0
 * @growth: filled in if the map has to grow
 *
 * For who wants a block of his own where all free areas start in blocks that are taken: the first
 * free area is cut that has room at the start of a block. Return: the offset, which is that of a
 * block; the area is cached. Or PCPU_MAP_NO_FIT or PCPU_MAP_MUST_GROW, as above.
 */
int pcpu_area_map_cache_page(struct pcpu_area_map *map, int size, struct pcpu_map_growth *growth);

/**
 * pcpu_area_map_cache - take several areas of one size from one block
 * @map: the map
 * @block: its index
 * @size: bytes, > 0
 * @align: bytes, a power of two
 * @offs: becomes their offsets, in ascending order
 * @nr: how many are wanted
 * @growth: filled in if the map has to grow
 *
 * The areas are cached. They start in the block, the last one may end in the next. Return: how many
 * there were, 0 .. @nr, or PCPU_MAP_MUST_GROW as above.
 */
int pcpu_area_map_cache(struct pcpu_area_map *map, int block, int size, int align, int *offs,
			int nr, struct pcpu_map_growth *growth);

/**
 * pcpu_area_map_free - take a live area back
 * @map: the map
 * @off: offset that pcpu_area_map_alloc() returned, and nothing else
 *
 * Return: the number of bytes that became free (> 0; more than were asked for if the area took in
 * slivers), or a negative errno with the map unchanged:
 *   -EALREADY - @off lies in a free area, or in a cached one: a double free
 *   -ENOENT   - @off is inside a live area or in the head, or outside the unit
 *
 * Mirrors the kernel's pcpu_free_area(), where both errors are fatal.
 */
int pcpu_area_map_free(struct pcpu_area_map *map, int off);

/* Takes the cached area at @off back. Returns the number of bytes that became free. */
int pcpu_area_map_release(struct pcpu_area_map *map, int off);

/*
 * Takes back the cached areas at @offs, @nr of them in ascending order. Those that lie directly
 * behind one another become free as one: returns how many such runs there were, which start at
 * @offs and end at @ends; there is room for @nr of them.
 */
int pcpu_area_map_release_runs(struct pcpu_area_map *map, int *offs, int nr, int *ends);

/**
 * pcpu_area_map_size_at - the size of a live area
 * @map: the map
 * @off: where the area starts
 *
 * Return: what pcpu_area_map_free() would return. Nothing changes.
 */
int pcpu_area_map_size_at(const struct pcpu_area_map *map, int off);

/* Bytes that can still be given out, over all free areas. */
static inline int pcpu_area_map_free_size(const struct pcpu_area_map *map)
{
	return map->free_size;
}

/* Upper bound on the largest free area: an allocation of more bytes than this cannot succeed. */
static inline int pcpu_area_map_contig_hint(const struct pcpu_area_map *map)
{
	return (int)pcpu_max_tree_max(&map->hints);
}

/* How many areas are allocated, live and cached. */
static inline int pcpu_area_map_nr_areas(const struct pcpu_area_map *map)
{
	return map->nr_areas;
}

#endif /* PCPU_AREA_MAP_H */
