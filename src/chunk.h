/* SPDX-License-Identifier: MIT */
/*
 * chunk.h - chunks: one range of coordinates in every unit, with the map of who owns what in it.
 *
 *	            coordinate   base             base + unit_size
 *	window of CPU 0   ......[ a | b |     ]..............
 *	window of CPU 1   ......[ a | b |     ]..............	one map describes all of them
 *	window of CPU 5   ......[ a | b |     ]..............
 *
 * An allocation at offset X of a chunk owns offset X in every unit. Chunks are on slot lists by
 * their free size (slot.h); an allocation takes the first that fits, the fullest slots first.
 *
 * The two views of the first chunk are chunks too. They are immutable: never destroyed. A view
 * serves offsets [start, end) of the unit; what lies before belongs to others for ever.
 *
 * Invariants: a chunk is on the list of pcpu_chunk_slot(chunk), unless it is the reserved chunk,
 * which is on none. Chunks do not overlap in coordinates.
 *
 * Everything here is protected by pcpu_alloc_mutex, which the caller holds.
 */
#ifndef PCPU_CHUNK_H
#define PCPU_CHUNK_H

#include "area_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcpu_chunk {
	struct pcpu_chunk *prev, *next; /* on the list of a slot */
	struct pcpu_area_map map;
	uint32_t base;	/* coordinate of offset 0; of a view, modulo 4 GiB */
	int start, end; /* the offsets that it serves */
	bool immutable;
	/*
	 * One bit a page of the unit: some of it has been handed out since it was committed. The
	 * other pages are zero in every unit, and are not touched to make them so.
	 */
	unsigned long handed_out[];
};

/* Set by pcpu_chunks_init() and by the first chunk's setup; the kernel's names. */
extern int pcpu_unit_size;
extern int pcpu_unit_pages;
extern int pcpu_nr_slots;
extern struct pcpu_chunk *pcpu_first_chunk;    /* the dynamic view, or the only one */
extern struct pcpu_chunk *pcpu_reserved_chunk; /* the reserved view, or NULL */

/* Makes the slot lists for units of @unit_size bytes. 0 or -ENOMEM. Once. */
int pcpu_chunks_init(int unit_size);

/*
 * Makes a view of the first chunk that serves offsets [start, end) of a unit whose offset 0 has the
 * coordinate @base. On no list yet. NULL: no memory.
 */
struct pcpu_chunk *pcpu_chunk_create_view(uint32_t base, int start, int end);

/* Makes a wholly free chunk in every unit, on no list yet. NULL: no memory, or no coordinates. */
struct pcpu_chunk *pcpu_chunk_create(void);

/* Takes a wholly free chunk that is no view off its list, and gives everything back. */
void pcpu_chunk_destroy(struct pcpu_chunk *chunk);

int pcpu_chunk_slot(const struct pcpu_chunk *chunk);

/*
 * Moves @chunk to the list it belongs on: to the front if it got emptier (or is new, @old_slot -1),
 * to the end if it got fuller.
 */
void pcpu_chunk_relocate(struct pcpu_chunk *chunk, int old_slot);

/* The first chunk on the list of @slot, and the one after @chunk on its list; NULL: no more. */
struct pcpu_chunk *pcpu_slot_first(int slot);
struct pcpu_chunk *pcpu_slot_next(int slot, const struct pcpu_chunk *chunk);

/* The chunk that serves coordinate @coord, or NULL. */
struct pcpu_chunk *pcpu_chunk_find(uint32_t coord);

/* Makes sure that the map has @margin spare entries. 0 or -ENOMEM. */
int pcpu_chunk_extend_map(struct pcpu_chunk *chunk, int margin);

/* Clears [off, off + size) in every unit where it may be anything but zero. */
void pcpu_chunk_clear(struct pcpu_chunk *chunk, int off, int size);

static inline uint32_t pcpu_chunk_coord(const struct pcpu_chunk *chunk, int off)
{
	return chunk->base + (uint32_t)off;
}

/* The offset in @chunk of a coordinate that it serves. */
static inline int pcpu_chunk_offset(const struct pcpu_chunk *chunk, uint32_t coord)
{
	return (int)(coord - chunk->base);
}

#endif /* PCPU_CHUNK_H */
