/* SPDX-License-Identifier: MIT */
/*
 * slab.h - the memory of a pool's objects: slabs of many, each a mapping of its own; and finding
 * the one that an address lies in.
 *
 *	slab	| struct pcpu_slab, a bit for each object | ... | object | object | ... |
 *
 * One thread at a time uses a set of slabs.
 */
#ifndef PCPU_SLAB_H
#define PCPU_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcpu_slab {
	unsigned int nr;    /* objects of it that there are */
	unsigned int found; /* bits that are set: objects accounted for */
	uint64_t bits[];
};

struct pcpu_slabs {
	size_t object;             /* from one object to the next, bytes */
	size_t first;              /* from the slab to its first object */
	size_t size;               /* of a slab */
	unsigned int per_slab;     /* objects */
	struct pcpu_slab **sorted; /* by address */
	size_t nr, room;
};

/* Zeroed pages that are nobody else's; NULL: there is no memory. Signal-safe. */
void *pcpu_pages_map(size_t size);
void pcpu_pages_unmap(void *pages, size_t size);

/* How slabs are laid out for objects of that size and alignment. */
void pcpu_slabs_init(struct pcpu_slabs *slabs, size_t size, size_t align);

/* A new one, of @nr objects, at most per_slab; NULL: there is no memory. Signal-safe. */
struct pcpu_slab *pcpu_slabs_add(struct pcpu_slabs *slabs, unsigned int nr);

void *pcpu_slab_object(const struct pcpu_slabs *slabs, struct pcpu_slab *slab, unsigned int i);

/* That of @object, and which of its objects that is; NULL: it is none of any. */
struct pcpu_slab *pcpu_slabs_find(const struct pcpu_slabs *slabs, const void *object,
				  unsigned int *index);

/* Says that the object is accounted for; false: it is already. */
bool pcpu_slab_mark(struct pcpu_slab *slab, unsigned int index);

/* Nothing is accounted for. */
void pcpu_slabs_clear(struct pcpu_slabs *slabs);

/* Gives back the slabs that are accounted for as a whole. Returns how many objects that were. */
unsigned long pcpu_slabs_free_whole(struct pcpu_slabs *slabs);

/* Gives back everything. */
void pcpu_slabs_free(struct pcpu_slabs *slabs);

#endif /* PCPU_SLAB_H */
