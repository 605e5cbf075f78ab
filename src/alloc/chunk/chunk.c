/* SPDX-License-Identifier: MIT */
/* chunk.c - see chunk.h. */
#include "alloc/chunk/chunk.h"
#include "alloc/chunk/slot_list.h"
#include "arch/probe.h"
#include "cpu/cpu_lock.h"
#include "events/count.h"
#include "ground/checkers/memory.h"
#include "ground/conf.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "ground/mem.h"
#include "memory/coord.h"
#include "memory/copies.h"
#include "memory/open_units.h"
#include "memory/pages/vm.h"
#include "memory/populated.h"

#include <errno.h>
#include <stddef.h>

int pcpu_unit_size;
int pcpu_unit_pages;
struct pcpu_chunk *pcpu_first_chunk;
struct pcpu_chunk *pcpu_reserved_chunk;
struct pcpu_block *pcpu_blocks;
unsigned int pcpu_nr_roomy_chunks;
unsigned int pcpu_nr_chunks, pcpu_nr_max_chunks;
uint64_t pcpu_used_bytes;
unsigned int pcpu_touched_pages;

struct pcpu_chunk_list pcpu_all_chunks;

/* What is published, and not needed here otherwise. */
static struct {
	uint64_t made, destroyed;
	uint64_t room;          /* in chunks, but the reserved one */
	uint64_t reserved_used; /* by areas of that */
	/*
	 * The chunk with the largest contig hint, and that; NULL: none is known. No other's is
	 * larger than second_free.
	 */
	const struct pcpu_chunk *largest;
	int largest_free, second_free;
	unsigned int since; /* it has last been looked for: chunks that changed */
} told;

/* So many chunks are looked through at once. */
#define LOOK_AT_ONCE 64

/* How many mappings of others a new chunk may meet before the call for it fails. */
#define PLACE_TRIES 16

#define NR_BLOCKS (1UL << (32 - PCPU_BLOCK_SHIFT))

int pcpu_chunks_init(int unit_size)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_unit_size = unit_size;
	pcpu_unit_pages = unit_size / (int)PCPU_PAGE_SIZE;
	/* and one behind the last, which who looks at the next one may read */
	pcpu_blocks = pcpu_vm_guarded_array((NR_BLOCKS + 1) * sizeof(*pcpu_blocks),
					    (NR_BLOCKS + 1) * sizeof(*pcpu_blocks));
	if (!pcpu_blocks)
		return -ENOMEM;
	pcpu_vm_keep_out_of_cores(pcpu_blocks, (NR_BLOCKS + 1) * sizeof(*pcpu_blocks));
	return pcpu_slot_lists_init(unit_size);
}

/* --- where a chunk is --- */

static void set_roomy(struct pcpu_chunk *chunk, bool is_roomy)
{
	pcpu_nr_roomy_chunks += is_roomy;
	pcpu_nr_roomy_chunks -= chunk->is_roomy;
	chunk->is_roomy = is_roomy;
}

void pcpu_chunk_note_room(const struct pcpu_chunk *chunk)
{
	struct pcpu_room room;

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (chunk == pcpu_reserved_chunk)
		return;
	pcpu_area_map_room(&chunk->map, &room);
	pcpu_slot_add_room(pcpu_chunk_slot(chunk), &room);
}

static void tell_of_room(void)
{
	pcpu_stat_set(area_bytes, pcpu_used_bytes + told.reserved_used);
	pcpu_stat_set_seldom(room_bytes, told.room + told.reserved_used);
}

static void note_free(struct pcpu_chunk *chunk, int free_size)
{
	pcpu_used_bytes += (uint64_t)(int64_t)(chunk->noted_free - free_size);
	chunk->noted_free = free_size;
	pcpu_stat_set(area_bytes, pcpu_used_bytes + told.reserved_used);
}

static void note_reserved(const struct pcpu_chunk *chunk)
{
	told.reserved_used =
		(uint64_t)(chunk->end - chunk->start - pcpu_area_map_free_size(&chunk->map));
	tell_of_room();
}

static void set_largest(const struct pcpu_chunk *chunk, int size)
{
	told.largest = chunk;
	told.largest_free = size;
	pcpu_stat_set(largest_free, size);
}

/* By hints, each of which is a number: where there are many chunks, once in so many changes. */
static void look_for_largest(void)
{
	const struct pcpu_chunk *largest = NULL;
	int size = 0, second = 0;

	if (pcpu_nr_chunks > LOOK_AT_ONCE && told.since < pcpu_nr_chunks)
		return;
	told.since = 0;
	for (const struct pcpu_chunk *chunk = pcpu_chunk_first(); chunk;
	     chunk = pcpu_chunk_next(chunk)) {
		int hint = chunk->own_blocks ? 0 : pcpu_area_map_contig_hint(&chunk->map);

		second = hint > size ? size : hint > second ? hint : second;
		if (hint > size) {
			largest = chunk;
			size = hint;
		}
	}
	told.second_free = second;
	set_largest(largest, size);
}

static void note_largest(const struct pcpu_chunk *chunk, int hint)
{
	told.since++;
	if (!told.largest || (chunk == told.largest && hint < told.second_free)) {
		look_for_largest();
	} else if (chunk == told.largest) {
		set_largest(chunk, hint);
	} else if (hint > told.largest_free) {
		told.second_free = told.largest_free;
		set_largest(chunk, hint);
	} else if (hint > told.second_free) {
		told.second_free = hint;
	}
}

void pcpu_chunk_relocate(struct pcpu_chunk *chunk, int old_slot)
{
	int slot = pcpu_chunk_slot(chunk), hint = pcpu_area_map_contig_hint(&chunk->map);

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (chunk == pcpu_reserved_chunk) {
		note_reserved(chunk);
		return;
	}
	note_free(chunk, pcpu_area_map_free_size(&chunk->map));
	note_largest(chunk, hint);
	set_roomy(chunk, hint >= PCPU_STOCK_BYTES);
	if (slot == old_slot)
		return;
	pcpu_chunk_note_room(chunk);
	if (old_slot >= 0)
		pcpu_slot_list_remove(&chunk->on_slot, old_slot);
	if (old_slot < slot)
		pcpu_slot_list_add_front(&chunk->on_slot, slot);
	else
		pcpu_slot_list_add_end(&chunk->on_slot, slot);
}

/* --- for tools that check memory --- */

static uint32_t first_coord(const struct pcpu_chunk *chunk)
{
	return pcpu_chunk_coord(chunk, chunk->start);
}

void pcpu_chunk_hide(const struct pcpu_chunk *chunk)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_units_hide(first_coord(chunk), (size_t)(chunk->end - chunk->start));
}

void pcpu_chunk_show(const struct pcpu_chunk *chunk)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_units_show(first_coord(chunk), (size_t)(chunk->end - chunk->start));
}

/* --- the chunks that there are --- */

struct pcpu_chunk *pcpu_chunk_find(uint32_t coord)
{
	struct pcpu_chunk *chunk = pcpu_block_owner(pcpu_block_at(coord));

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (pcpu_reserved_chunk && pcpu_chunk_serves(pcpu_reserved_chunk, coord))
		return pcpu_reserved_chunk;
	return chunk && pcpu_chunk_serves(chunk, coord) ? chunk : NULL;
}

struct pcpu_chunk *pcpu_chunk_first(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return pcpu_all_chunks.first;
}

struct pcpu_chunk *pcpu_chunk_next(const struct pcpu_chunk *chunk)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return chunk->all_next;
}

static void tell_of_chunks(void)
{
	pcpu_stat_set_seldom(chunks, pcpu_nr_chunks);
	pcpu_stat_set_seldom(most_chunks, pcpu_nr_max_chunks);
	pcpu_stat_set_seldom(chunks_made, told.made);
	pcpu_stat_set_seldom(chunks_destroyed, told.destroyed);
}

void pcpu_chunks_after_fork(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	told.made = pcpu_nr_chunks;
	told.destroyed = 0;
	tell_of_chunks();
}

static void add_to_all(struct pcpu_chunk *chunk)
{
	chunk->all_next = pcpu_all_chunks.first;
	if (pcpu_all_chunks.first)
		pcpu_all_chunks.first->all_prev = chunk;
	else
		pcpu_all_chunks.last = chunk;
	pcpu_all_chunks.first = chunk;
	if (++pcpu_nr_chunks > pcpu_nr_max_chunks)
		pcpu_nr_max_chunks = pcpu_nr_chunks;
	told.made++;
	tell_of_chunks();
}

static void remove_from_all(struct pcpu_chunk *chunk)
{
	if (chunk->all_prev)
		chunk->all_prev->all_next = chunk->all_next;
	else
		pcpu_all_chunks.first = chunk->all_next;
	if (chunk->all_next)
		chunk->all_next->all_prev = chunk->all_prev;
	else
		pcpu_all_chunks.last = chunk->all_prev;
	pcpu_nr_chunks--;
	told.destroyed++;
	tell_of_chunks();
}

struct pcpu_chunk *pcpu_chunk_rotate(void)
{
	struct pcpu_chunk *chunk = pcpu_all_chunks.first;

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (chunk == pcpu_all_chunks.last)
		return chunk;
	pcpu_all_chunks.first = chunk->all_next;
	pcpu_all_chunks.first->all_prev = NULL;
	chunk->all_next = NULL;
	chunk->all_prev = pcpu_all_chunks.last;
	pcpu_all_chunks.last->all_next = chunk;
	pcpu_all_chunks.last = chunk;
	return chunk;
}

/* --- making and destroying --- */

static size_t own_blocks_size(int start, int end)
{
	int nr = (end + PCPU_BLOCK_SIZE - 1) / PCPU_BLOCK_SIZE - start / PCPU_BLOCK_SIZE;

	return (size_t)nr * sizeof(struct pcpu_block);
}

static size_t chunk_size(int start, int end)
{
	return sizeof(struct pcpu_chunk) + pcpu_area_map_memory(start, end - start);
}

bool pcpu_chunk_is_resident(const struct pcpu_chunk *chunk, int off, int size)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return !pcpu_conf.populate_eager ||
	       pcpu_units_are_populated(pcpu_chunk_coord(chunk, off), (size_t)size);
}

static bool is_ready(const struct pcpu_area_map *map, int off, int size)
{
	const struct pcpu_chunk *chunk =
		(const void *)((const char *)map - offsetof(struct pcpu_chunk, map));

	return pcpu_chunk_is_resident(chunk, off, size);
}

static void free_words(struct pcpu_block *block, uint64_t *words, unsigned int shift)
{
	if (words != &block->word)
		pcpu_mem_free(words, pcpu_codes_size(shift));
}

/*
 * Most of the table is of coordinates that are no chunk's. A page of it serves many small chunks,
 * which mostly come one after the other.
 */
static void keep_blocks_in_cores(const struct pcpu_block *first, const struct pcpu_block *end)
{
	static uintptr_t kept, kept_end; /* what was asked for last; under pcpu_alloc_mutex */

	if ((uintptr_t)first >= kept && (uintptr_t)end <= kept_end)
		return;
	kept = pcpu_page_floor((uintptr_t)first);
	kept_end = pcpu_page_ceil((uintptr_t)end);
	pcpu_vm_keep_in_cores((void *)kept, kept_end - kept);
}

/* The record of the block that offset 0 is in, if the chunk had blocks for all its offsets. */
static struct pcpu_block *block_zero(const struct pcpu_chunk *chunk)
{
	int first = chunk->start / PCPU_BLOCK_SIZE;

	if (chunk->own_blocks)
		return chunk->own_blocks - first;
	/* offset 0 of a view may have a coordinate that is no place of it, or of anything */
	return pcpu_block_at(pcpu_chunk_coord(chunk, first * PCPU_BLOCK_SIZE)) - first;
}

static struct pcpu_chunk *new_chunk(uint32_t base, int start, int end, bool own_blocks)
{
	size_t words_size = pcpu_area_map_words(start, end - start);
	struct pcpu_chunk *chunk = pcpu_mem_zalloc(chunk_size(start, end));
	uint64_t *words = words_size ? pcpu_mem_zalloc(words_size) : NULL;

	if (!chunk || (words_size && !words))
		goto fail;
	*chunk = (struct pcpu_chunk){
		.base = base, .start = start, .end = end, .noted_free = end - start};
	if (own_blocks) {
		chunk->own_blocks = pcpu_mem_zalloc(own_blocks_size(start, end));
		if (!chunk->own_blocks)
			goto fail;
	}
	pcpu_area_map_init(&chunk->map, block_zero(chunk), chunk + 1, words, start, end - start,
			   chunk);
	chunk->map.is_ready = is_ready;
	if (!own_blocks)
		keep_blocks_in_cores(&chunk->map.blocks[chunk->map.first],
				     &chunk->map.blocks[chunk->map.end]);
	add_to_all(chunk);
	if (!own_blocks)
		told.room += (uint64_t)(end - start);
	tell_of_room();
	return chunk;
fail:
	pcpu_mem_free(words, words_size);
	pcpu_mem_free(chunk, chunk_size(start, end));
	return NULL;
}

void pcpu_chunk_add_rooms(struct pcpu_chunk *chunk)
{
	void *memory = pcpu_mem_zalloc(pcpu_area_map_rooms_memory(&chunk->map));

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (memory)
		pcpu_area_map_add_rooms(&chunk->map, memory);
}

void pcpu_chunk_drop_rooms(struct pcpu_chunk *chunk)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_mem_free(pcpu_area_map_drop_rooms(&chunk->map),
		      pcpu_area_map_rooms_memory(&chunk->map));
}

/* The chunk's blocks are nobody's then. */
static void free_chunk(struct pcpu_chunk *chunk)
{
	struct pcpu_block *blocks = chunk->map.blocks;

	remove_from_all(chunk);
	note_free(chunk, chunk->end - chunk->start);
	if (chunk->own_blocks)
		told.reserved_used = 0;
	else
		told.room -= (uint64_t)(chunk->end - chunk->start);
	tell_of_room();
	if (chunk == told.largest) {
		told.largest = NULL;
		look_for_largest();
	}
	for (int i = chunk->map.first; i < chunk->map.end; i++) {
		struct pcpu_codes codes = pcpu_block_codes(&blocks[i]);

		free_words(&blocks[i], codes.words, codes.shift);
		pcpu_touched_pages -= blocks[i].touched != 0;
		pcpu_block_fini(&blocks[i]);
	}
	pcpu_chunk_drop_rooms(chunk);
	if (chunk->own_blocks)
		pcpu_mem_free(chunk->own_blocks, own_blocks_size(chunk->start, chunk->end));
	pcpu_mem_free(chunk, chunk_size(chunk->start, chunk->end));
}

#define BLOCKS_A_PAGE (PCPU_PAGE_SIZE / sizeof(struct pcpu_block))
_Static_assert(BLOCKS_A_PAGE * sizeof(struct pcpu_block) == PCPU_PAGE_SIZE, "whole records");

static bool has_owners(const struct pcpu_block *blocks)
{
	for (size_t i = 0; i < BLOCKS_A_PAGE; i++)
		if (blocks[i].owner)
			return true;
	return false;
}

/* Gives back the pages of pcpu_blocks with nothing but the records of @blocks, which are nobody's.
 */
static void discard_records(struct pcpu_block *blocks, int nr)
{
	size_t first = (size_t)(blocks - pcpu_blocks) / BLOCKS_A_PAGE;
	size_t last = (size_t)(blocks + nr - 1 - pcpu_blocks) / BLOCKS_A_PAGE;

	for (size_t page = first; page <= last; page++)
		if (!has_owners(&pcpu_blocks[page * BLOCKS_A_PAGE]))
			pcpu_vm_discard((uintptr_t)&pcpu_blocks[page * BLOCKS_A_PAGE],
					PCPU_PAGE_SIZE);
}

struct pcpu_chunk *pcpu_chunk_create_view(uint32_t base, int start, int end, bool reserved)
{
	struct pcpu_chunk *chunk;

	pcpu_assert_held(&pcpu_alloc_mutex);
	chunk = new_chunk(base, start, end, reserved);
	if (chunk)
		chunk->immutable = true;
	return chunk;
}

static struct pcpu_chunk *create_at(const struct pcpu_span *span, int *err)
{
	struct pcpu_chunk *chunk = new_chunk(span->start, 0, pcpu_unit_size, false);

	*err = chunk ? pcpu_units_add_span(span) : -ENOMEM;
	if (*err && chunk) {
		free_chunk(chunk);
		chunk = NULL;
	}
	return chunk;
}

static void give_span_back(uint32_t base)
{
	uint64_t at, end;

	if (pcpu_units_park_span(base))
		return;
	pcpu_units_remove_with_parked(base, &at, &end);
	/* what is parked has been a chunk's too */
	for (; at < end; at += (uint64_t)pcpu_unit_size)
		pcpu_coord_release(at);
}

static struct pcpu_chunk *create_in_parked(uint32_t start)
{
	struct pcpu_chunk *chunk = new_chunk(start, 0, pcpu_unit_size, false);

	if (!chunk)
		give_span_back(start);
	return chunk;
}

/*
 * Where windows are no reservation but a place (alloc:page), somebody else's mapping may lie in
 * one. Such coordinates stay claimed, so that nobody tries them again.
 */
static struct pcpu_chunk *create(void)
{
	struct pcpu_span span = {.size = (uint64_t)pcpu_unit_size};
	struct pcpu_chunk *chunk;
	int err;

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (pcpu_units_take_parked(span.size, &span.start))
		return create_in_parked(span.start);
	for (int tries = 0; tries < PLACE_TRIES; tries++) {
		if (pcpu_coord_claim_free(span.size, &span.start))
			return NULL;
		chunk = create_at(&span, &err);
		if (chunk)
			return chunk;
		if (err != -EEXIST) {
			pcpu_coord_release(span.start);
			return NULL;
		}
	}
	return NULL;
}

struct pcpu_chunk *pcpu_chunk_create(void)
{
	struct pcpu_chunk *chunk = create();

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (chunk && pcpu_memory_is_checked)
		pcpu_chunk_hide(chunk);
	if (chunk)
		PCPU_PROBE1(percpu_create_chunk, pcpu_chunk_base_addr(chunk));
	return chunk;
}

void pcpu_chunks_forget(void)
{
	struct pcpu_chunk *chunk;

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert(pcpu_cpu_locks_are_stopped());
	while ((chunk = pcpu_all_chunks.first) != NULL) {
		if (chunk != pcpu_reserved_chunk)
			pcpu_slot_list_remove(&chunk->on_slot, pcpu_chunk_slot(chunk));
		set_roomy(chunk, false);
		free_chunk(chunk);
	}
	pcpu_first_chunk = NULL;
	pcpu_reserved_chunk = NULL;
}

void pcpu_chunk_destroy(struct pcpu_chunk *chunk)
{
	uint32_t base = chunk->base;

	pcpu_assert_held(&pcpu_alloc_mutex);
	PCPU_PROBE1(percpu_destroy_chunk, pcpu_chunk_base_addr(chunk));
	if (pcpu_memory_is_checked)
		pcpu_chunk_show(chunk);
	pcpu_slot_list_remove(&chunk->on_slot, pcpu_chunk_slot(chunk));
	set_roomy(chunk, false);
	/* somebody who frees what he should not may be looking at the codes */
	pcpu_cpu_locks_stop();
	free_chunk(chunk);
	discard_records(pcpu_block_at(base), pcpu_unit_pages);
	pcpu_cpu_locks_resume();
	give_span_back(base);
}
