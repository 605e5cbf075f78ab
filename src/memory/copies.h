/* SPDX-License-Identifier: MIT */
/*
 * copies.h - the memory of all copies of something: what is done to one range of coordinates in
 * every open unit.
 */
#ifndef PCPU_COPIES_H
#define PCPU_COPIES_H

#include <stddef.h>
#include <stdint.h>

/*
 * Clears [coord, coord + size) in every open unit. Reads before it writes: a page that a CPU never
 * wrote reads as zero without becoming resident, and stays so.
 */
void pcpu_units_clear(uint32_t coord, size_t size);

/*
 * For tools that check memory (ground/checkers/memory.h), where all units are open: hides [coord,
 * coord + size) of each, or shows it.
 */
void pcpu_units_hide(uint32_t coord, size_t size);
void pcpu_units_show(uint32_t coord, size_t size);

/* Takes the memory of [coord, coord + size), whole pages, from every open unit: they read as zero.
 */
void pcpu_units_discard(uint32_t coord, size_t size);

/*
 * Makes the pages of [coord, coord + size) resident in every open unit, and notes them for those
 * that open later (populated.h). 0, or a negative errno; what has been got by then stays: the pages
 * may be in use.
 */
int pcpu_units_populate(uint32_t coord, size_t size);

/* Bytes that are resident in the open units, in all spans. */
size_t pcpu_units_resident(void);

#endif /* PCPU_COPIES_H */
