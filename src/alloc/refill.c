/* SPDX-License-Identifier: MIT */
/* refill.c - see refill.h. */
#include "alloc/refill.h"
#include "alloc/books.h"
#include "alloc/chunk/chunk_pages.h"
#include "alloc/hand_out.h"
#include "alloc/shrink.h"
#include "arch/probe.h"
#include "ground/lock.h"

/* --- filling --- */

static int untaken_block(struct pcpu_chunk *chunk, struct pcpu_attempt *attempt)
{
	return pcpu_area_map_find_block(&chunk->map, attempt->size, attempt->align);
}

static int area_at_page(struct pcpu_chunk *chunk, struct pcpu_attempt *attempt)
{
	struct pcpu_map_growth growth;
	int off;

	while ((off = pcpu_area_map_cache_page(&chunk->map, attempt->size, &growth)) ==
	       PCPU_MAP_MUST_GROW)
		if (pcpu_find_grow(attempt, &growth))
			return -1;
	return off;
}

/* Holds up to @nr areas that start in @block; @offs become their offsets in its chunk. */
static int cache_in_block(const struct pcpu_attempt *attempt, struct pcpu_block *block, int *offs,
			  int nr)
{
	struct pcpu_chunk *chunk = block->owner;
	int slot = pcpu_chunk_slot(chunk), index = (int)(block - chunk->map.blocks), got;
	struct pcpu_map_growth growth;

	while ((got = pcpu_area_map_cache(&chunk->map, index, attempt->size, attempt->align, offs,
					  nr, &growth)) == PCPU_MAP_MUST_GROW)
		if (pcpu_find_grow(attempt, &growth))
			return 0;
	pcpu_chunk_relocate(chunk, slot);
	return got;
}

/*
 * Has the cache take another block: the first on the walk in which an area of the size can start,
 * and that no CPU has taken; else the first page that free space reaches over, of which it holds
 * the first area right away. Returns how many it holds, or -1: there is no such block.
 */
static int take_block(struct pcpu_cache *cache, struct pcpu_attempt *attempt, int *offs)
{
	struct pcpu_chunk *chunk;
	int block = pcpu_walk(attempt, untaken_block, &chunk), nr_taken = 0;

	if (cache->block)
		cache->block->taken = false;
	cache->block = NULL;
	if (block < 0) {
		offs[0] = pcpu_walk(attempt, area_at_page, &chunk);
		if (offs[0] < 0)
			return -1;
		block = offs[0] / PCPU_BLOCK_SIZE;
		nr_taken = 1;
	}
	cache->block = &chunk->map.blocks[block];
	cache->block->taken = true;
	return nr_taken;
}

/* Holds areas in the block of @cache, or in another that it takes. Their number, maybe 0. */
static int hold_for(struct pcpu_cache *cache, struct pcpu_attempt *attempt,
		    struct pcpu_chunk **chunk, int *offs, int nr)
{
	int got = 0, from_block;

	if (cache->block)
		got = cache_in_block(attempt, cache->block, offs, nr);
	if (got == 0) {
		from_block = take_block(cache, attempt, offs);
		if (from_block < 0)
			return 0;
		got = from_block +
		      cache_in_block(attempt, cache->block, offs + from_block, nr - from_block);
	}
	*chunk = cache->block->owner;
	return got;
}

/* Makes areas of @nr cached offsets of @chunk. If they cannot be populated, it gets them back. */
static bool hand_out_cached(struct pcpu_attempt *attempt, struct pcpu_chunk *chunk, const int *offs,
			    struct pcpu_area *areas, int nr)
{
	int last = offs[nr - 1] + attempt->size;
	int err = pcpu_hand_out_populate(attempt, chunk, offs[0], last - offs[0]);

	pcpu_books_add_areas(nr);
	for (int i = 0; i < nr; i++)
		pcpu_hand_out_describe(chunk, offs[i], attempt->size, &areas[i]);
	if (!err)
		return true;
	for (int i = 0; i < nr; i++)
		pcpu_take_back_cached(areas[i].coord);
	attempt->failure = "cannot populate";
	return false;
}

static bool make_live(const struct pcpu_area *area)
{
	struct pcpu_block *block = pcpu_block_at(area->coord);

	return pcpu_code_exchange(pcpu_block_codes(block), pcpu_within_block(area->coord),
				  PCPU_CACHED, PCPU_LIVE);
}

bool pcpu_refill(struct pcpu_attempt *attempt, struct pcpu_area *area)
{
	struct pcpu_cache *cache = pcpu_cache_here(attempt->size);
	struct pcpu_area areas[PCPU_MAGAZINE_ROOM];
	struct pcpu_magazine *magazine;
	int offs[PCPU_MAGAZINE_ROOM], nr;
	struct pcpu_chunk *chunk;

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (!cache)
		return false;
	/* the more often it is empty, the more is taken at once */
	magazine = cache->magazines[attempt->size];
	if (!magazine->room)
		pcpu_magazine_open(magazine, attempt->size);
	nr = magazine->batch;
	if (magazine->batch < magazine->room / 2)
		magazine->batch *= 2;
	nr = hold_for(cache, attempt, &chunk, offs, nr);
	if (nr <= 0 || !hand_out_cached(attempt, chunk, offs, areas, nr))
		return false;
	make_live(&areas[0]);
	*area = areas[0];
	for (int left = 1 + pcpu_cache_fill(attempt->size, areas + 1, nr - 1); left < nr; left++)
		pcpu_take_back_cached(areas[left].coord);
	PCPU_PROBE2(cache_refill, attempt->size, nr);
	pcpu_keep_stock(chunk);
	return true;
}

/* --- draining --- */

/* Ascending: quick for what mostly was given back in order, or in reverse. */
static void sort(uint32_t *coords, int nr)
{
	if (coords[0] > coords[nr - 1])
		for (int i = 0; i < nr / 2; i++) {
			uint32_t swap = coords[i];

			coords[i] = coords[nr - 1 - i];
			coords[nr - 1 - i] = swap;
		}
	for (int i = 1; i < nr; i++) {
		uint32_t coord = coords[i];
		int at = i;

		for (; at > 0 && coords[at - 1] > coord; at--)
			coords[at] = coords[at - 1];
		coords[at] = coord;
	}
}

/* Gives back those of @nr cached areas, in ascending order, that are in the first one's chunk. */
static int release_in_chunk(const uint32_t *coords, int nr)
{
	struct pcpu_chunk *chunk = pcpu_chunk_find(coords[0]);
	int slot = pcpu_chunk_slot(chunk), offs[PCPU_MAGAZINE_ROOM], ends[PCPU_MAGAZINE_ROOM];
	int in_chunk = 0, runs;

	while (in_chunk < nr && pcpu_chunk_serves(chunk, coords[in_chunk])) {
		offs[in_chunk] = pcpu_chunk_offset(chunk, coords[in_chunk]);
		in_chunk++;
	}
	runs = pcpu_area_map_release_runs(&chunk->map, offs, in_chunk, ends);
	for (int i = 0; i < runs; i++)
		pcpu_chunk_touch(chunk, offs[i], ends[i] - offs[i]);
	pcpu_taken_back(chunk, slot, in_chunk);
	return in_chunk;
}

void pcpu_drain(int size)
{
	uint32_t coords[PCPU_MAGAZINE_ROOM];
	int nr;

	struct pcpu_cache *cache = pcpu_cache_here(size);

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (!cache)
		return;
	if (!cache->magazines[size]->room && pcpu_shrink_is_over())
		pcpu_magazine_open(cache->magazines[size], size);
	nr = pcpu_cache_drain(size, coords);
	if (nr) {
		PCPU_PROBE2(cache_drain, size, nr);
		sort(coords, nr);
	}
	for (int at = 0; at < nr;)
		at += release_in_chunk(&coords[at], nr - at);
}
