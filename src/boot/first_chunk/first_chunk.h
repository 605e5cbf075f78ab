/* SPDX-License-Identifier: MIT */
/*
 * first_chunk.h - the chunk that holds the static variables of the program.
 *
 *	unit offset   0            static_size      + reserved        + dyn = size_sum   unit_size
 *	              | static area | reserved area | dynamic area    |      nobody's     |
 *	coordinate    low32(__per_cpu_start)
 *
 * Two views serve it: the reserved chunk [static_size, + reserved_size), and the first chunk
 * proper, the rest up to size_sum.
 *
 * It is made in three steps, because units can only be set up in between:
 *	embed.h or page.h	finds the address space of the units
 *	pcpu_first_chunk_map_units()	which unit is whose; called by both
 *	pcpu_first_chunk_setup()	spans and views, when there are units
 */
#ifndef PCPU_FIRST_CHUNK_H
#define PCPU_FIRST_CHUNK_H

#include "boot/first_chunk/alloc_info.h"
#include "memory/span.h"

#include <stdint.h>

/*
 * Where units come from, for the two forms. In the kernel units of a group lie back to back; here
 * each has a window to itself, in which the units of later chunks come to lie as well.
 *
 *	stride == unit_size   | unit | unit | unit |
 *	stride of a window    | unit |.................| unit |.................| unit |......
 */
struct pcpu_fc_space {
	size_t stride;         /* from one unit of a group to the next; 0: unit_size */
	size_t align;          /* of a group; 0: atom_size */
	uint32_t static_start; /* of the static area, from where a unit's stretch begins */
	uint64_t range;        /* bytes of address space in which units may lie */

	/*
	 * Address space for @size bytes of units, the first of which is @cpu's, aligned to @align.
	 * NULL if there is none.
	 */
	void *(*alloc)(unsigned int cpu, size_t size, size_t align, void *ctx);
	/* Takes back what alloc() gave, or a part of it; @size may be 0. */
	void (*free)(void *ptr, size_t size, void *ctx);
	void *ctx; /* handed to both */
};

/*
 * Makes an empty layout for @cpus, whose bitmap must outlive it, with room for @ai's groups. 0 or
 * -ENOMEM.
 */
int pcpu_first_layout_init(struct percpu_layout *layout, const struct percpu_cpu_set *cpus,
			   const struct pcpu_alloc_info *ai, const struct pcpu_fc_space *space);

void pcpu_first_layout_destroy(struct percpu_layout *layout);

/*
 * The first half of the kernel's pcpu_setup_first_chunk(): checks @ai and fills @layout. @base is
 * where the lowest group begins. What is not as it must be is fatal: the condition, the possible
 * CPUs and a dump are logged first.
 */
void pcpu_first_chunk_map_units(struct percpu_layout *layout, const struct pcpu_alloc_info *ai,
				uintptr_t base);

/*
 * The second half: claims the first chunk's coordinates, adds its spans to the units (which are set
 * up, and closed), and makes its views. @statics is the span of the static area without its size;
 * offset 0 is at its start.
 *
 * The dynamic and reserved areas follow the static area if they can. Where another module's
 * variables or the end of the 4 GiB are in the way they lie elsewhere: the views' base is then such
 * that base + offset leads there. 0 or a negative errno (-EEXIST: the static area is in the way of
 * another module's).
 */
int pcpu_first_chunk_setup(const struct percpu_layout *layout, const struct pcpu_span *statics);

/* The layout that was set up, which is kept; NULL before. */
extern const struct percpu_layout *pcpu_first_layout;

#endif /* PCPU_FIRST_CHUNK_H */
