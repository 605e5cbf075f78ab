/* SPDX-License-Identifier: MIT */
/* chunk.c - see chunk.h. */
#include "chunk.h"
#include "bitmap.h"
#include "coord.h"
#include "layout.h"
#include "mem.h"
#include "slot.h"
#include "unit.h"

#include <errno.h>
#include <string.h>

int pcpu_unit_size;
int pcpu_unit_pages;
int pcpu_nr_slots;
struct pcpu_chunk *pcpu_first_chunk;
struct pcpu_chunk *pcpu_reserved_chunk;

/* Doubly linked, with both ends known; NULL at the ends. */
struct slot_head {
	struct pcpu_chunk *first, *last;
};
static struct slot_head *slots;

/* All chunks, sorted by the coordinate at which they start to serve. */
static struct pcpu_chunk **by_coord;
static unsigned int nr_chunks, chunks_room;

static size_t chunk_struct_size(void)
{
	return sizeof(struct pcpu_chunk) +
	       PCPU_BITS_TO_LONGS((unsigned int)pcpu_unit_pages) * sizeof(unsigned long);
}

int pcpu_chunks_init(int unit_size)
{
	pcpu_unit_size = unit_size;
	pcpu_unit_pages = unit_size / (int)PCPU_PAGE_SIZE;
	pcpu_nr_slots = pcpu_slot_count(unit_size);
	slots = pcpu_mem_zalloc((size_t)pcpu_nr_slots * sizeof(*slots));
	return slots ? 0 : -ENOMEM;
}

/* --- the slot lists --- */

static void slot_unlink(struct pcpu_chunk *chunk, int slot)
{
	struct slot_head *head = &slots[slot];

	if (chunk->prev)
		chunk->prev->next = chunk->next;
	else if (head->first == chunk)
		head->first = chunk->next;
	if (chunk->next)
		chunk->next->prev = chunk->prev;
	else if (head->last == chunk)
		head->last = chunk->prev;
	chunk->prev = chunk->next = NULL;
}

static void slot_add_front(struct pcpu_chunk *chunk, int slot)
{
	struct slot_head *head = &slots[slot];

	chunk->next = head->first;
	if (head->first)
		head->first->prev = chunk;
	else
		head->last = chunk;
	head->first = chunk;
}

static void slot_add_end(struct pcpu_chunk *chunk, int slot)
{
	struct slot_head *head = &slots[slot];

	chunk->prev = head->last;
	if (head->last)
		head->last->next = chunk;
	else
		head->first = chunk;
	head->last = chunk;
}

int pcpu_chunk_slot(const struct pcpu_chunk *chunk)
{
	return pcpu_slot_of(pcpu_area_map_free_size(&chunk->map),
			    pcpu_area_map_contig_hint(&chunk->map), pcpu_unit_size);
}

void pcpu_chunk_relocate(struct pcpu_chunk *chunk, int old_slot)
{
	int slot = pcpu_chunk_slot(chunk);

	if (chunk == pcpu_reserved_chunk || slot == old_slot)
		return;
	if (old_slot >= 0)
		slot_unlink(chunk, old_slot);
	if (old_slot < slot)
		slot_add_front(chunk, slot);
	else
		slot_add_end(chunk, slot);
}

struct pcpu_chunk *pcpu_slot_first(int slot)
{
	return slots[slot].first;
}

struct pcpu_chunk *pcpu_slot_next(int slot, const struct pcpu_chunk *chunk)
{
	(void)slot;
	return chunk->next;
}

/* --- the index by coordinate --- */

static uint32_t first_coord(const struct pcpu_chunk *chunk)
{
	return pcpu_chunk_coord(chunk, chunk->start);
}

/* The index of the first chunk that starts above @coord. */
static unsigned int index_above(uint32_t coord)
{
	unsigned int low = 0, high = nr_chunks;

	while (low < high) {
		unsigned int mid = low + (high - low) / 2;

		if (first_coord(by_coord[mid]) > coord)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

struct pcpu_chunk *pcpu_chunk_find(uint32_t coord)
{
	unsigned int at = index_above(coord);
	struct pcpu_chunk *chunk;

	if (at == 0)
		return NULL;
	chunk = by_coord[at - 1];
	return coord - first_coord(chunk) < (uint32_t)(chunk->end - chunk->start) ? chunk : NULL;
}

static int index_add(struct pcpu_chunk *chunk)
{
	unsigned int at = index_above(first_coord(chunk));

	if (nr_chunks == chunks_room) {
		unsigned int larger = chunks_room ? 2 * chunks_room : 64;
		struct pcpu_chunk **array = pcpu_mem_zalloc(larger * sizeof(*array));

		if (!array)
			return -ENOMEM;
		if (nr_chunks)
			memcpy(array, by_coord, nr_chunks * sizeof(*array));
		pcpu_mem_free(by_coord, chunks_room * sizeof(*array));
		by_coord = array;
		chunks_room = larger;
	}
	memmove(&by_coord[at + 1], &by_coord[at], (nr_chunks - at) * sizeof(*by_coord));
	by_coord[at] = chunk;
	nr_chunks++;
	return 0;
}

static void index_remove(const struct pcpu_chunk *chunk)
{
	unsigned int at = index_above(first_coord(chunk)) - 1;

	nr_chunks--;
	memmove(&by_coord[at], &by_coord[at + 1], (nr_chunks - at) * sizeof(*by_coord));
}

/* --- making and destroying --- */

static void free_chunk(struct pcpu_chunk *chunk, int *entries, int room)
{
	pcpu_mem_free(entries, (size_t)room * sizeof(*entries));
	pcpu_mem_free(chunk, chunk_struct_size());
}

static struct pcpu_chunk *new_chunk(uint32_t base, int start, int end)
{
	const int room = PCPU_DFL_MAP_ALLOC;
	struct pcpu_chunk *chunk = pcpu_mem_zalloc(chunk_struct_size());
	int *entries = pcpu_mem_zalloc((size_t)room * sizeof(*entries));

	if (!chunk || !entries)
		goto fail;
	chunk->base = base;
	chunk->start = start;
	chunk->end = end;
	pcpu_area_map_init(&chunk->map, entries, room, start, end - start);
	if (index_add(chunk) == 0)
		return chunk;
fail:
	free_chunk(chunk, entries, room);
	return NULL;
}

struct pcpu_chunk *pcpu_chunk_create_view(uint32_t base, int start, int end)
{
	struct pcpu_chunk *chunk = new_chunk(base, start, end);

	if (chunk)
		chunk->immutable = true;
	return chunk;
}

struct pcpu_chunk *pcpu_chunk_create(void)
{
	struct pcpu_span span = {.size = (uint64_t)pcpu_unit_size};
	struct pcpu_chunk *chunk;

	if (pcpu_coord_claim_free(span.size, &span.start))
		return NULL;
	chunk = new_chunk(span.start, 0, pcpu_unit_size);
	if (!chunk)
		goto fail_claim;
	if (pcpu_units_add_span(&span))
		goto fail_chunk;
	return chunk;

fail_chunk:
	index_remove(chunk);
	free_chunk(chunk, chunk->map.entries, pcpu_area_map_room(&chunk->map));
fail_claim:
	pcpu_coord_release(span.start);
	return NULL;
}

void pcpu_chunk_destroy(struct pcpu_chunk *chunk)
{
	slot_unlink(chunk, pcpu_chunk_slot(chunk));
	index_remove(chunk);
	pcpu_units_remove_span(chunk->base);
	pcpu_coord_release(chunk->base);
	free_chunk(chunk, chunk->map.entries, pcpu_area_map_room(&chunk->map));
}

/* --- the map and the memory --- */

int pcpu_chunk_extend_map(struct pcpu_chunk *chunk, int margin)
{
	int room = pcpu_area_map_room_needed(&chunk->map, margin);
	int old_room = pcpu_area_map_room(&chunk->map);
	int *entries;

	if (!room)
		return 0;
	entries = pcpu_mem_zalloc((size_t)room * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	entries = pcpu_area_map_move(&chunk->map, entries, room);
	pcpu_mem_free(entries, (size_t)old_room * sizeof(*entries));
	return 0;
}

/*
 * Reads before it writes: a page that this CPU never wrote reads as zero without becoming resident,
 * and stays so.
 */
static void clear_if_dirty(void *address, void *ctx)
{
	size_t size = (size_t) * (const int *)ctx;
	const char *bytes = address;

	/* all equal to the first, which is zero */
	if (bytes[0] != 0 || memcmp(bytes, bytes + 1, size - 1) != 0)
		memset(address, 0, size);
}

static void clear_run(struct pcpu_chunk *chunk, int from, int to)
{
	int size = to - from;

	if (size > 0)
		pcpu_units_for_each_open(pcpu_chunk_coord(chunk, from), clear_if_dirty, &size);
}

void pcpu_chunk_clear(struct pcpu_chunk *chunk, int off, int size)
{
	const int page_size = (int)PCPU_PAGE_SIZE;
	int end = off + size;

	for (int page = off / page_size; page * page_size < end; page++) {
		int from = page * page_size > off ? page * page_size : off;
		int to = (page + 1) * page_size < end ? (page + 1) * page_size : end;

		if (pcpu_test_bit((unsigned int)page, chunk->handed_out))
			clear_run(chunk, from, to);
		else
			pcpu_set_bit((unsigned int)page, chunk->handed_out);
	}
}
