/* SPDX-License-Identifier: MIT */
/*
 * area_map.h - who owns which bytes of a unit
 *
 * Every unit of a chunk is cut up alike, so one map serves all CPUs. The map covers the unit from
 * offset 0 upward with signed entries: a positive entry is a free area of that many bytes, a
 * negative one an allocated area.
 *
 *	offset   0        8           32          40                      32768
 *	         |  used  |   free    |   used    |         free           |
 *	entries     -8        24           -8              32728
 *
 * Policy: first fit in address order. Sizes are not rounded. What is left beside an allocation
 * becomes a free area only if it has PCPU_MIN_AREA bytes or more; a smaller rest (a sliver) goes
 * to the allocation if it lies behind, to the used area before if it lies in front.
 *
 * Invariants, between any two calls (pcpu_area_map_is_valid checks them):
 *   - the absolute values of the entries add up to the bytes that the map covers;
 *   - free_size is the sum of the positive entries;
 *   - contig_hint is never below the largest free area. It may be above: only a scan that sees
 *     every area makes it exact;
 *   - no entry is 0, and no two neighbours are both free;
 *   - used <= room.
 *
 * The map does no I/O, takes no lock and allocates no memory: the caller holds the lock that
 * protects it, supplies the array, and grows it before an allocation. No call blocks, so that a
 * free can be made in any context. Offsets and sizes are in bytes, room in entries.
 *
 * The fields are this room's alone; everybody else goes through the functions below, so that the
 * array can give way to a faster structure.
 */
#ifndef PCPU_AREA_MAP_H
#define PCPU_AREA_MAP_H

#include <stdbool.h>

/* Entries that a new chunk starts with, and the unit that growing starts from (kernel name). */
#define PCPU_DFL_MAP_ALLOC 16

/* Spare entries an allocation needs: it can turn one entry into three. */
#define PCPU_MAP_MARGIN 2

/* Spare entries wanted by a call that must not block, and so cannot grow the map. */
#define PCPU_MAP_MARGIN_ATOMIC 3

struct pcpu_area_map {
	int *entries;	 /* the caller's array; entries[0 .. used) are valid */
	int used;	 /* <= room */
	int room;	 /* entries the array has room for */
	int free_size;	 /* bytes that can still be given out */
	int contig_hint; /* >= the largest free area */
};

/**
 * pcpu_area_map_init - describe a fresh unit
 * @map: the map
 * @entries: array of @room entries; the map uses it until pcpu_area_map_move()
 * @room: at least 2
 * @used_head: bytes at offset 0 that are allocated for ever; may be 0
 * @free_bytes: bytes after them that can be given out; may be 0
 */
void pcpu_area_map_init(struct pcpu_area_map *map, int *entries, int room, int used_head,
			int free_bytes);

/**
 * pcpu_area_map_room_needed - does the array have to grow before an allocation?
 * @map: the map
 * @margin: spare entries wanted, PCPU_MAP_MARGIN or PCPU_MAP_MARGIN_ATOMIC
 *
 * Return: 0 if there is room enough, otherwise the room to grow to. Mirrors the kernel's
 * pcpu_need_to_extend().
 */
int pcpu_area_map_room_needed(const struct pcpu_area_map *map, int margin);

/**
 * pcpu_area_map_move - switch to a larger array
 * @map: the map
 * @entries: array of @room entries
 * @room: its room
 *
 * If @room is not larger than the room there is (somebody else has grown the map while the caller
 * was getting memory), the map stays where it is.
 *
 * Return: the array that the map does not use, for the caller to free: the old one, or @entries if
 * the map stayed.
 */
int *pcpu_area_map_move(struct pcpu_area_map *map, int *entries, int room);

/**
 * pcpu_area_map_alloc - give out an area
 * @map: the map; pcpu_area_map_room_needed(@map, PCPU_MAP_MARGIN) must be 0
 * @size: bytes, > 0
 * @align: bytes, a power of two
 *
 * Return: the offset of the area, or -1 if no free area fits; contig_hint is exact then. Splitting
 * without room for the new entries is fatal: it would write beyond the array. Mirrors the kernel's
 * pcpu_alloc_area().
 */
int pcpu_area_map_alloc(struct pcpu_area_map *map, int size, int align);

/**
 * pcpu_area_map_free - take an area back
 * @map: the map
 * @off: offset that pcpu_area_map_alloc() returned, and nothing else. The permanent head of a map
 *       made with used_head > 0 looks like any other area at offset 0: the caller must refuse it.
 *
 * Return: the number of bytes that became free (> 0; more than were asked for if the area took in
 * slivers), or a negative errno with the map unchanged:
 *   -EALREADY - @off lies in a free area: a double free
 *   -ENOENT   - @off is inside an allocated area, or outside the unit
 *
 * Mirrors the kernel's pcpu_free_area(), where both errors are fatal.
 */
int pcpu_area_map_free(struct pcpu_area_map *map, int off);

/**
 * pcpu_area_map_size_at - the size of an allocated area
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
	return map->contig_hint;
}

/* The array in use: for the caller to free, with the map. */
static inline int *pcpu_area_map_entries(const struct pcpu_area_map *map)
{
	return map->entries;
}

/* Entries the array has room for: what the caller must know to free it. */
static inline int pcpu_area_map_room(const struct pcpu_area_map *map)
{
	return map->room;
}

/**
 * pcpu_area_map_is_valid - check every invariant at the top of this file
 * @map: the map
 * @total: bytes that it covers: used_head + free_bytes of pcpu_area_map_init()
 */
bool pcpu_area_map_is_valid(const struct pcpu_area_map *map, int total);

/**
 * pcpu_area_map_dump - copy the map out in its signed form
 * @map: the map
 * @out: array for up to @max entries; may be NULL if @max is 0
 * @max: its length
 *
 * Return: the number of entries of the map, which may be more than @max.
 */
int pcpu_area_map_dump(const struct pcpu_area_map *map, int *out, int max);

#endif /* PCPU_AREA_MAP_H */
