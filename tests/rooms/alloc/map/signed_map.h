/* SPDX-License-Identifier: MIT */
/*
 * signed_map.h - the area map in the kernel's form: an array of signed sizes, searched from its
 * start. What area_map.h does is compared with this; so it is as plain as can be, and slow.
 *
 *	offset   0        8           32          40                      32768
 *	         |  used  |   free    |   used    |         free           |
 *	size        -8        24           -8              32728
 *
 * Beside the kernel's, it knows of held areas: used, but no user has them.
 */
#ifndef ROOMS_SIGNED_MAP_H
#define ROOMS_SIGNED_MAP_H

#include <stdbool.h>

struct signed_entry {
	int size; /* negative: used */
	bool held;
};

struct signed_map {
	struct signed_entry *entries; /* from malloc() */
	int used, room;               /* entries */
	int head, total;              /* bytes: used for ever; covered */
	int free_size;
};

/* Where an allocation goes: in the free area [start, end), at @off. */
struct signed_fit {
	int index, start, end, off;
};

/* @head bytes that are used for ever, and @free_bytes behind them. No memory is fatal. */
void signed_map_init(struct signed_map *map, int head, int free_bytes);
void signed_map_fini(struct signed_map *map);

/* The first free area that starts in [from, to) and can hold @size bytes at @align. */
bool signed_map_find(const struct signed_map *map, int from, int to, int size, int align,
		     struct signed_fit *fit);

/*
 * Makes @nr areas of @size bytes each, from @fit->off on, used or held, and free areas or slivers
 * of what is left.
 */
void signed_map_take(struct signed_map *map, const struct signed_fit *fit, int size, int nr,
		     bool held);

/* Both for the first fit of the whole map. The offset, or -1. */
int signed_map_alloc(struct signed_map *map, int size, int align);

/*
 * The size of the live area at @off; -EALREADY if that is in a free area or a held one, -ENOENT if
 * it is inside a live one, in the head, or outside.
 */
int signed_map_size_at(const struct signed_map *map, int off);

/* The same for a held area; -ENOENT for everything else. */
int signed_map_held_at(const struct signed_map *map, int off);

/* Makes the live area at @off free. Its size, or what signed_map_size_at() says. */
int signed_map_free(struct signed_map *map, int off);

/* The same for a held area, with signed_map_held_at(). */
int signed_map_release(struct signed_map *map, int off);

/* Makes the used area that starts at @off held, or live. */
void signed_map_hold(struct signed_map *map, int off, bool held);

/* The first @max offsets of held areas at or behind @off, in ascending order. How many. */
int signed_map_held_from(const struct signed_map *map, int off, int *offs, int max);

int signed_map_largest(const struct signed_map *map);

/* Used areas, the head not counted. */
int signed_map_nr_areas(const struct signed_map *map);

#endif /* ROOMS_SIGNED_MAP_H */
