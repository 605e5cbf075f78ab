/* SPDX-License-Identifier: MIT */
/*
 * slot.h - which slot list a chunk belongs on; percpu/impl/slot.h has what the slots are.
 */
#ifndef PCPU_SLOT_H
#define PCPU_SLOT_H

#include "ground/layout.h"

#include <percpu/impl/slot.h>

/* Slot of a chunk that is as good as full. No allocation looks at it. */
#define PCPU_FULL_SLOT 0

/* The lowest slot that an allocation looks at. */
#define PCPU_FIRST_SLOT 1

/* The slot of a chunk, from what its area map says of itself. */
static inline int pcpu_slot_of(int free_size, int contig_hint, int unit_size)
{
	if (free_size < PCPU_MIN_AREA || contig_hint < PCPU_MIN_AREA)
		return PCPU_FULL_SLOT;
	return pcpu_size_to_slot(free_size, unit_size);
}

#endif /* PCPU_SLOT_H */
