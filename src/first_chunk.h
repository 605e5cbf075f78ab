/* SPDX-License-Identifier: MIT */
/*
 * first_chunk.h - the chunk that holds the static variables of the program.
 *
 *	unit offset   0            static_size      + reserved        + dyn = size_sum   unit_size
 *	              | static area | reserved area | dynamic area    |      nobody's     |
 *	coordinate    base = low32(__per_cpu_start)
 *
 * Two views serve it: the reserved chunk [static_size, + reserved_size), and the first chunk
 *proper, the rest up to size_sum.
 */
#ifndef PCPU_FIRST_CHUNK_H
#define PCPU_FIRST_CHUNK_H

#include "alloc_info.h"
#include "unit.h"

#include <stdint.h>

/* What the contract keeps of the alloc info, by CPU number and by group. */
struct pcpu_first_layout {
	unsigned int nr_cpu_ids;
	const unsigned long *possible; /* bitmap */
	unsigned long *unit_offsets;   /* pcpu_unit_offsets: bytes from pcpu_base_addr */
	unsigned int *unit_windows;    /* index of the CPU's window in the region */
	unsigned int nr_windows;       /* windows in use: the possible CPUs */
	unsigned int low_unit_cpu, high_unit_cpu;
	int nr_units; /* unit numbers, unused ones included */
};

/*
 * Embedding: gives each group of @ai consecutive windows, in order, and fills @layout. Units of one
 * chunk are a window apart; a unit that is there only to fill up an allocation has no window.
 * @layout's nr_cpu_ids and possible are set by the caller.
 *
 * Checks the alloc info as the contract's pcpu_setup_first_chunk() does: what is not as it must be
 * is fatal, after a dump. 0 or -ENOMEM.
 */
int pcpu_first_chunk_layout(struct pcpu_first_layout *layout, struct pcpu_alloc_info *ai);

/*
 * Makes the first chunk: claims its coordinates, adds its spans to the units (which are set up, and
 * closed), and makes its views. @statics is the span of the static area without its size; offset 0
 * is at its start.
 *
 * The dynamic and reserved areas follow the static area if they can. Where another module's
 * variables or the end of the 4 GiB are in the way they lie elsewhere: the views' base is then such
 * that base + offset leads there. 0 or a negative errno (-EEXIST: the static area is in the way of
 * another module's).
 */
int pcpu_first_chunk_setup(const struct pcpu_alloc_info *ai, const struct pcpu_span *statics);

#endif /* PCPU_FIRST_CHUNK_H */
