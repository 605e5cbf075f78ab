/* SPDX-License-Identifier: MIT */
/*
 * map_pair.h - an area map and the signed map that it has to agree with, through the same steps.
 *
 * Who drives it (random numbers, a fuzzer) chooses the steps; any numbers are good. Each step is
 * done on both, and what they say is compared. The map's memory is exactly as large as it asks for,
 * for the address sanitizer.
 */
#ifndef ROOMS_MAP_PAIR_H
#define ROOMS_MAP_PAIR_H

#include "alloc/map/area_map.h"
#include "signed_map.h"

#include <stdbool.h>
#include <stdint.h>

enum map_op {
	MAP_ALLOC,
	MAP_ALLOC_QUIET,
	MAP_ALLOC_AS_IS, /* with the codes as they are */
	MAP_GIVE_BACK,   /* an area: frees it if it is live, releases it if it is held */
	MAP_SWITCH,      /* an area: live becomes held, held becomes live, as a cache does it */
	MAP_FREE_ANY,    /* any offset: most are misuse */
	MAP_RELEASE_RUN, /* held areas, from one on */
	MAP_HOLD,        /* several areas from a block, that of the first fit or any */
	MAP_HOLD_PAGE,   /* one at the start of a block */
	MAP_FIND_BLOCK,  /* one that is not taken */
	MAP_TAKE_BLOCK,  /* marks any block as taken, or unmarks it */
	MAP_COARSEN,     /* any block: the granule becomes as coarse as it can be */
	MAP_ROOMS,       /* the map begins to know its room for each alignment, or forgets it */
	MAP_NR_OPS
};

struct map_step {
	enum map_op op;
	int size, align; /* bytes; the alignment a power of two */
	uint32_t which;  /* area, offset or block, modulo how many there are */
	int nr;          /* of MAP_HOLD and MAP_RELEASE_RUN, 1 .. MAP_MOST_HELD */
};

#define MAP_MOST_HELD 32

struct map_pair {
	struct pcpu_area_map map;
	struct signed_map model;
	struct pcpu_block *blocks; /* the map's own, and no others */
	void *memory;
	int *areas; /* offsets of the used ones, in no order */
	int nr_areas, room;
	int growths, failures; /* what has been seen: words that were moved, allocations in vain */
	char complaint[160];
};

/* Both fresh. No memory is fatal. */
void map_pair_init(struct map_pair *pair, int head, int free_bytes);
void map_pair_fini(struct map_pair *pair);

/* Does @step. NULL, or where the two disagree. */
const char *map_pair_step(struct map_pair *pair, const struct map_step *step);

/* Compares all areas, and checks the map. NULL, or what is wrong. */
const char *map_pair_check(struct map_pair *pair);

/* For who reports a disagreement. */
void map_pair_print_step(const struct map_step *step);

#endif /* ROOMS_MAP_PAIR_H */
