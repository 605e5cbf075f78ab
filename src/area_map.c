/* SPDX-License-Identifier: MIT */
/*
 * area_map.c - the area map as one array of signed sizes
 *
 * What a map is, its policy and its invariants are told in area_map.h. Entries hold sizes, not
 * offsets, so every search adds up sizes from offset 0, and both alloc and free cost time in
 * proportion to the number of entries before the area.
 *
 * How one allocation cuts the free area it found:
 *
 *	| used |  head  |        size        |  tail  |
 *	                ^ aligned
 *
 *	head of 0		nothing to do
 *	head is a sliver	the used area before grows over it
 *	head is larger		stays behind as a free area
 *	tail is a sliver	the allocation keeps it
 *	tail is larger		stays behind as a free area
 *
 * No offset overflows: the entries add up to the bytes of a unit, which is an int.
 */
#include "area_map.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "layout.h"

static inline int pcpu_max(int a, int b)
{
	return a > b ? a : b;
}

void pcpu_area_map_init(struct pcpu_area_map *map, int *entries, int room, int used_head,
			int free_bytes)
{
	map->entries = entries;
	map->room = room;
	map->used = 0;
	map->free_size = free_bytes;
	map->contig_hint = free_bytes;

	/* A zero entry would hide the area behind it from a search for its offset. */
	if (used_head)
		map->entries[map->used++] = -used_head;
	if (free_bytes)
		map->entries[map->used++] = free_bytes;
}

int pcpu_area_map_room_needed(const struct pcpu_area_map *map, int margin)
{
	int room = PCPU_DFL_MAP_ALLOC;

	if (map->room - map->used >= margin)
		return 0;
	while (room - map->used < margin) {
		if (room > INT_MAX / 2)
			return INT_MAX;
		room *= 2;
	}
	return room;
}

int *pcpu_area_map_move(struct pcpu_area_map *map, int *entries, int room)
{
	int *unused = map->entries;

	if (room <= map->room)
		return entries;
	memcpy(entries, map->entries, (size_t)map->used * sizeof(*entries));
	map->entries = entries;
	map->room = room;
	return unused;
}

/* Open a gap of count entries in front of entry i. */
static void pcpu_insert_entries(struct pcpu_area_map *map, int i, int count)
{
	int *at = map->entries + i;

	/* The one mistake of a caller that would write to memory of somebody else. */
	if (map->room - map->used < count)
		abort();
	memmove(at + count, at, (size_t)(map->used - i) * sizeof(*at));
	map->used += count;
}

static void pcpu_remove_entry(struct pcpu_area_map *map, int i)
{
	int *at = map->entries + i;

	map->used--;
	memmove(at, at + 1, (size_t)(map->used - i) * sizeof(*at));
}

/*
 * Cut free entry i in up to three. A head or tail of 0 makes no entry. The entry between head and
 * tail is then entry i, or i + 1 if there is a head.
 */
static void pcpu_split_block(struct pcpu_area_map *map, int i, int head, int tail)
{
	int size = map->entries[i] - head - tail;

	pcpu_insert_entries(map, i, !!head + !!tail);
	if (head)
		map->entries[i++] = head;
	map->entries[i] = size;
	if (tail)
		map->entries[i + 1] = tail;
}

/* Move the first head bytes of free entry i to the entry before it, used or free. */
static void pcpu_give_head_away(struct pcpu_area_map *map, int i, int head)
{
	map->entries[i] -= head;
	if (map->entries[i - 1] > 0) {
		map->entries[i - 1] += head;
	} else {
		map->entries[i - 1] -= head;
		map->free_size -= head;
	}
}

/*
 * Allocate size bytes from free entry i, which is large enough, after skipping head bytes.
 * largest is the size of the largest free area before entry i.
 */
static void pcpu_take_area(struct pcpu_area_map *map, int i, int head, int size, int largest)
{
	bool is_last = i == map->used - 1;
	int tail;

	/* Two neighbours are never both free; if they were, the free one would get the head. */
	if (head && (head < PCPU_MIN_AREA || map->entries[i - 1] > 0)) {
		pcpu_give_head_away(map, i, head);
		largest = pcpu_max(largest, map->entries[i - 1]);
		head = 0;
	}
	tail = map->entries[i] - head - size;
	if (tail < PCPU_MIN_AREA)
		tail = 0;
	pcpu_split_block(map, i, head, tail);
	if (head)
		i++;

	/* What lies behind has not been looked at, so the hint may shrink only at the last entry.
	 */
	largest = pcpu_max(largest, pcpu_max(head, tail));
	map->contig_hint = is_last ? largest : pcpu_max(map->contig_hint, largest);
	map->free_size -= map->entries[i];
	map->entries[i] = -map->entries[i];
}

int pcpu_area_map_alloc(struct pcpu_area_map *map, int size, int align)
{
	int largest = 0, off = 0;

	for (int i = 0; i < map->used; i++) {
		int entry = map->entries[i];
		int head = (int)(-(unsigned int)off & ((unsigned int)align - 1));

		/* Not "entry >= head + size", which could overflow. */
		if (entry > 0 && entry - head >= size) {
			pcpu_take_area(map, i, head, size, largest);
			return off + head;
		}
		largest = pcpu_max(largest, entry);
		off += abs(entry);
	}
	map->contig_hint = largest;
	return -1;
}

/* Index of the allocated area that starts at off, or a negative errno as pcpu_area_map_free(). */
static int pcpu_find_used(const struct pcpu_area_map *map, int off)
{
	int start = 0;

	for (int i = 0; i < map->used && start <= off; i++) {
		int entry = map->entries[i];

		if (off - start < abs(entry)) {
			if (entry > 0)
				return -EALREADY;
			return off == start ? i : -ENOENT;
		}
		start += abs(entry);
	}
	return -ENOENT;
}

/* Join entry i and the one behind it, both free. */
static void pcpu_merge_with_next(struct pcpu_area_map *map, int i)
{
	map->entries[i] += map->entries[i + 1];
	pcpu_remove_entry(map, i + 1);
}

int pcpu_area_map_free(struct pcpu_area_map *map, int off)
{
	int i = pcpu_find_used(map, off);
	int size;

	if (i < 0)
		return i;
	size = -map->entries[i];
	map->entries[i] = size;
	map->free_size += size;
	if (i + 1 < map->used && map->entries[i + 1] > 0)
		pcpu_merge_with_next(map, i);
	if (i > 0 && map->entries[i - 1] > 0)
		pcpu_merge_with_next(map, --i);
	map->contig_hint = pcpu_max(map->contig_hint, map->entries[i]);
	return size;
}

int pcpu_area_map_size_at(const struct pcpu_area_map *map, int off)
{
	int i = pcpu_find_used(map, off);

	return i < 0 ? i : -map->entries[i];
}

bool pcpu_area_map_is_valid(const struct pcpu_area_map *map, int total)
{
	long long covered = 0, free_size = 0;
	int previous = 0, largest = 0;

	if (map->used < 0 || map->used > map->room)
		return false;
	for (int i = 0; i < map->used; i++) {
		int entry = map->entries[i];

		if (entry == 0 || (entry > 0 && previous > 0))
			return false;
		covered += llabs(entry);
		free_size += pcpu_max(entry, 0);
		largest = pcpu_max(largest, entry);
		previous = entry;
	}
	return covered == total && free_size == map->free_size && map->contig_hint >= largest;
}

int pcpu_area_map_dump(const struct pcpu_area_map *map, int *out, int max)
{
	int count = map->used < max ? map->used : max;

	if (count > 0)
		memcpy(out, map->entries, (size_t)count * sizeof(*out));
	return map->used;
}
