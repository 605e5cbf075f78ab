/* SPDX-License-Identifier: MIT */
/*
 * area_fit.h - looking through an area map for the first free area that an allocation fits in. Only
 * hints change.
 */
#ifndef PCPU_AREA_FIT_H
#define PCPU_AREA_FIT_H

#include "alloc/map/area_index.h"

#include <stdbool.h>

/* A free area, and where in it an allocation goes. */
struct pcpu_fit {
	int start, end; /* the free area */
	int off;        /* aligned */
};

/*
 * Which blocks a search passes over: none; those that are taken; those whose codes would have to be
 * made finer, and are busy; those whose codes would have to be made finer.
 */
enum pcpu_pass_over { PCPU_PASS_NONE, PCPU_PASS_TAKEN, PCPU_PASS_BUSY, PCPU_PASS_COARSE };

/*
 * Looks for a free area that starts in @block at or after @from and fits. If the search was of the
 * whole block, and in vain, the block's bounds are exact afterwards, rooms too.
 */
bool pcpu_map_find_in_block(struct pcpu_area_map *map, int block, int from, int size, int align,
			    struct pcpu_fit *fit);

/* The first fit, but for blocks that are passed over. */
bool pcpu_map_find(struct pcpu_area_map *map, int size, int align, enum pcpu_pass_over what,
		   struct pcpu_fit *fit);

#endif /* PCPU_AREA_FIT_H */
