/* SPDX-License-Identifier: MIT */
/* room.c - see room.h. Loops over all alignments are a few instructions for several at a time. */
#include "alloc/map/room.h"

#include <string.h>

/* How many rooms of a level have one maximum in the next. */
#define FAN_SHIFT 4
#define FAN (1 << FAN_SHIFT)

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

/* Rooms of a level above one of @nr; a level is filled up to whole groups. */
static int groups_of(int nr)
{
	return (nr + FAN - 1) >> FAN_SHIFT;
}

/* Levels up to one that has a single room, and the rooms in all of them, filled up. */
static size_t count_rooms(int nr, int *levels)
{
	size_t rooms = (size_t)groups_of(nr) * FAN;

	for (*levels = 1; nr > 1; ++*levels) {
		nr = groups_of(nr);
		rooms += nr > 1 ? (size_t)groups_of(nr) * FAN : 1;
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
		rooms += (size_t)groups_of(nr) * FAN;
		nr = groups_of(nr);
	}
}

void pcpu_room_tree_add(struct pcpu_room_tree *tree, int at, const struct pcpu_room *room)
{
	for (int level = 0; level < tree->levels; level++, at >>= FAN_SHIFT)
		if (!pcpu_room_add(&tree->rooms[level][at], room))
			return;
}

static void max_of_group(const struct pcpu_room *group, struct pcpu_room *max)
{
	*max = group[0];
	for (int i = 1; i < FAN; i++)
		pcpu_room_add(max, &group[i]);
}

void pcpu_room_tree_set(struct pcpu_room_tree *tree, int at, const struct pcpu_room *room)
{
	struct pcpu_room max = *room;

	for (int level = 0; memcmp(&tree->rooms[level][at], &max, sizeof(max)) != 0; level++) {
		tree->rooms[level][at] = max;
		if (level + 1 == tree->levels)
			return;
		max_of_group(&tree->rooms[level][at & ~(FAN - 1)], &max);
		at >>= FAN_SHIFT;
	}
}

/* In the rest of @at's group, of a level of @nr rooms: the index, or that of the next group. */
static int next_in_group(const struct pcpu_room *rooms, int at, int nr, int log2, uint16_t least)
{
	int end = (at | (FAN - 1)) + 1;

	if (end > nr)
		end = nr;
	while (at < end && rooms[at].at[log2] < least)
		at++;
	return at;
}

int pcpu_room_tree_next(const struct pcpu_room_tree *tree, int at, int size, int align)
{
	const uint16_t least = pcpu_room_size((uint32_t)size);
	const int log2 = pcpu_room_log2(align);
	int level = 0, nr = tree->nr;

	/* up: past the rest of each group that has nothing */
	for (;;) {
		int group = at >> FAN_SHIFT;

		at = next_in_group(tree->rooms[level], at, nr, log2, least);
		if (at >= nr)
			return tree->nr;
		if (at >> FAN_SHIFT == group)
			break;
		at >>= FAN_SHIFT;
		nr = groups_of(nr);
		level++;
	}
	/* down: to the first room of the group that has it */
	while (level > 0) {
		level--;
		at <<= FAN_SHIFT;
		while (tree->rooms[level][at].at[log2] < least)
			at++;
	}
	return at;
}

bool pcpu_room_tree_is_valid(const struct pcpu_room_tree *tree)
{
	struct pcpu_room max;

	for (int level = 1, nr = tree->nr; level < tree->levels; level++) {
		nr = groups_of(nr);
		for (int i = 0; i < nr; i++) {
			max_of_group(&tree->rooms[level - 1][i << FAN_SHIFT], &max);
			if (memcmp(&tree->rooms[level][i], &max, sizeof(max)) != 0)
				return false;
		}
	}
	return true;
}
