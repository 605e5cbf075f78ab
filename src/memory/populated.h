/* SPDX-License-Identifier: MIT */
/*
 * populated.h - which pages of coordinates are to be resident in every unit, those too that open
 * later: a bit for each, if that is asked for at all.
 *
 * Changed under the unit lock, under which units open. Who asks about pages of his own, which
 * nobody else changes, needs no lock.
 */
#ifndef PCPU_POPULATED_H
#define PCPU_POPULATED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Has units that open find every page resident that is noted; until then none may be. 0; -ENOMEM;
 * or -EOPNOTSUPP: the kernel cannot make pages resident on demand. Once.
 */
int pcpu_units_populate_always(void);

/* Notes, or forgets, the pages of [coord, coord + size). */
void pcpu_populated_note(uint32_t coord, uint64_t size);
void pcpu_populated_forget(uint32_t coord, uint64_t size);

/* Whether all pages of [coord, coord + size) are noted. */
bool pcpu_units_are_populated(uint32_t coord, size_t size);

/* The next run of noted pages at or after @page, in bytes; @page moves behind it. False: no more.
 */
bool pcpu_populated_next(unsigned int *page, uint32_t *coord, size_t *size);

#endif /* PCPU_POPULATED_H */
