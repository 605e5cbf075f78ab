/* SPDX-License-Identifier: MIT */
/*
 * coord.h - who gets which coordinates.
 *
 * A coordinate is an offset in a unit window: the low 32 bits of a per-CPU pointer. Static
 * variables have the coordinates that the loader gave them; chunks take ranges that are free. A
 * claim is for whole pages, holds for every window at once, and never overlaps another.
 *
 *	0      4 KiB    64 KiB                                               4 GiB
 *	|refused|modules|....[module]....[first chunk][chunk][chunk]......[module]|
 *
 * The first page stays unclaimed for ever, so that a NULL per-CPU pointer faults; and of the first
 * 64 KiB chunks get nothing, so that a NULL pointer's fields fault as well, unless the loader has
 * put a module there.
 *
 * Claims are kept in the table of spans (span.h).
 *
 * Everything here is done under pcpu_alloc_mutex.
 */
#ifndef PCPU_COORD_H
#define PCPU_COORD_H

#include <stdbool.h>
#include <stdint.h>

/* The least that can be claimed, and the least that is found free. */
#define PCPU_COORD_MIN 0x1000ULL
#define PCPU_COORD_MIN_FREE 0x10000ULL
#define PCPU_COORD_END 0x100000000ULL

/*
 * Claims [start, start + size), widened to whole pages. 0; -EEXIST if a claim is in the way;
 * -ERANGE if it is empty, too low, or passes 4 GiB; -ENOMEM.
 */
int pcpu_coord_claim(uint64_t start, uint64_t size);

/*
 * Finds @size free coordinates (a multiple of the page) and claims them: the first that fit at or
 * above the hint, then from the bottom. 0 and the start in @start; -ENOSPC; -ENOMEM.
 */
int pcpu_coord_claim_free(uint64_t size, uint32_t *start);

/* Gives back the claim that starts at the page of @start; nothing of it is committed. */
void pcpu_coord_release(uint64_t start);

/*
 * Where pcpu_coord_claim_free() begins to look. The loader places later objects downwards from the
 * ones it has placed, so the search starts above these and goes upwards.
 */
void pcpu_coord_set_hint(uint32_t coord);

/* How many claims there are. */
unsigned int pcpu_coord_nr_claims(void);

#endif /* PCPU_COORD_H */
