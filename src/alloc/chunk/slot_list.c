/* SPDX-License-Identifier: MIT */
/* slot_list.c - see slot_list.h. */
#include "alloc/chunk/slot_list.h"
#include "alloc/chunk/slot.h"
#include "ground/lock.h"
#include "ground/mem.h"

#include <errno.h>
#include <stddef.h>

int pcpu_nr_slots;

struct slot_head {
	struct pcpu_slot_node *first, *last;
	struct pcpu_room room; /* no chunk has more */
};
static struct slot_head *slots;

int pcpu_slot_lists_init(int unit_size)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_nr_slots = pcpu_slot_count(unit_size);
	slots = pcpu_mem_zalloc((size_t)pcpu_nr_slots * sizeof(*slots));
	return slots ? 0 : -ENOMEM;
}

void pcpu_slot_list_add_front(struct pcpu_slot_node *node, int slot)
{
	struct slot_head *head = &slots[slot];

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert(!node->prev && !node->next);
	node->next = head->first;
	if (head->first)
		head->first->prev = node;
	else
		head->last = node;
	head->first = node;
}

void pcpu_slot_list_add_end(struct pcpu_slot_node *node, int slot)
{
	struct slot_head *head = &slots[slot];

	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_assert(!node->prev && !node->next);
	node->prev = head->last;
	if (head->last)
		head->last->next = node;
	else
		head->first = node;
	head->last = node;
}

void pcpu_slot_list_remove(struct pcpu_slot_node *node, int slot)
{
	struct slot_head *head = &slots[slot];

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (node->prev)
		node->prev->next = node->next;
	else if (head->first == node)
		head->first = node->next;
	if (node->next)
		node->next->prev = node->prev;
	else if (head->last == node)
		head->last = node->prev;
	node->prev = node->next = NULL;
}

struct pcpu_slot_node *pcpu_slot_list_first(int slot)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return slots[slot].first;
}

int pcpu_slot_with_room(int slot, int size, int align)
{
	const uint16_t least = pcpu_room_size((uint32_t)size);
	const int log2 = pcpu_room_log2(align);

	pcpu_assert_held(&pcpu_alloc_mutex);
	while (slot < pcpu_nr_slots && slots[slot].room.at[log2] < least)
		slot++;
	return slot;
}

void pcpu_slot_exclude(int slot, int size, int align)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_room_exclude(&slots[slot].room, size, align);
}

void pcpu_slot_add_room(int slot, const struct pcpu_room *room)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	pcpu_room_add(&slots[slot].room, room);
}
