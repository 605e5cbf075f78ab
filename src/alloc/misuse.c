/* SPDX-License-Identifier: MIT */
/* misuse.c - see misuse.h. */
#include "alloc/misuse.h"
#include "alloc/caches.h"
#include "alloc/chunk/chunk.h"
#include "alloc/map/area_walk.h"
#include "ground/lock.h"
#include "ground/pointer.h"
#include "ground/symbol.h"
#include "memory/unit.h"

#include <percpu/impl/runtime.h>

#include <stdio.h>

/* Where the area that @off of @map lies in starts, and its size, negative if it is allocated. */
static int area_around(const struct pcpu_area_map *map, int off, int *size)
{
	int start = 0, next;

	while ((next = pcpu_area_map_next(map, start, size)) <= off)
		start = next;
	return start;
}

static struct pcpu_block *block_of(const struct pcpu_chunk *chunk, int off)
{
	return &chunk->map.blocks[off / PCPU_BLOCK_SIZE];
}

static enum pcpu_misuse_kind kind_of(const struct pcpu_chunk *chunk, int off, int start, int size)
{
	enum pcpu_code code;

	if (size > 0)
		return off % PCPU_BLOCK_SIZE < block_of(chunk, off)->touched ? PCPU_MISUSE_FREE
									     : PCPU_MISUSE_UNUSED;
	code = pcpu_code_at(pcpu_block_codes(block_of(chunk, start)), start % PCPU_BLOCK_SIZE);
	return code == PCPU_CACHED ? PCPU_MISUSE_CACHED : PCPU_MISUSE_INSIDE;
}

void pcpu_misuse_find(uint32_t coord, struct pcpu_misuse *misuse)
{
	const struct pcpu_chunk *chunk = pcpu_chunk_find(coord);
	int off, start, size;

	pcpu_assert_held(&pcpu_alloc_mutex);
	*misuse = (struct pcpu_misuse){.kind = PCPU_MISUSE_NEVER, .coord = coord};
	if (!chunk)
		return;
	off = pcpu_chunk_offset(chunk, coord);
	start = area_around(&chunk->map, off, &size);
	/* what a view's head has grown by belongs to nobody */
	if (start < chunk->start)
		return;
	misuse->kind = kind_of(chunk, off, start, size);
	misuse->start = pcpu_chunk_coord(chunk, start);
	misuse->size = (size_t)(size < 0 ? -size : size);
}

bool pcpu_area_around(uint32_t coord, uint32_t *start, size_t *size)
{
	struct pcpu_misuse found;

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_misuse_find(coord, &found);
	if (found.kind == PCPU_MISUSE_CACHED) {
		pcpu_cache_recall(found.start);
		pcpu_misuse_find(coord, &found);
	}
	*start = found.start;
	*size = found.size;
	return found.kind == PCPU_MISUSE_INSIDE;
}

void pcpu_misuse_describe(const struct pcpu_misuse *misuse, char text[PCPU_MISUSE_MAX])
{
	static const char *const formats[] = {
		[PCPU_MISUSE_NEVER] = "was never allocated",
		[PCPU_MISUSE_UNUSED] = "was never allocated: it lies %zu bytes into free space of "
				       "%zu bytes at %p that nobody has had, or not since "
				       "percpu_trim()",
		[PCPU_MISUSE_FREE] = "is free already: a double free (it lies %zu bytes into free "
				     "space of %zu bytes at %p)",
		[PCPU_MISUSE_CACHED] = "is free already: a double free (it lies %zu bytes into an "
				       "area of %zu bytes at %p that waits to be used again)",
		[PCPU_MISUSE_INSIDE] = "is not the start of an area: it points %zu bytes inside "
				       "the one of %zu bytes at %p",
	};

	snprintf(text, PCPU_MISUSE_MAX, formats[misuse->kind],
		 (size_t)(misuse->coord - misuse->start), misuse->size,
		 pcpu_pointer_make(misuse->start));
}

/* A copy of what, as far as is known without a lock. */
static void describe_copy(unsigned int cpu, uint32_t coord, char text[PCPU_MISUSE_MAX])
{
	if (pcpu_block_owner(pcpu_block_at(coord)))
		snprintf(text, PCPU_MISUSE_MAX, "CPU %u's copy of %p, an ordinary address", cpu,
			 pcpu_pointer_make(coord));
	else
		snprintf(text, PCPU_MISUSE_MAX,
			 "CPU %u's copy of a static per-CPU variable, an ordinary address", cpu);
}

void pcpu_misuse_describe_address(const volatile void *ptr, char text[PCPU_MISUSE_MAX])
{
	char symbol[PCPU_SYMBOL_MAX];
	unsigned int cpu;
	uint32_t coord;

	if (pcpu_unit_find((uintptr_t)ptr, &cpu, &coord)) {
		describe_copy(cpu, coord, text);
		return;
	}
	pcpu_symbol_describe((const void *)ptr, symbol);
	snprintf(text, PCPU_MISUSE_MAX, "a static per-CPU variable or an ordinary address (%s)",
		 symbol);
}
