/* SPDX-License-Identifier: MIT */
/* area_walk.c - see area_walk.h. */
#include "alloc/map/area_walk.h"

int pcpu_area_map_next(const struct pcpu_area_map *map, int off, int *size)
{
	int end;

	if (off >= map->total) {
		*size = 0;
		return map->total;
	}
	/* the blocks of the head have no codes */
	end = off < map->first << PCPU_BLOCK_SHIFT
		      ? pcpu_map_next_start(map, map->first << PCPU_BLOCK_SHIFT)
		      : pcpu_map_next_start(map, off + 1);
	*size = pcpu_map_code_at(map, off) == PCPU_FREE ? end - off : off - end;
	return end;
}

int pcpu_area_map_largest(const struct pcpu_area_map *map)
{
	uint32_t largest = 0;

	for (int block = pcpu_map_next_hint(map, map->first, 1); block < map->end;
	     block = pcpu_map_next_hint(map, block + 1, largest + 1)) {
		const struct pcpu_block *record = &map->blocks[block];
		int base = block << PCPU_BLOCK_SHIFT;

		for (int at = pcpu_block_next_free(record, 0); at < PCPU_BLOCK_SIZE;
		     at = pcpu_block_next_free(record, at + 1))
			largest = pcpu_max_u32(
				largest,
				(uint32_t)(pcpu_map_next_start(map, base + at + 1) - base - at));
	}
	return (int)largest;
}

static int count_starts(struct pcpu_codes codes)
{
	int count = 0;

	for (int i = 0; i < pcpu_codes_nr_words(codes.shift); i++)
		count += __builtin_popcountl(pcpu_word_starts(pcpu_codes_word(codes, i)));
	return count;
}

/* The summaries of one block against its areas. */
static bool block_is_valid(const struct pcpu_area_map *map, int block)
{
	const struct pcpu_block *record = &map->blocks[block];
	uint32_t largest = 0, second = 0;
	struct pcpu_room room = {{0}}, noted;
	bool starts = pcpu_test_bit((unsigned int)(block - map->first), map->starts);
	int nr_starts = map->nr_starts[block - map->first];

	for (int at = pcpu_block_next_free(record, 0); at < PCPU_BLOCK_SIZE;
	     at = pcpu_block_next_free(record, at + 1)) {
		int off = (block << PCPU_BLOCK_SHIFT) + at;
		uint32_t length = (uint32_t)(pcpu_map_next_start(map, off + 1) - off);

		second = pcpu_max_u32(second, length < largest ? length : largest);
		largest = pcpu_max_u32(largest, length);
		pcpu_room_add_area(&room, off, length);
	}
	if (map->rooms) {
		noted = *pcpu_room_tree_get(map->rooms, block - map->first);
		if (pcpu_room_add(&noted, &room))
			return false;
	}
	return pcpu_map_hint(map, block) >= largest && record->second >= second &&
	       nr_starts == count_starts(pcpu_block_codes(record)) && starts == (nr_starts != 0);
}

bool pcpu_area_map_is_valid(const struct pcpu_area_map *map)
{
	int free_size = 0, areas = 0, size, previous = 0;

	for (int off = 0; off < map->total; previous = size) {
		bool is_head = off == 0 && map->head;

		off = pcpu_area_map_next(map, off, &size);
		if (size == 0 || (size > 0 && previous > 0) || (is_head && -size < map->head))
			return false;
		free_size += size > 0 ? size : 0;
		areas += size < 0 && !is_head;
	}
	for (int block = map->first; block < map->end; block++)
		if (!block_is_valid(map, block))
			return false;
	return free_size == map->free_size && areas == map->nr_areas &&
	       pcpu_max_tree_is_valid(&map->hints) &&
	       (!map->rooms || pcpu_room_tree_is_valid(map->rooms));
}

int pcpu_area_map_dump(const struct pcpu_area_map *map, int *out, int max)
{
	int count = 0, size;

	for (int off = 0; off < map->total; count++) {
		off = pcpu_area_map_next(map, off, &size);
		if (count < max)
			out[count] = size;
	}
	return count;
}
