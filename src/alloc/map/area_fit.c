/* SPDX-License-Identifier: MIT */
/* area_fit.c - see area_fit.h. */
#include "alloc/map/area_fit.h"

static bool fits(struct pcpu_fit *fit, int size, int align)
{
	int head = (int)(-(unsigned int)fit->start & ((unsigned int)align - 1));

	/* not "length >= head + size", which could overflow */
	fit->off = fit->start + head;
	return fit->end - fit->start - head >= size;
}

bool pcpu_map_find_in_block(struct pcpu_area_map *map, int block, int from, int size, int align,
			    struct pcpu_fit *fit)
{
	struct pcpu_block *record = &map->blocks[block];
	int base = block << PCPU_BLOCK_SHIFT;
	uint32_t largest = 0, second = 0;
	struct pcpu_room room = {{0}};

	for (int at = pcpu_block_next_free(record, from); at < PCPU_BLOCK_SIZE;
	     at = pcpu_block_next_free(record, at + 1)) {
		uint32_t length;

		fit->start = base + at;
		fit->end = pcpu_map_next_start(map, base + at + 1);
		if (fits(fit, size, align))
			return true;
		length = (uint32_t)(fit->end - fit->start);
		second = pcpu_max_u32(second, length < largest ? length : largest);
		largest = pcpu_max_u32(largest, length);
		if (map->rooms)
			pcpu_room_add_area(&room, fit->start, length);
	}
	if (from == 0) {
		record->second = second;
		pcpu_map_set_hint(map, block, largest);
		if (map->rooms)
			pcpu_room_tree_set(map->rooms, block - map->first, &room);
		map->nr_vain += largest >= (uint32_t)size;
	}
	return false;
}

static bool known_to_fail(const struct pcpu_area_map *map, int size, int align)
{
	return map->failed_size && size >= map->failed_size && align >= map->failed_align;
}

static bool is_ready_at(const struct pcpu_area_map *map, int off, enum pcpu_pass_over what)
{
	struct pcpu_map_growth growth;

	return pcpu_map_can_start(map, off, &growth) ||
	       (what == PCPU_PASS_BUSY && !pcpu_block_is_busy(growth.block));
}

/* Whether the codes of the blocks that @fit cuts are fine enough, or can be made so. */
static bool has_codes(const struct pcpu_area_map *map, const struct pcpu_fit *fit, int size,
		      enum pcpu_pass_over what)
{
	return is_ready_at(map, fit->off, what) && (fit->end - fit->off - size < PCPU_MIN_AREA ||
						    is_ready_at(map, fit->off + size, what));
}

/*
 * Whether a quiet call can have the place. If it cannot have the first in the free area, perhaps it
 * can have the start of one of the pages behind it.
 */
static bool is_ready(const struct pcpu_area_map *map, struct pcpu_fit *fit, int size,
		     enum pcpu_pass_over what)
{
	if (what != PCPU_PASS_BUSY && what != PCPU_PASS_COARSE)
		return true;
	if (!map->is_ready)
		return has_codes(map, fit, size, what);
	while (fit->end - fit->off >= size) {
		if (map->is_ready(map, fit->off, size) && has_codes(map, fit, size, what))
			return true;
		fit->off = (pcpu_map_block_of(fit->off) + 1) << PCPU_BLOCK_SHIFT;
	}
	return false;
}

bool pcpu_map_find(struct pcpu_area_map *map, int size, int align, enum pcpu_pass_over what,
		   struct pcpu_fit *fit)
{
	bool all = true;

	if (known_to_fail(map, size, align))
		return false;
	for (int block = pcpu_map_next_room(map, map->first, size, align); block < map->end;
	     block = pcpu_map_next_room(map, block + 1, size, align)) {
		if (what == PCPU_PASS_TAKEN && map->blocks[block].taken) {
			all = false;
			continue;
		}
		if (!pcpu_map_find_in_block(map, block, 0, size, align, fit))
			continue;
		if (is_ready(map, fit, size, what))
			return true;
		all = false;
	}
	if (all) {
		map->failed_size = size;
		map->failed_align = align;
	}
	return false;
}
