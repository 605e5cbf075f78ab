/* SPDX-License-Identifier: MIT */
/* find.c - see find.h. */
#include "alloc/chunk/find.h"
#include "alloc/chunk/chunk_codes.h"
#include "alloc/chunk/slot.h"
#include "ground/conf.h"
#include "ground/layout.h"
#include "ground/lock.h"
#include "ground/mem.h"
#include "memory/copies.h"

#include <errno.h>

static void fail(struct pcpu_attempt *attempt, const char *why)
{
	attempt->failure = why;
}

static struct pcpu_chunk *add_chunk(void)
{
	struct pcpu_chunk *chunk = pcpu_chunk_create();

	if (chunk)
		pcpu_chunk_relocate(chunk, -1);
	return chunk;
}

/* --- the stock --- */

/*
 * Words of codes for as many blocks as the first chunk's dynamic area has: so all of it can be
 * given away by calls that must not block, whatever their sizes. For granules of 4 bytes, which
 * nearly every object is a multiple of, and for single bytes.
 */
#define STOCK_BLOCKS 8
#define STOCK_WORDS (2 * STOCK_BLOCKS)
static const unsigned int stock_shifts[STOCK_WORDS] = {[0 ... STOCK_BLOCKS - 1] = 2};
static uint64_t *stock[STOCK_WORDS];

static int grow_from_stock(const struct pcpu_map_growth *growth)
{
	for (int i = 0; i < STOCK_WORDS; i++) {
		/* not coarser than is needed; the block has to know what it has */
		struct pcpu_map_growth as_stocked = {growth->block, stock_shifts[i]};

		if (!stock[i] || !pcpu_chunk_can_grow_quietly(growth->block) ||
		    stock_shifts[i] > growth->shift)
			continue;
		pcpu_chunk_grow(&as_stocked, stock[i]);
		stock[i] = NULL;
		return 0;
	}
	return -ENOMEM;
}

static void keep_words(void)
{
	for (int i = 0; i < STOCK_WORDS; i++)
		if (!stock[i])
			stock[i] = pcpu_mem_zalloc(pcpu_codes_size(stock_shifts[i]));
}

/* Makes the stock's pages resident, if the chunk has room for them. */
static bool keep_pages(struct pcpu_chunk *chunk)
{
	int slot = pcpu_chunk_slot(chunk), off;

	if (!pcpu_chunk_is_roomy(chunk))
		return false;
	off = pcpu_area_map_peek(&chunk->map, PCPU_STOCK_BYTES, (int)PCPU_PAGE_SIZE);
	/* the search may have made the hint exact */
	pcpu_chunk_relocate(chunk, slot);
	if (off >= 0 && !pcpu_chunk_is_resident(chunk, off, PCPU_STOCK_BYTES))
		pcpu_units_populate(pcpu_chunk_coord(chunk, off), PCPU_STOCK_BYTES);
	return off >= 0;
}

static bool keep_pages_somewhere(struct pcpu_chunk *used)
{
	struct pcpu_chunk *chunk, *next;

	if (keep_pages(used))
		return true;
	/* the emptiest chunks first */
	for (int slot = pcpu_nr_slots - 1; slot > PCPU_FULL_SLOT; slot--)
		for (chunk = pcpu_slot_first(slot); chunk; chunk = next) {
			next = pcpu_slot_next(chunk);
			if (keep_pages(chunk))
				return true;
		}
	return false;
}

void pcpu_keep_stock(struct pcpu_chunk *used)
{
	struct pcpu_chunk *chunk;

	pcpu_assert_held(&pcpu_alloc_mutex);
	keep_words();
	pcpu_chunk_keep_limbo_short();
	if (pcpu_nr_roomy_chunks == 0)
		add_chunk();
	if (!pcpu_conf.populate_eager || keep_pages_somewhere(used))
		return;
	chunk = add_chunk();
	if (chunk)
		keep_pages(chunk);
}

/* --- the walk --- */

int pcpu_find_grow(const struct pcpu_attempt *attempt, const struct pcpu_map_growth *growth)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return attempt->may_block ? pcpu_chunk_grow(growth, NULL) : grow_from_stock(growth);
}

/* Tries @fn on the chunk, which then is where it belongs. */
static int try_chunk(struct pcpu_chunk *chunk, struct pcpu_attempt *attempt, pcpu_chunk_fn fn)
{
	int slot = pcpu_chunk_slot(chunk), result;

	if (pcpu_area_map_lacks(&chunk->map, attempt->size, attempt->align))
		return -1;
	result = fn(chunk, attempt);
	if (attempt->may_block && pcpu_area_map_wants_rooms(&chunk->map))
		pcpu_chunk_add_rooms(chunk);
	/* also after a search in vain, which makes hints exact */
	pcpu_chunk_relocate(chunk, slot);
	return result;
}

static int walk_slot(struct pcpu_attempt *attempt, int slot, pcpu_chunk_fn fn,
		     struct pcpu_chunk **where)
{
	struct pcpu_chunk *chunk, *next;

	/* a try can move the chunk to another list: fetch the next one first */
	for (chunk = pcpu_slot_first(slot); chunk; chunk = next) {
		int result;

		next = pcpu_slot_next(chunk);
		result = try_chunk(chunk, attempt, fn);
		if (result != -1) {
			*where = chunk;
			return result;
		}
	}
	return -1;
}

static int alloc_in_chunk(struct pcpu_chunk *chunk, struct pcpu_attempt *attempt)
{
	struct pcpu_map_growth growth, *may_grow = &growth;
	int off;

	while ((off = pcpu_area_map_alloc(&chunk->map, attempt->size, attempt->align,
					  !attempt->may_block, may_grow)) == PCPU_MAP_MUST_GROW) {
		if (pcpu_find_grow(attempt, &growth) == 0)
			continue;
		fail(attempt,
		     attempt->reserved ? "cannot extend reserved map" : "cannot extend map");
		if (attempt->may_block)
			return -2;
		/* the stock is used up; but there may be areas that need nothing of it */
		may_grow = NULL;
	}
	return off;
}

/* Whether @fn fails only where no area of that size and alignment is. */
static bool is_proof(const struct pcpu_attempt *attempt, pcpu_chunk_fn fn)
{
	return fn == alloc_in_chunk && attempt->may_block;
}

int pcpu_walk(struct pcpu_attempt *attempt, pcpu_chunk_fn fn, struct pcpu_chunk **where)
{
	const int size = attempt->size, align = attempt->align;

	pcpu_assert_held(&pcpu_alloc_mutex);
	for (int slot = pcpu_slot_with_room(pcpu_size_to_slot(size, pcpu_unit_size), size, align);
	     slot < pcpu_nr_slots; slot = pcpu_slot_with_room(slot + 1, size, align)) {
		int result = walk_slot(attempt, slot, fn, where);

		if (result != -1)
			return result;
		if (is_proof(attempt, fn))
			pcpu_slot_exclude(slot, size, align);
	}
	return -1;
}

static int alloc_in_new_chunk(struct pcpu_attempt *attempt, struct pcpu_chunk **where)
{
	if (!attempt->may_block) {
		fail(attempt, "no populated space left, and the call must not block");
		return -2;
	}
	*where = add_chunk();
	if (!*where) {
		fail(attempt, "cannot allocate new chunk");
		return -2;
	}
	fail(attempt, "does not fit in a chunk");
	return try_chunk(*where, attempt, alloc_in_chunk);
}

int pcpu_find_area(struct pcpu_attempt *attempt, struct pcpu_chunk **where)
{
	int off;

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (attempt->reserved) {
		*where = pcpu_reserved_chunk;
		off = try_chunk(*where, attempt, alloc_in_chunk);
		if (off == -1)
			fail(attempt, "reserved chunk exhausted");
		return off;
	}
	off = pcpu_walk(attempt, alloc_in_chunk, where);
	return off == -1 ? alloc_in_new_chunk(attempt, where) : off;
}
