/* SPDX-License-Identifier: MIT */
/*
 * slot_list.h - the lists of the slots (slot.h): which chunks are in a slot, in which order, and
 * what is known of a slot as a whole.
 *
 * Doubly linked, with both ends known; NULL at the ends. What is linked is a node, which a chunk
 * starts with; nothing here knows chunks.
 *
 * Everything here is done under pcpu_alloc_mutex.
 */
#ifndef PCPU_SLOT_LIST_H
#define PCPU_SLOT_LIST_H

#include "alloc/map/room.h"

#include <stdbool.h>

struct pcpu_slot_node {
	struct pcpu_slot_node *prev, *next;
};

/* How many slots there are; the kernel's name. */
extern int pcpu_nr_slots;

/* Makes empty lists for units of @unit_size bytes. 0 or -ENOMEM. Once. */
int pcpu_slot_lists_init(int unit_size);

/* Puts @node, which is on no list, first or last on that of @slot. */
void pcpu_slot_list_add_front(struct pcpu_slot_node *node, int slot);
void pcpu_slot_list_add_end(struct pcpu_slot_node *node, int slot);

/* Takes @node off the list of @slot, if it is on it; it is on no other. */
void pcpu_slot_list_remove(struct pcpu_slot_node *node, int slot);

/* The first on the list of @slot; NULL: it is empty. */
struct pcpu_slot_node *pcpu_slot_list_first(int slot);

/*
 * What is known of a slot: that none of its chunks has room for a size and alignment, or more of
 * both (pcpu_slot_exclude). A chunk that comes to the slot, or becomes emptier, adds its room.
 */
void pcpu_slot_exclude(int slot, int size, int align);
void pcpu_slot_add_room(int slot, const struct pcpu_room *room);

/* The first slot at or after @slot of which that is not known; pcpu_nr_slots if there is none. */
int pcpu_slot_with_room(int slot, int size, int align);

#endif /* PCPU_SLOT_LIST_H */
