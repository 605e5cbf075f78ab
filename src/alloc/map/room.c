/* SPDX-License-Identifier: MIT */
/* room.c - see room.h. Loops over all alignments are a few instructions for several at a time. */
#include "alloc/map/room.h"
#include "alloc/map/fan.h"

#include <string.h>

/* --- one room --- */

void pcpu_room_fill(struct pcpu_room *room, uint32_t size)
{
	for (int i = 0; i < PCPU_ROOM_ALIGNS; i++)
		room->at[i] = pcpu_room_size(size);
}

void pcpu_room_add_area(struct pcpu_room *room, int start, uint32_t size)
{
	/* what lies between a start and the next multiple of the alignment, at most */
	static const uint16_t heads[PCPU_ROOM_ALIGNS] = {
		0,    0x1,   0x3,   0x7,   0xf,   0x1f,  0x3f,  0x7f,
		0xff, 0x1ff, 0x3ff, 0x7ff, 0xfff, 0xfff, 0xfff, 0xfff,
	};
	const uint16_t to_next = (uint16_t)-start, length = pcpu_room_size(size);

	for (int i = 0; i < PCPU_ROOM_ALIGNS; i++) {
		const uint16_t head = to_next & heads[i];
		uint16_t here = length > head ? (uint16_t)(length - head) : 0;

		/* of more than can be said the head cannot be taken off */
		here = length == PCPU_ROOM_MAX ? PCPU_ROOM_MAX : here;
		room->at[i] = here > room->at[i] ? here : room->at[i];
	}
}

bool pcpu_room_add(struct pcpu_room *room, const struct pcpu_room *other)
{
	uint16_t changed = 0;

	for (int i = 0; i < PCPU_ROOM_ALIGNS; i++) {
		const uint16_t before = room->at[i];

		room->at[i] = other->at[i] > before ? other->at[i] : before;
		changed |= room->at[i] ^ before;
	}
	return changed != 0;
}

void pcpu_room_exclude(struct pcpu_room *room, int size, int align)
{
	const uint16_t less = (uint16_t)(pcpu_room_size((uint32_t)size) - 1);

	for (int i = pcpu_room_log2(align); i < PCPU_ROOM_ALIGNS; i++)
		if (room->at[i] > less)
			room->at[i] = less;
}

/* --- a tree of them --- */

/* Levels up to one that has a single room, and the rooms in all of them, filled up. */
static size_t count_rooms(int nr, int *levels)
{
	size_t rooms = (size_t)pcpu_fan_groups(nr) * PCPU_FAN;

	for (*levels = 1; nr > 1; ++*levels) {
		nr = pcpu_fan_groups(nr);
		rooms += nr > 1 ? (size_t)pcpu_fan_groups(nr) * PCPU_FAN : 1;
	}
	return rooms;
}

size_t pcpu_room_tree_memory(int nr)
{
	int levels;

	return count_rooms(nr, &levels) * sizeof(struct pcpu_room);
}

void pcpu_room_tree_init(struct pcpu_room_tree *tree, int nr, void *memory)
{
	struct pcpu_room *rooms = memory;

	*tree = (struct pcpu_room_tree){.nr = nr};
	count_rooms(nr, &tree->levels);
	for (int level = 0; level < tree->levels; level++) {
		tree->rooms[level] = rooms;
		rooms += (size_t)pcpu_fan_groups(nr) * PCPU_FAN;
		nr = pcpu_fan_groups(nr);
	}
}

void pcpu_room_tree_add(struct pcpu_room_tree *tree, int at, const struct pcpu_room *room)
{
	for (int level = 0; level < tree->levels; level++, at >>= PCPU_FAN_SHIFT)
		if (!pcpu_room_add(&tree->rooms[level][at], room))
			return;
}

static void max_of_group(const struct pcpu_room *group, struct pcpu_room *max)
{
	*max = group[0];
	for (int i = 1; i < PCPU_FAN; i++)
		pcpu_room_add(max, &group[i]);
}

void pcpu_room_tree_set(struct pcpu_room_tree *tree, int at, const struct pcpu_room *room)
{
	struct pcpu_room max = *room;

	for (int level = 0; memcmp(&tree->rooms[level][at], &max, sizeof(max)) != 0; level++) {
		tree->rooms[level][at] = max;
		if (level + 1 == tree->levels)
			return;
		max_of_group(&tree->rooms[level][at & ~(PCPU_FAN - 1)], &max);
		at >>= PCPU_FAN_SHIFT;
	}
}

struct wanted {
	int log2; /* of the alignment */
	uint16_t least;
};

static inline bool has_room(const void *tree, int level, int at, const void *wanted)
{
	const struct pcpu_room *room = &((const struct pcpu_room_tree *)tree)->rooms[level][at];
	const struct wanted *what = wanted;

	return room->at[what->log2] >= what->least;
}

int pcpu_room_tree_next(const struct pcpu_room_tree *tree, int at, int size, int align)
{
	const struct wanted wanted = {pcpu_room_log2(align), pcpu_room_size((uint32_t)size)};

	return pcpu_fan_next(tree, tree->nr, at, has_room, &wanted);
}

bool pcpu_room_tree_is_valid(const struct pcpu_room_tree *tree)
{
	struct pcpu_room max;

	for (int level = 1, nr = tree->nr; level < tree->levels; level++) {
		nr = pcpu_fan_groups(nr);
		for (int i = 0; i < nr; i++) {
			max_of_group(&tree->rooms[level - 1][i << PCPU_FAN_SHIFT], &max);
			if (memcmp(&tree->rooms[level][i], &max, sizeof(max)) != 0)
				return false;
		}
	}
	return true;
}
