/* SPDX-License-Identifier: MIT */
/*
 * room.h - how many bytes can be had at each alignment: of one free area, at most of several, and
 * by index, with the maxima of each 16, of each 16 of these...
 *
 * The room of a free area at an alignment is what it has from its first multiple of that on:
 *
 *	free area [40, 100)	alignment    1   2   4   8  16  32  64  128 ..
 *				room        60  60  60  60  52  36  36    0 ..
 *
 * Rooms are upper bounds: what has no room has no place for an allocation, the reverse need not
 * hold. PCPU_ROOM_MAX stands for itself and everything above it.
 *
 * Adding to an index looks at one group of 16 a level at most, and so does finding the next one
 * with enough room. Not thread-safe; no call allocates. Sizes and offsets in bytes.
 */
#ifndef PCPU_ROOM_H
#define PCPU_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PCPU_ROOM_MAX 0xffff

/* Alignments of 1 to 4096, by their log2, and as many more as make a power of two of it. */
#define PCPU_ROOM_ALIGNS 16
#define PCPU_ROOM_LAST_ALIGN 12

struct pcpu_room {
	uint16_t at[PCPU_ROOM_ALIGNS];
};

static inline int pcpu_room_log2(int align)
{
	return __builtin_ctz((unsigned int)align);
}

/* @size as it stands among rooms. */
static inline uint16_t pcpu_room_size(uint32_t size)
{
	return (uint16_t)(size < PCPU_ROOM_MAX ? size : PCPU_ROOM_MAX);
}

/* Whether there is none for @size bytes, aligned to @align. */
static inline bool pcpu_room_lacks(const struct pcpu_room *room, int size, int align)
{
	return room->at[pcpu_room_log2(align)] < pcpu_room_size((uint32_t)size);
}

/* The same room at all alignments. */
void pcpu_room_fill(struct pcpu_room *room, uint32_t size);

/* @room becomes at least that of a free area of @size bytes that starts at @start. */
void pcpu_room_add_area(struct pcpu_room *room, int start, uint32_t size);

/* @room becomes at least @other. Whether it has changed. */
bool pcpu_room_add(struct pcpu_room *room, const struct pcpu_room *other);

/* There is none for @size bytes aligned to @align, nor for more of both. */
void pcpu_room_exclude(struct pcpu_room *room, int size, int align);

#define PCPU_ROOM_TREE_LEVELS 6

struct pcpu_room_tree {
	int nr; /* of the rooms */
	int levels;
	struct pcpu_room *rooms[PCPU_ROOM_TREE_LEVELS];
};

/* Bytes of zeroed memory that a tree of @nr rooms needs; aligned as for malloc. */
size_t pcpu_room_tree_memory(int nr);

/* Makes a tree of @nr rooms for nothing in @memory. */
void pcpu_room_tree_init(struct pcpu_room_tree *tree, int nr, void *memory);

static inline const struct pcpu_room *pcpu_room_tree_get(const struct pcpu_room_tree *tree, int at)
{
	return &tree->rooms[0][at];
}

/* The maximum of all. */
static inline const struct pcpu_room *pcpu_room_tree_max(const struct pcpu_room_tree *tree)
{
	return tree->rooms[tree->levels - 1];
}

/* The room at @at becomes at least @room; or what @room is. */
void pcpu_room_tree_add(struct pcpu_room_tree *tree, int at, const struct pcpu_room *room);
void pcpu_room_tree_set(struct pcpu_room_tree *tree, int at, const struct pcpu_room *room);

/* The first index at or after @at with room for @size bytes aligned to @align, or tree->nr. */
int pcpu_room_tree_next(const struct pcpu_room_tree *tree, int at, int size, int align);

/* Whether every maximum is that of its group. */
bool pcpu_room_tree_is_valid(const struct pcpu_room_tree *tree);

#endif /* PCPU_ROOM_H */
