/* SPDX-License-Identifier: MIT */
/*
 * test_slot_list.c - the lists of the slots: their order, and what is known of a slot. The library
 * is not set up: these lists are the test's own.
 */
#include "support/cmocka_all.h"
#include "support/locked.h"

#include "alloc/chunk/slot_list.h"
#include "ground/mem.h"

#define UNIT_SIZE 32768
#define SLOT 3

static struct pcpu_slot_node nodes[4];

/* The mutex is held from here on. */
static int make_lists(void **state)
{
	(void)state;
	if (pcpu_mem_init() != 0)
		return -1;
	pcpu_alloc_lock();
	return pcpu_slot_lists_init(UNIT_SIZE);
}

static int empty_the_slot(void **state)
{
	struct pcpu_slot_node *first;

	(void)state;
	while ((first = pcpu_slot_list_first(SLOT)) != NULL)
		pcpu_slot_list_remove(first, SLOT);
	for (int slot = SLOT; slot <= SLOT + 1; slot++) {
		struct pcpu_room room;

		pcpu_slot_exclude(slot, 1, 1);
		pcpu_room_fill(&room, PCPU_ROOM_MAX);
		pcpu_slot_add_room(slot, &room);
	}
	return 0;
}

/* Both ways, so that each link is looked at. @expected ends at a -1. */
static void assert_list_is(const int *expected)
{
	struct pcpu_slot_node *node = pcpu_slot_list_first(SLOT), *prev = NULL;

	for (; *expected >= 0; expected++, prev = node, node = node->next) {
		assert_ptr_equal(node, &nodes[*expected]);
		assert_ptr_equal(node->prev, prev);
	}
	assert_null(node);
}

static void lists_are_empty_at_first(void **state)
{
	(void)state;
	assert_true(pcpu_nr_slots > SLOT);
	for (int slot = 0; slot < pcpu_nr_slots; slot++)
		assert_null(pcpu_slot_list_first(slot));
}

static void nodes_come_first_or_last_as_they_are_put(void **state)
{
	static const int expected[] = {2, 0, 1, 3, -1};

	(void)state;
	pcpu_slot_list_add_front(&nodes[0], SLOT);
	pcpu_slot_list_add_end(&nodes[1], SLOT);
	pcpu_slot_list_add_front(&nodes[2], SLOT);
	pcpu_slot_list_add_end(&nodes[3], SLOT);
	assert_list_is(expected);
	assert_null(pcpu_slot_list_first(SLOT + 1));
}

/* The first, the last, one between, and the only one. */
static void node_that_is_taken_off_leaves_the_others_in_order(void **state)
{
	static const int after[][4] = {{1, 2, 3, -1}, {1, 2, -1}, {2, -1}, {-1}};
	static const int order[] = {0, 3, 1, 2};

	(void)state;
	for (int i = 0; i < 4; i++)
		pcpu_slot_list_add_end(&nodes[i], SLOT);
	for (int i = 0; i < 4; i++) {
		pcpu_slot_list_remove(&nodes[order[i]], SLOT);
		assert_list_is(after[i]);
	}
	pcpu_slot_list_add_end(&nodes[0], SLOT);
	assert_list_is((const int[]){0, -1});
}

static void node_on_no_list_is_taken_off_in_vain(void **state)
{
	static const int expected[] = {0, 1, -1};

	(void)state;
	pcpu_slot_list_add_end(&nodes[0], SLOT);
	pcpu_slot_list_add_end(&nodes[1], SLOT);
	pcpu_slot_list_remove(&nodes[2], SLOT);
	assert_list_is(expected);
}

static bool lacks(int slot, int size, int align)
{
	return pcpu_slot_with_room(slot, size, align) != slot;
}

static void slot_without_room_has_none_for_more_either(void **state)
{
	(void)state;
	assert_false(lacks(SLOT, 100, 8));
	pcpu_slot_exclude(SLOT, 100, 8);
	assert_true(lacks(SLOT, 100, 8));
	assert_true(lacks(SLOT, 101, 8));
	assert_true(lacks(SLOT, 100, 16));
	/* of less nothing is known, and of other slots */
	assert_false(lacks(SLOT, 99, 8));
	assert_false(lacks(SLOT, 100, 4));
	assert_false(lacks(SLOT + 1, 100, 8));
}

/* 120 bytes at any alignment; of those 90 from a multiple of 64 on. */
static void room_that_comes_to_a_slot_is_there(void **state)
{
	struct pcpu_room room = {{0}};

	(void)state;
	pcpu_slot_exclude(SLOT, 1, 1);
	pcpu_slot_exclude(SLOT + 1, 1, 1);
	assert_true(lacks(SLOT, 1, 1));
	pcpu_room_add_area(&room, 64 - 30, 120);
	pcpu_slot_add_room(SLOT, &room);
	assert_false(lacks(SLOT, 120, 1));
	assert_true(lacks(SLOT, 121, 1));
	assert_false(lacks(SLOT, 90, 64));
	assert_true(lacks(SLOT, 91, 64));
	/* of each alignment by itself */
	pcpu_slot_exclude(SLOT, 50, 64);
	assert_true(lacks(SLOT, 50, 64));
	assert_false(lacks(SLOT, 49, 64));
	assert_false(lacks(SLOT, 90, 32));
	assert_true(lacks(SLOT + 1, 1, 1));
}

/* A slot that no chunk has come to has nothing. */
static void empty_slot_lacks_everything(void **state)
{
	(void)state;
	for (int slot = SLOT + 2; slot < pcpu_nr_slots; slot++)
		assert_int_equal(pcpu_slot_with_room(slot, 1, 1), pcpu_nr_slots);
}

#define list_test(f) cmocka_unit_test_teardown(f, empty_the_slot)

int main(void)
{
	const struct CMUnitTest tests[] = {
		list_test(lists_are_empty_at_first),
		list_test(nodes_come_first_or_last_as_they_are_put),
		list_test(node_that_is_taken_off_leaves_the_others_in_order),
		list_test(node_on_no_list_is_taken_off_in_vain),
		list_test(slot_without_room_has_none_for_more_either),
		list_test(room_that_comes_to_a_slot_is_there),
		list_test(empty_slot_lacks_everything),
	};

	return cmocka_run_group_tests(tests, make_lists, NULL);
}
