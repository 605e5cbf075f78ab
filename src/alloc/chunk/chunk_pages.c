/* SPDX-License-Identifier: MIT */
/* chunk_pages.c - see chunk_pages.h. */
#include "alloc/chunk/chunk_pages.h"
#include "alloc/map/area_walk.h"
#include "memory/copies.h"
#include "memory/open_units.h"

int pcpu_chunk_populated_pages(const struct pcpu_chunk *chunk)
{
	struct pcpu_block *blocks = chunk->map.blocks;
	int pages = 0;

	pcpu_assert_held(&pcpu_alloc_mutex);
	for (int i = chunk->map.first; i < chunk->map.end; i++)
		pages += chunk->immutable || blocks[i].touched;
	return pages;
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
		pcpu_touched_pages -= (unsigned int)(i - run);
	}
	return discarded * pcpu_units_nr_open();
}

size_t pcpu_chunk_trim(struct pcpu_chunk *chunk)
{
	size_t discarded = 0;
	int size, end;

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (chunk->immutable)
		return 0;
	for (int off = 0; off < chunk->end; off = end) {
		end = pcpu_area_map_next(&chunk->map, off, &size);
		if (size > 0)
			discarded += discard_pages(chunk, off, end);
	}
	return discarded;
}
