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
 * their free size (slot.h); an allocation takes the first that fits, the fullest slots first. How
 * fine a chunk's codes are is changed in chunk_codes.h; its pages are the matter of chunk_pages.h.
 *
 * The two views of the first chunk are chunks too. They are immutable: never destroyed. A view
 * serves offsets [start, end) of the unit; what lies before belongs to others for ever.
 *
 * Invariants (chunk_check.h looks at them): a chunk is on the list of pcpu_chunk_slot(chunk),
 * unless it is the reserved chunk, which is on none. Chunks do not overlap in coordinates.
 *
 * Everything here is done under pcpu_alloc_mutex.
 */
#ifndef PCPU_CHUNK_H
#define PCPU_CHUNK_H

#include "alloc/chunk/slot.h"
#include "alloc/chunk/slot_list.h"
#include "alloc/map/area_map.h"
#include "memory/unit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcpu_chunk {
	struct pcpu_slot_node on_slot;          /* on the list of its slot; the first field */
	struct pcpu_chunk *all_prev, *all_next; /* on the list of all chunks */
	struct pcpu_area_map map;
	uint32_t base;  /* coordinate of offset 0; of a view, modulo 4 GiB */
	int start, end; /* the offsets that it serves */
	bool immutable;
	bool is_roomy;      /* counted among pcpu_nr_roomy_chunks */
	int max_alloc_size; /* the largest size ever handed out */
	int noted_free;     /* the free size that pcpu_used_bytes goes by */
	/*
	 * The reserved view's: it may share a page with the other one, and no cache may keep what
	 * is its own. Else NULL.
	 */
	struct pcpu_block *own_blocks;
};

/* Set by pcpu_chunks_init() and by the first chunk's setup; the kernel's names. */
extern int pcpu_unit_size;
extern int pcpu_unit_pages;
extern struct pcpu_chunk *pcpu_first_chunk;    /* the dynamic view, or the only one */
extern struct pcpu_chunk *pcpu_reserved_chunk; /* the reserved view, or NULL */

/* Free bytes in a piece that calls which must not block are to find somewhere; see find.h. */
#define PCPU_STOCK_BYTES (2 * (int)PCPU_PAGE_SIZE)

/* How many chunks may have such a piece. */
extern unsigned int pcpu_nr_roomy_chunks;

/*
 * A record for each page of coordinates, of a chunk or not: block->owner is the chunk, or NULL. All
 * of them can be read at any time, by anybody.
 */
extern struct pcpu_block *pcpu_blocks;

static inline struct pcpu_block *pcpu_block_at(uint32_t coord)
{
	return &pcpu_blocks[coord >> PCPU_BLOCK_SHIFT];
}

/* Makes the slot lists for units of @unit_size bytes, and the records. 0 or -ENOMEM. Once. */
int pcpu_chunks_init(int unit_size);

/*
 * Makes a view of the first chunk that serves offsets [start, end) of a unit whose offset 0 has the
 * coordinate @base; @reserved: it is to be the reserved view. On no list yet. NULL: no memory.
 */
struct pcpu_chunk *pcpu_chunk_create_view(uint32_t base, int start, int end, bool reserved);

/* The kernel's base_addr: where the chunk is in the unit of offset 0, be it open or not. */
static inline uintptr_t pcpu_chunk_base_addr(const struct pcpu_chunk *chunk)
{
	return pcpu_units_base_addr() + chunk->base;
}

/* Hides all of it from tools that check memory, in every unit; or shows it (memory/copies.h). */
void pcpu_chunk_hide(const struct pcpu_chunk *chunk);
void pcpu_chunk_show(const struct pcpu_chunk *chunk);

/* Makes a wholly free chunk in every unit, on no list yet. NULL: no memory, or no coordinates. */
struct pcpu_chunk *pcpu_chunk_create(void);

/* Takes a wholly free chunk that is no view off its list, and gives everything back. */
void pcpu_chunk_destroy(struct pcpu_chunk *chunk);

/*
 * Forgets all chunks, views too, whose coordinates stay what they are: others go on using them. No
 * cache has an area of them, and the CPUs' locks are stopped.
 */
void pcpu_chunks_forget(void);

static inline int pcpu_chunk_slot(const struct pcpu_chunk *chunk)
{
	return pcpu_slot_of(pcpu_area_map_free_size(&chunk->map),
			    pcpu_area_map_contig_hint(&chunk->map), pcpu_unit_size);
}

/*
 * Moves @chunk to the list it belongs on: to the front if it got emptier (or is new, @old_slot -1),
 * to the end if it got fuller.
 */
void pcpu_chunk_relocate(struct pcpu_chunk *chunk, int old_slot);

/* Has the slot of @chunk know of its room: after areas of it have become free. */
void pcpu_chunk_note_room(const struct pcpu_chunk *chunk);

/* Has the chunk's map keep its room for each alignment, if there is memory for it; or not. */
void pcpu_chunk_add_rooms(struct pcpu_chunk *chunk);
void pcpu_chunk_drop_rooms(struct pcpu_chunk *chunk);

/* The chunk of a node; NULL of NULL. */
static inline struct pcpu_chunk *pcpu_chunk_of_node(struct pcpu_slot_node *node)
{
	_Static_assert(offsetof(struct pcpu_chunk, on_slot) == 0, "one address");
	return (struct pcpu_chunk *)node;
}

/* The first chunk on the list of @slot, and the one after @chunk on its list; NULL: no more. */
static inline struct pcpu_chunk *pcpu_slot_first(int slot)
{
	return pcpu_chunk_of_node(pcpu_slot_list_first(slot));
}

static inline struct pcpu_chunk *pcpu_slot_next(const struct pcpu_chunk *chunk)
{
	return pcpu_chunk_of_node(chunk->on_slot.next);
}

static inline bool pcpu_chunk_is_roomy(const struct pcpu_chunk *chunk)
{
	return chunk->is_roomy;
}

static inline bool pcpu_chunk_serves(const struct pcpu_chunk *chunk, uint32_t coord)
{
	uint32_t start = chunk->base + (uint32_t)chunk->start;

	return coord - start < (uint32_t)(chunk->end - chunk->start);
}

/* The chunk that serves coordinate @coord, or NULL. */
struct pcpu_chunk *pcpu_chunk_find(uint32_t coord);

/* The same without any mutex, for a live area that nobody frees meanwhile: its chunk stays. */
static inline const struct pcpu_chunk *pcpu_chunk_of_live(uint32_t coord)
{
	const struct pcpu_chunk *chunk = pcpu_block_owner(pcpu_block_at(coord));

	if (pcpu_reserved_chunk && pcpu_chunk_serves(pcpu_reserved_chunk, coord))
		return pcpu_reserved_chunk;
	return chunk && pcpu_chunk_serves(chunk, coord) ? chunk : NULL;
}

/* The list of all chunks; debuggers look at it (calls/debugger.c). */
extern struct pcpu_chunk_list {
	struct pcpu_chunk *first, *last;
} pcpu_all_chunks;

/* All chunks: the first, and the one after @chunk; NULL: no more. How many, and once at most. */
struct pcpu_chunk *pcpu_chunk_first(void);
struct pcpu_chunk *pcpu_chunk_next(const struct pcpu_chunk *chunk);

/* The first of all chunks, which then is the last: for who drops the mutex between chunks. */
struct pcpu_chunk *pcpu_chunk_rotate(void);

/* In a child: those that there are have been made. */
void pcpu_chunks_after_fork(void);

extern unsigned int pcpu_nr_chunks, pcpu_nr_max_chunks;

/*
 * Bytes that areas have, cached ones too, in all chunks but the reserved one; and pages that have
 * been handed out since they were committed (chunk_pages.h): more are not resident in any unit.
 */
extern uint64_t pcpu_used_bytes;
extern unsigned int pcpu_touched_pages;

/* Whether [off, off + size) is resident in every open unit, as far as that is asked for. */
bool pcpu_chunk_is_resident(const struct pcpu_chunk *chunk, int off, int size);

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
