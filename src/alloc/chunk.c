/* SPDX-License-Identifier: MIT */
/* chunk.c - see chunk.h. */
#include "alloc/chunk.h"
#include "alloc/slot.h"
#include "cpu/cpu_lock.h"
#include "ground/layout.h"
#include "ground/mem.h"
#include "memory/coord.h"
#include "memory/copies.h"
#include "memory/open_units.h"
#include "memory/populated.h"
#include "memory/vm.h"

#include <errno.h>
#include <stddef.h>

int pcpu_unit_size;
int pcpu_unit_pages;
int pcpu_nr_slots;
struct pcpu_chunk *pcpu_first_chunk;
struct pcpu_chunk *pcpu_reserved_chunk;

/* Doubly linked, with both ends known; NULL at the ends. */
struct slot_head {
	struct pcpu_chunk *first, *last;
	int failed_size, failed_align; /* none has room for these, or more of both; 0: not known */
};
static struct slot_head *slots;

struct pcpu_block *pcpu_blocks;
int pcpu_max_size = PCPU_MIN_UNIT_SIZE;
bool pcpu_populate_eager;

static struct pcpu_chunk *all_chunks, *last_chunk;
unsigned int pcpu_nr_roomy_chunks;
unsigned int pcpu_nr_chunks, pcpu_nr_max_chunks;

/* How many words are kept until the locks are stopped anyway. */
#define LIMBO_ROOM 16

/* How many mappings of others a new chunk may meet before the call for it fails. */
#define PLACE_TRIES 16

#define NR_BLOCKS (1UL << (32 - PCPU_BLOCK_SHIFT))

int pcpu_chunks_init(int unit_size)
{
	pcpu_unit_size = unit_size;
	pcpu_unit_pages = unit_size / (int)PCPU_PAGE_SIZE;
	pcpu_nr_slots = pcpu_slot_count(unit_size);
	slots = pcpu_mem_zalloc((size_t)pcpu_nr_slots * sizeof(*slots));
	/* and one behind the last, which who looks at the next one may read */
	pcpu_blocks = pcpu_vm_guarded_array((NR_BLOCKS + 1) * sizeof(*pcpu_blocks),
					    (NR_BLOCKS + 1) * sizeof(*pcpu_blocks));
	return slots && pcpu_blocks ? 0 : -ENOMEM;
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

static void set_roomy(struct pcpu_chunk *chunk, bool is_roomy)
{
	pcpu_nr_roomy_chunks += is_roomy;
	pcpu_nr_roomy_chunks -= chunk->is_roomy;
	chunk->is_roomy = is_roomy;
}

void pcpu_chunk_relocate(struct pcpu_chunk *chunk, int old_slot)
{
	int slot = pcpu_chunk_slot(chunk);

	if (chunk == pcpu_reserved_chunk)
		return;
	set_roomy(chunk, pcpu_area_map_contig_hint(&chunk->map) >= PCPU_STOCK_BYTES);
	if (slot == old_slot)
		return;
	pcpu_slot_clear_exhausted(slot);
	if (old_slot >= 0)
		slot_unlink(chunk, old_slot);
	if (old_slot < slot)
		slot_add_front(chunk, slot);
	else
		slot_add_end(chunk, slot);
}

bool pcpu_slot_is_exhausted(int slot, int size, int align)
{
	const struct slot_head *head = &slots[slot];

	return head->failed_size && size >= head->failed_size && align >= head->failed_align;
}

void pcpu_slot_mark_exhausted(int slot, int size, int align)
{
	slots[slot].failed_size = size;
	slots[slot].failed_align = align;
}

void pcpu_slot_clear_exhausted(int slot)
{
	slots[slot].failed_size = 0;
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

/* --- the chunks that there are --- */

struct pcpu_chunk *pcpu_chunk_find(uint32_t coord)
{
	struct pcpu_chunk *chunk = pcpu_block_owner(pcpu_block_at(coord));

	if (pcpu_reserved_chunk && pcpu_chunk_serves(pcpu_reserved_chunk, coord))
		return pcpu_reserved_chunk;
	return chunk && pcpu_chunk_serves(chunk, coord) ? chunk : NULL;
}

struct pcpu_chunk *pcpu_chunk_first(void)
{
	return all_chunks;
}

struct pcpu_chunk *pcpu_chunk_next(const struct pcpu_chunk *chunk)
{
	return chunk->all_next;
}

static void add_to_all(struct pcpu_chunk *chunk)
{
	chunk->all_next = all_chunks;
	if (all_chunks)
		all_chunks->all_prev = chunk;
	else
		last_chunk = chunk;
	all_chunks = chunk;
	if (++pcpu_nr_chunks > pcpu_nr_max_chunks)
		pcpu_nr_max_chunks = pcpu_nr_chunks;
}

static void remove_from_all(struct pcpu_chunk *chunk)
{
	if (chunk->all_prev)
		chunk->all_prev->all_next = chunk->all_next;
	else
		all_chunks = chunk->all_next;
	if (chunk->all_next)
		chunk->all_next->all_prev = chunk->all_prev;
	else
		last_chunk = chunk->all_prev;
	pcpu_nr_chunks--;
}

struct pcpu_chunk *pcpu_chunk_rotate(void)
{
	struct pcpu_chunk *chunk = all_chunks;

	if (chunk == last_chunk)
		return chunk;
	all_chunks = chunk->all_next;
	all_chunks->all_prev = NULL;
	chunk->all_next = NULL;
	chunk->all_prev = last_chunk;
	last_chunk->all_next = chunk;
	last_chunk = chunk;
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
	*chunk = (struct pcpu_chunk){.base = base, .start = start, .end = end};
	if (own_blocks) {
		chunk->own_blocks = pcpu_mem_zalloc(own_blocks_size(start, end));
		if (!chunk->own_blocks)
			goto fail;
	}
	pcpu_area_map_init(&chunk->map, block_zero(chunk), chunk + 1, words, start, end - start,
			   chunk);
	chunk->map.is_ready = is_ready;
	add_to_all(chunk);
	return chunk;
fail:
	pcpu_mem_free(words, words_size);
	pcpu_mem_free(chunk, chunk_size(start, end));
	return NULL;
}

/* The chunk's blocks are nobody's then. */
static void free_chunk(struct pcpu_chunk *chunk)
{
	struct pcpu_block *blocks = chunk->map.blocks;

	remove_from_all(chunk);
	for (int i = chunk->map.first; i < chunk->map.end; i++) {
		struct pcpu_codes codes = pcpu_block_codes(&blocks[i]);

		free_words(&blocks[i], codes.words, codes.shift);
		pcpu_block_fini(&blocks[i]);
	}
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
	struct pcpu_chunk *chunk = new_chunk(base, start, end, reserved);

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

/*
 * Where windows are no reservation but a place (alloc:page), somebody else's mapping may lie in
 * one. Such coordinates stay claimed, so that nobody tries them again.
 */
struct pcpu_chunk *pcpu_chunk_create(void)
{
	struct pcpu_span span = {.size = (uint64_t)pcpu_unit_size};
	struct pcpu_chunk *chunk;
	int err;

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

void pcpu_chunk_destroy(struct pcpu_chunk *chunk)
{
	uint32_t base = chunk->base;

	slot_unlink(chunk, pcpu_chunk_slot(chunk));
	set_roomy(chunk, false);
	/* somebody who frees what he should not may be looking at the codes */
	pcpu_cpu_locks_stop();
	free_chunk(chunk);
	discard_records(pcpu_block_at(base), pcpu_unit_pages);
	pcpu_cpu_locks_resume();
	pcpu_units_remove_span(base);
	pcpu_coord_release(base);
}

/* --- the map and the memory --- */

/*
 * Words that are used no more, but that somebody may be looking at who has come by a pointer that
 * never was one. Given back when the locks are stopped.
 */
static struct {
	uint64_t *words;
	unsigned int size;
} limbo[LIMBO_ROOM];
static unsigned int in_limbo;

/* With the locks stopped. */
static void empty_limbo(void)
{
	while (in_limbo > 0) {
		in_limbo--;
		pcpu_mem_free(limbo[in_limbo].words, limbo[in_limbo].size);
	}
}

static void grow_block(struct pcpu_block *block, uint64_t *words, unsigned int shift)
{
	unsigned int old_shift = pcpu_block_codes(block).shift;
	uint64_t *old = pcpu_block_move(block, words, shift);

	if (old) {
		limbo[in_limbo].words = old;
		limbo[in_limbo++].size = pcpu_codes_size(old_shift);
	}
}

bool pcpu_chunk_can_grow_quietly(const struct pcpu_block *block)
{
	return in_limbo < LIMBO_ROOM || pcpu_block_codes(block).words == &block->word;
}

void pcpu_chunk_keep_limbo_short(void)
{
	if (in_limbo <= LIMBO_ROOM / 2)
		return;
	pcpu_cpu_locks_stop();
	empty_limbo();
	pcpu_cpu_locks_resume();
}

int pcpu_chunk_grow(const struct pcpu_map_growth *growth, uint64_t *words)
{
	bool stop =
		pcpu_block_is_busy(growth->block) || !pcpu_chunk_can_grow_quietly(growth->block);

	if (!words)
		words = pcpu_mem_zalloc(pcpu_codes_size(growth->shift));
	if (!words)
		return -ENOMEM;
	if (stop) {
		pcpu_cpu_locks_stop();
		empty_limbo();
	}
	grow_block(growth->block, words, growth->shift);
	if (stop) {
		empty_limbo();
		pcpu_cpu_locks_resume();
	}
	return 0;
}

int pcpu_chunk_populated_pages(const struct pcpu_chunk *chunk)
{
	struct pcpu_block *blocks = chunk->map.blocks;
	int pages = 0;

	for (int i = chunk->map.first; i < chunk->map.end; i++)
		pages += chunk->immutable || blocks[i].touched;
	return pages;
}

bool pcpu_chunk_is_resident(const struct pcpu_chunk *chunk, int off, int size)
{
	return !pcpu_populate_eager ||
	       pcpu_units_are_populated(pcpu_chunk_coord(chunk, off), (size_t)size);
}

/* The whole pages of a free area that have been touched, run by run. */
static size_t discard_pages(struct pcpu_chunk *chunk, int from, int to)
{
	struct pcpu_block *blocks = chunk->map.blocks;
	int first = (from + PCPU_BLOCK_SIZE - 1) / PCPU_BLOCK_SIZE, end = to / PCPU_BLOCK_SIZE;
	size_t discarded = 0;

	for (int i = first; i < end; i++) {
		int run = i;

		while (i < end && blocks[i].touched)
			blocks[i++].touched = 0;
		if (i == run)
			continue;
		pcpu_units_discard(pcpu_chunk_coord(chunk, run * PCPU_BLOCK_SIZE),
				   (size_t)(i - run) * PCPU_BLOCK_SIZE);
		discarded += (size_t)(i - run) * PCPU_BLOCK_SIZE;
	}
	return discarded * pcpu_units_nr_open();
}

size_t pcpu_chunk_trim(struct pcpu_chunk *chunk)
{
	size_t discarded = 0;
	int size, end;

	if (chunk->immutable)
		return 0;
	for (int off = 0; off < chunk->end; off = end) {
		end = pcpu_area_map_next(&chunk->map, off, &size);
		if (size > 0)
			discarded += discard_pages(chunk, off, end);
	}
	return discarded;
}

static void coarsen(struct pcpu_block *block)
{
	unsigned int shift = pcpu_block_codes(block).shift, coarsest = pcpu_block_coarsest(block);
	uint64_t *words = NULL;

	if (coarsest <= shift)
		return;
	if (coarsest != PCPU_GRANULE_INLINE) {
		words = pcpu_mem_zalloc(pcpu_codes_size(coarsest));
		if (!words)
			return;
	}
	pcpu_mem_free(pcpu_block_move(block, words, coarsest), pcpu_codes_size(shift));
}

void pcpu_chunk_coarsen(struct pcpu_chunk *chunk)
{
	empty_limbo();
	for (int i = chunk->map.first; i < chunk->map.end; i++)
		coarsen(&chunk->map.blocks[i]);
}

/* --- the check of everything --- */

static bool is_on_list(const struct pcpu_chunk *chunk, int slot)
{
	for (struct pcpu_chunk *on = slots[slot].first; on; on = on->next)
		if (on == chunk)
			return true;
	return false;
}

static const char *check_chunk(const struct pcpu_chunk *chunk)
{
	struct pcpu_block *blocks = chunk->map.blocks;

	if (!pcpu_area_map_is_valid(&chunk->map))
		return "an area map contradicts itself";
	if (chunk != pcpu_reserved_chunk && !is_on_list(chunk, pcpu_chunk_slot(chunk)))
		return "a chunk is not on the list of its slot";
	for (int i = chunk->map.first; i < chunk->map.end; i++)
		if (blocks[i].owner != chunk)
			return "a block belongs to another chunk";
	return NULL;
}

const char *pcpu_chunks_check(void)
{
	unsigned int found = 0, listed = 0, roomy = 0;

	for (struct pcpu_chunk *chunk = all_chunks; chunk; chunk = chunk->all_next, found++) {
		const char *wrong = check_chunk(chunk);

		if (wrong)
			return wrong;
	}
	for (int slot = 0; slot < pcpu_nr_slots; slot++)
		for (struct pcpu_chunk *chunk = slots[slot].first; chunk; chunk = chunk->next) {
			listed++;
			roomy += chunk->is_roomy;
		}
	if (roomy != pcpu_nr_roomy_chunks)
		return "roomy chunks are miscounted";
	if (found != pcpu_nr_chunks || listed != found - (pcpu_reserved_chunk != NULL))
		return "the lists of chunks disagree";
	return NULL;
}
