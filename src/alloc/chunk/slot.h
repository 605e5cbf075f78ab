/* SPDX-License-Identifier: MIT */
/*
 * slot.h - which slot list a chunk belongs on
 *
 * Chunks are kept on lists by how much they can still give out, so that an allocation looks first
 * at the fullest chunk that may hold it. The lists double in width:
 *
 *	slot            free bytes
 *	0               as good as full: nothing to give that is worth looking for
 *	1               fewer than 16
 *	2               16 to 31
 *	3               32 to 63
 *	...
 *	nr_slots - 1    the whole unit: wholly free chunks, and no others
 *
 * An allocation of n bytes starts at the slot that n itself would have: every chunk in a lower
 * slot has fewer than n bytes free. All sizes are in bytes, 0 <= size <= unit_size. Pure
 * arithmetic: nothing here blocks or touches memory.
 */
#ifndef PCPU_SLOT_H
#define PCPU_SLOT_H

#include "ground/layout.h"

/* 2^5 bytes: sizes with an fls of 5 or less share the lowest slots (kernel name and value). */
#define PCPU_SLOT_BASE_SHIFT 5

/* Slot of a chunk that is as good as full. No allocation looks at it. */
#define PCPU_FULL_SLOT 0

/* The lowest slot that an allocation looks at. */
#define PCPU_FIRST_SLOT 1

/* Slots beyond the one of unit_size by the formula: slot numbers start at 0, and one is for empty
 * chunks. */
#define PCPU_EXTRA_SLOTS 2

/* 1-based index of the highest set bit; 0 for 0. */
static inline int pcpu_fls(unsigned int x)
{
	return x ? (int)(sizeof(x) * 8) - __builtin_clz(x) : 0;
}

/* The slot of a size by the formula alone, without the exception for wholly free chunks. */
static inline int __pcpu_size_to_slot(int size)
{
	int slot = pcpu_fls((unsigned int)size) - PCPU_SLOT_BASE_SHIFT + 2;

	return slot > PCPU_FIRST_SLOT ? slot : PCPU_FIRST_SLOT;
}

/* How many slots there are for units of unit_size bytes. */
static inline int pcpu_slot_count(int unit_size)
{
	return __pcpu_size_to_slot(unit_size) + PCPU_EXTRA_SLOTS;
}

/* The first slot to look at for an allocation of size bytes. */
static inline int pcpu_size_to_slot(int size, int unit_size)
{
	if (size == unit_size)
		return pcpu_slot_count(unit_size) - 1;
	return __pcpu_size_to_slot(size);
}

/* The slot of a chunk, from what its area map says of itself. */
static inline int pcpu_slot_of(int free_size, int contig_hint, int unit_size)
{
	if (free_size < PCPU_MIN_AREA || contig_hint < PCPU_MIN_AREA)
		return PCPU_FULL_SLOT;
	return pcpu_size_to_slot(free_size, unit_size);
}

#endif /* PCPU_SLOT_H */
