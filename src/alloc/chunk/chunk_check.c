/* SPDX-License-Identifier: MIT */
/* chunk_check.c - see chunk_check.h. */
#include "alloc/chunk/chunk_check.h"
#include "alloc/chunk/chunk.h"
#include "alloc/map/area_walk.h"
#include "ground/lock.h"

#include <stdbool.h>
#include <stddef.h>

static bool is_on_list(const struct pcpu_chunk *chunk, int slot)
{
	for (struct pcpu_chunk *on = pcpu_slot_first(slot); on; on = pcpu_slot_next(on))
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

static const char *check_counts(unsigned int found)
{
	unsigned int listed = 0, roomy = 0;

	for (int slot = 0; slot < pcpu_nr_slots; slot++)
		for (struct pcpu_chunk *chunk = pcpu_slot_first(slot); chunk;
		     chunk = pcpu_slot_next(chunk)) {
			listed++;
			roomy += chunk->is_roomy;
		}
	if (roomy != pcpu_nr_roomy_chunks)
		return "roomy chunks are miscounted";
	if (found != pcpu_nr_chunks || listed != found - (pcpu_reserved_chunk != NULL))
		return "the lists of chunks disagree";
	return NULL;
}

const char *pcpu_chunks_check(void)
{
	unsigned int found = 0;

	pcpu_assert_held(&pcpu_alloc_mutex);
	for (struct pcpu_chunk *chunk = pcpu_chunk_first(); chunk; chunk = pcpu_chunk_next(chunk)) {
		const char *wrong = check_chunk(chunk);

		if (wrong)
			return wrong;
		found++;
	}
	return check_counts(found);
}
