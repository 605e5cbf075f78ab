/* SPDX-License-Identifier: MIT */
/*
 * signed_map.c - see signed_map.h.
 *
 * Entries hold sizes, not offsets, so every search adds up sizes from offset 0.
 */
#include "signed_map.h"
#include "ground/layout.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static void append(struct signed_map *map, int size)
{
	map->entries[map->used++] = (struct signed_entry){.size = size};
}

void signed_map_init(struct signed_map *map, int head, int free_bytes)
{
	const int room = 16;

	*map = (struct signed_map){
		.entries = malloc((size_t)room * sizeof(*map->entries)),
		.room = room,
		.head = head,
		.total = head + free_bytes,
		.free_size = free_bytes,
	};
	if (!map->entries)
		abort();
	/* no entry is 0: it would hide the one behind it from a search for its offset */
	if (head)
		append(map, -head);
	if (free_bytes)
		append(map, free_bytes);
}

void signed_map_fini(struct signed_map *map)
{
	free(map->entries);
}

/* --- giving out --- */

static void insert(struct signed_map *map, int i, int size)
{
	struct signed_entry *at;

	if (map->used == map->room) {
		map->room *= 2;
		map->entries = realloc(map->entries, (size_t)map->room * sizeof(*map->entries));
		if (!map->entries)
			abort();
	}
	at = &map->entries[i];
	memmove(at + 1, at, (size_t)(map->used++ - i) * sizeof(*at));
	*at = (struct signed_entry){.size = size};
}

bool signed_map_find(const struct signed_map *map, int from, int to, int size, int align,
		     struct signed_fit *fit)
{
	int off = 0;

	for (int i = 0; i < map->used && off < to; i++) {
		int entry = map->entries[i].size;
		int head = (int)(-(unsigned int)off & ((unsigned int)align - 1));

		/* not "entry >= head + size", which could overflow */
		if (off >= from && entry > 0 && entry - head >= size) {
			*fit = (struct signed_fit){i, off, off + entry, off + head};
			return true;
		}
		off += abs(entry);
	}
	return false;
}

void signed_map_take(struct signed_map *map, const struct signed_fit *fit, int size, int nr,
		     bool held)
{
	int i = fit->index, head = fit->off - fit->start, tail = fit->end - fit->off - nr * size;

	if (tail >= PCPU_MIN_AREA)
		insert(map, i + 1, tail);
	else
		map->free_size -= tail;
	if (head >= PCPU_MIN_AREA) {
		insert(map, i++, head);
	} else if (head) {
		/* there is an area before: offset 0 is aligned to anything; and it is used */
		map->entries[i - 1].size -= head;
		map->free_size -= head;
	}
	map->free_size -= nr * size;
	map->entries[i] = (struct signed_entry){-size, held};
	for (int more = 1; more < nr; more++) {
		insert(map, ++i, -size);
		map->entries[i].held = held;
	}
	if (tail < PCPU_MIN_AREA)
		map->entries[i].size -= tail;
}

int signed_map_alloc(struct signed_map *map, int size, int align)
{
	struct signed_fit fit;

	if (!signed_map_find(map, 0, INT_MAX, size, align, &fit))
		return -1;
	signed_map_take(map, &fit, size, 1, false);
	return fit.off;
}

/* --- taking back --- */

/* The entry that @off lies in, which starts at @start; NULL: outside, or in the head. */
static struct signed_entry *entry_around(const struct signed_map *map, int off, int *start)
{
	*start = 0;
	for (int i = 0; i < map->used && off >= map->head; i++) {
		int size = abs(map->entries[i].size);

		if (off - *start < size)
			return i == 0 && map->head ? NULL : &map->entries[i];
		*start += size;
	}
	return NULL;
}

int signed_map_size_at(const struct signed_map *map, int off)
{
	int start;
	const struct signed_entry *entry = entry_around(map, off, &start);

	if (entry && (entry->size > 0 || entry->held))
		return -EALREADY;
	return entry && off == start ? -entry->size : -ENOENT;
}

int signed_map_held_at(const struct signed_map *map, int off)
{
	int start;
	const struct signed_entry *entry = entry_around(map, off, &start);

	return entry && off == start && entry->held ? -entry->size : -ENOENT;
}

/* Joins entry @i and the one behind it, if both are free. */
static void join(struct signed_map *map, int i)
{
	struct signed_entry *at = &map->entries[i];

	if (i < 0 || i + 1 >= map->used || at[0].size < 0 || at[1].size < 0)
		return;
	at[0].size += at[1].size;
	map->used--;
	memmove(at + 1, at + 2, (size_t)(map->used - i - 1) * sizeof(*at));
}

static int make_free(struct signed_map *map, int off)
{
	int start;
	struct signed_entry *entry = entry_around(map, off, &start);
	int size = -entry->size, i = (int)(entry - map->entries);

	*entry = (struct signed_entry){.size = size};
	map->free_size += size;
	join(map, i);
	join(map, i - 1);
	return size;
}

int signed_map_free(struct signed_map *map, int off)
{
	int size = signed_map_size_at(map, off);

	return size < 0 ? size : make_free(map, off);
}

int signed_map_release(struct signed_map *map, int off)
{
	int size = signed_map_held_at(map, off);

	return size < 0 ? size : make_free(map, off);
}

void signed_map_hold(struct signed_map *map, int off, bool held)
{
	int start;

	entry_around(map, off, &start)->held = held;
}

/* --- looking at the whole --- */

int signed_map_held_from(const struct signed_map *map, int off, int *offs, int max)
{
	int at = 0, nr = 0;

	for (int i = 0; i < map->used && nr < max; at += abs(map->entries[i++].size))
		if (map->entries[i].held && at >= off)
			offs[nr++] = at;
	return nr;
}

int signed_map_largest(const struct signed_map *map)
{
	int largest = 0;

	for (int i = 0; i < map->used; i++)
		if (map->entries[i].size > largest)
			largest = map->entries[i].size;
	return largest;
}

int signed_map_nr_areas(const struct signed_map *map)
{
	int areas = 0;

	for (int i = map->head ? 1 : 0; i < map->used; i++)
		areas += map->entries[i].size < 0;
	return areas;
}
