/* SPDX-License-Identifier: MIT */
/* area_walk.h - looking at an area map as a whole, area by area. Nothing changes. */
#ifndef PCPU_AREA_WALK_H
#define PCPU_AREA_WALK_H

#include "alloc/map/area_index.h"

#include <stdbool.h>

/**
 * pcpu_area_map_next - walk over the areas
 * @map: the map
 * @off: where an area starts, or 0
 * @size: becomes the signed size of that area: negative if it is allocated (or the head), 0 if
 *	there is none
 *
 * Return: the offset of the area behind it.
 */
int pcpu_area_map_next(const struct pcpu_area_map *map, int off, int *size);

/**
 * pcpu_area_map_is_valid - check every invariant at the top of area_map.h
 * @map: the map
 */
bool pcpu_area_map_is_valid(const struct pcpu_area_map *map);

/**
 * pcpu_area_map_dump - copy the map out in its signed form
 * @map: the map
 * @out: array for up to @max entries; may be NULL if @max is 0
 * @max: its length
 *
 * Return: the number of entries of the map, which may be more than @max.
 */
int pcpu_area_map_dump(const struct pcpu_area_map *map, int *out, int max);

/* The size of the largest free area: a look at the blocks that may have it. */
int pcpu_area_map_largest(const struct pcpu_area_map *map);

#endif /* PCPU_AREA_WALK_H */
