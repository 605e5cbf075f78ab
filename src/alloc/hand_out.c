/* SPDX-License-Identifier: MIT */
/* hand_out.c - see hand_out.h. */
#include "alloc/hand_out.h"
#include "alloc/books.h"
#include "alloc/caches.h"
#include "alloc/chunk/chunk_pages.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "memory/copies.h"
#include "memory/open_units.h"

#include <errno.h>

/* --- chunks that nobody needs any more --- */

static void destroy(struct pcpu_chunk *chunk)
{
	pcpu_cache_forget(chunk);
	pcpu_chunk_destroy(chunk);
}

/* Copies of chunks that one call destroys at most: a millisecond or two. */
#define DESTROYED_AT_ONCE 256

void pcpu_reclaim(void)
{
	const unsigned int most = 1 + DESTROYED_AT_ONCE / (1 + pcpu_units_nr_open());
	struct pcpu_chunk *chunk = pcpu_slot_first(pcpu_nr_slots - 1), *next;

	pcpu_assert_held(&pcpu_alloc_mutex);
	chunk = chunk ? pcpu_slot_next(chunk) : NULL;
	for (unsigned int nr = 0; chunk && nr < most; nr++, chunk = next) {
		next = pcpu_slot_next(chunk);
		destroy(chunk);
	}
}

void pcpu_destroy_free_chunks(void)
{
	struct pcpu_chunk *chunk;

	pcpu_assert_held(&pcpu_alloc_mutex);
	while ((chunk = pcpu_slot_first(pcpu_nr_slots - 1)) != NULL && !chunk->immutable)
		destroy(chunk);
}

/* --- taking back --- */

static void note_taken_back(struct pcpu_chunk *chunk, int slot, int nr)
{
	pcpu_books_add_areas(-nr);
	pcpu_chunk_relocate(chunk, slot);
	pcpu_chunk_note_room(chunk);
}

void pcpu_taken_back(struct pcpu_chunk *chunk, int slot, int nr)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	note_taken_back(chunk, slot, nr);
	if (pcpu_area_map_free_size(&chunk->map) == pcpu_unit_size)
		pcpu_reclaim();
}

void pcpu_take_back_cached(uint32_t coord)
{
	struct pcpu_chunk *chunk = pcpu_chunk_find(coord);
	int slot = pcpu_chunk_slot(chunk), off = pcpu_chunk_offset(chunk, coord);

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_chunk_touch(chunk, off, pcpu_area_map_release(&chunk->map, off));
	note_taken_back(chunk, slot, 1);
}

/* --- handing out --- */

int pcpu_hand_out_populate(const struct pcpu_attempt *attempt, const struct pcpu_chunk *chunk,
			   int off, int size)
{
	uint64_t from, end;

	pcpu_assert_held(&pcpu_alloc_mutex);
	/* with what may become part of it */
	size += PCPU_MIN_AREA - 1;
	if (off + size > chunk->end)
		size = chunk->end - off;
	if (pcpu_chunk_is_resident(chunk, off, size))
		return 0;
	if (!attempt->may_block)
		return -EAGAIN;
	from = pcpu_page_floor((uint64_t)off);
	end = pcpu_page_ceil((uint64_t)off + (uint64_t)size);
	return pcpu_units_populate(pcpu_chunk_coord(chunk, (int)from), end - from);
}

void pcpu_hand_out_describe(struct pcpu_chunk *chunk, int off, int size, struct pcpu_area *area)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	area->coord = pcpu_chunk_coord(chunk, off);
	area->dirty = pcpu_chunk_touch(chunk, off, size);
	if (size > chunk->max_alloc_size)
		chunk->max_alloc_size = size;
}

bool pcpu_hand_out(struct pcpu_attempt *attempt, struct pcpu_chunk *chunk, int off,
		   struct pcpu_area *area)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_books_add_areas(1);
	if (pcpu_hand_out_populate(attempt, chunk, off, attempt->size)) {
		int slot = pcpu_chunk_slot(chunk);

		pcpu_area_map_free(&chunk->map, off);
		pcpu_taken_back(chunk, slot, 1);
		attempt->failure = "cannot populate";
		return false;
	}
	pcpu_hand_out_describe(chunk, off, attempt->size, area);
	return true;
}
