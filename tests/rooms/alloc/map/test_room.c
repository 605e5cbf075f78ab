/* SPDX-License-Identifier: MIT */
/* test_room.c - room at each alignment against what arithmetic says, and the tree of them. */
#include "support/cmocka_all.h"
#include "support/random.h"

#include "alloc/map/room.h"

#include <stdlib.h>

/* Around the sizes at which a group is full, and a level is added. */
static const int sizes[] = {1, 2, 15, 16, 17, 255, 256, 257, 4096, 4097};

/* --- one room --- */

static int room_by_hand(int start, int size, int align)
{
	int from = (start + align - 1) / align * align;

	return start + size > from ? start + size - from : 0;
}

static void room_of_an_area_is_what_is_left_from_a_multiple_on(void **state)
{
	struct random random = random_from(random_seed());

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int start = random_below(&random, 1 << 20), size = 1 + random_below(&random, 9000);
		struct pcpu_room room = {{0}};

		pcpu_room_add_area(&room, start, (uint32_t)size);
		for (int log2 = 0; log2 <= PCPU_ROOM_LAST_ALIGN; log2++)
			assert_int_equal(room.at[log2], room_by_hand(start, size, 1 << log2));
	}
}

/* More than can be said: no bound is too low, whatever is asked for. */
static void room_of_a_huge_area_lacks_nothing(void **state)
{
	static const uint32_t huge[] = {65535, 65536, 70000, 1 << 20, 1u << 31};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(huge); i++) {
		struct pcpu_room room = {{0}};

		pcpu_room_add_area(&room, 1, huge[i]);
		for (int log2 = 0; log2 <= PCPU_ROOM_LAST_ALIGN; log2++)
			assert_false(pcpu_room_lacks(&room, 1 << 20, 1 << log2));
	}
}

static void what_is_excluded_is_lacking_at_larger_alignments_too(void **state)
{
	struct pcpu_room room;

	(void)state;
	pcpu_room_fill(&room, 1 << 20);
	pcpu_room_exclude(&room, 100, 64);
	assert_true(pcpu_room_lacks(&room, 100, 64));
	assert_true(pcpu_room_lacks(&room, 1 << 20, 4096));
	assert_false(pcpu_room_lacks(&room, 99, 64));
	assert_false(pcpu_room_lacks(&room, 1 << 20, 32));
	/* what is known already stays so */
	pcpu_room_exclude(&room, 200, 1);
	assert_true(pcpu_room_lacks(&room, 100, 64));
	assert_true(pcpu_room_lacks(&room, 200, 1));
	assert_false(pcpu_room_lacks(&room, 199, 1));
}

/* --- the tree --- */

struct pair {
	struct pcpu_room_tree tree;
	void *memory;
	struct pcpu_room *rooms; /* what they are */
};

static void make(struct pair *pair, int nr)
{
	pair->memory = calloc(1, pcpu_room_tree_memory(nr));
	pair->rooms = calloc((size_t)nr, sizeof(*pair->rooms));
	assert_true(pair->memory && pair->rooms);
	pcpu_room_tree_init(&pair->tree, nr, pair->memory);
}

static void end(struct pair *pair)
{
	free(pair->memory);
	free(pair->rooms);
}

static int next_of(const struct pair *pair, int at, int size, int align)
{
	while (at < pair->tree.nr && pcpu_room_lacks(&pair->rooms[at], size, align))
		at++;
	return at;
}

static void last_room_of_every_size_is_found_from_the_first(void **state)
{
	struct pcpu_room room = {{0}};
	struct pair pair;

	(void)state;
	pcpu_room_add_area(&room, 0, 10);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		make(&pair, sizes[i]);
		assert_int_equal(pcpu_room_tree_next(&pair.tree, 0, 1, 1), sizes[i]);
		pcpu_room_tree_add(&pair.tree, sizes[i] - 1, &room);
		assert_int_equal(pcpu_room_tree_next(&pair.tree, 0, 10, 8), sizes[i] - 1);
		assert_int_equal(pcpu_room_tree_next(&pair.tree, 0, 11, 1), sizes[i]);
		assert_int_equal(pcpu_room_tree_max(&pair.tree)->at[0], 10);
		end(&pair);
	}
}

static void change_one(struct pair *pair, struct random *random)
{
	int at = random_below(random, pair->tree.nr);
	struct pcpu_room room = {{0}};

	if (random_below(random, 8))
		pcpu_room_add_area(&room, random_below(random, 1 << 20),
				   (uint32_t)random_below(random, 70));
	if (random_below(random, 2)) {
		pcpu_room_tree_add(&pair->tree, at, &room);
		pcpu_room_add(&pair->rooms[at], &room);
	} else {
		pcpu_room_tree_set(&pair->tree, at, &room);
		pair->rooms[at] = room;
	}
}

static void walk(struct pair *pair, struct random *random)
{
	for (int step = 0; step < 3000; step++) {
		int at, size = 1 + random_below(random, 80), align;

		change_one(pair, random);
		at = random_below(random, pair->tree.nr);
		align = 1 << random_below(random, 13);
		assert_int_equal(pcpu_room_tree_next(&pair->tree, at, size, align),
				 next_of(pair, at, size, align));
		at = random_below(random, pair->tree.nr);
		assert_memory_equal(pcpu_room_tree_get(&pair->tree, at), &pair->rooms[at],
				    sizeof(struct pcpu_room));
		if (step % 100 == 0)
			assert_true(pcpu_room_tree_is_valid(&pair->tree));
	}
}

static void random_rooms_are_found_where_an_array_has_them(void **state)
{
	struct random random = random_from(random_seed());
	struct pair pair;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		make(&pair, sizes[i]);
		walk(&pair, &random);
		end(&pair);
	}
}

static void tree_with_a_maximum_that_is_none_is_not_valid(void **state)
{
	struct pcpu_room room = {{0}};
	struct pair pair;

	(void)state;
	make(&pair, 300);
	pcpu_room_add_area(&room, 0, 5);
	pcpu_room_tree_add(&pair.tree, 100, &room);
	assert_true(pcpu_room_tree_is_valid(&pair.tree));
	pair.tree.rooms[0][100].at[2] = 4;
	assert_false(pcpu_room_tree_is_valid(&pair.tree));
	end(&pair);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_of_an_area_is_what_is_left_from_a_multiple_on),
		cmocka_unit_test(room_of_a_huge_area_lacks_nothing),
		cmocka_unit_test(what_is_excluded_is_lacking_at_larger_alignments_too),
		cmocka_unit_test(last_room_of_every_size_is_found_from_the_first),
		cmocka_unit_test(random_rooms_are_found_where_an_array_has_them),
		cmocka_unit_test(tree_with_a_maximum_that_is_none_is_not_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
