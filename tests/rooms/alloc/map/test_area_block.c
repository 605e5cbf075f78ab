/* SPDX-License-Identifier: MIT */
/* test_area_block.c - the codes of one block, at every granule, against one code a byte. */
#include "support/cmocka_all.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/map/area_block.h"
#include "support/random.h"

static const unsigned int shifts[] = {7, 4, 3, 2, 1, 0};

static struct pcpu_block block;
static int owner; /* for its address */

/* A block without starts, of the granule 2^@shift. */
static void make_block(unsigned int shift)
{
	pcpu_block_init(&block, &owner);
	if (shift != PCPU_GRANULE_INLINE)
		pcpu_block_move(&block, calloc(1, pcpu_codes_size(shift)), shift);
}

static void end_block(void)
{
	struct pcpu_codes codes = pcpu_block_codes(&block);

	if (codes.words != &block.word)
		free(codes.words);
}

static enum pcpu_code code_at(int off)
{
	return pcpu_code_at(pcpu_block_codes(&block), off);
}

/* --- making and ending --- */

static void fresh_block_has_no_starts_and_the_coarsest_granule(void **state)
{
	(void)state;
	memset(&block, 0xff, sizeof(block));
	pcpu_block_init(&block, &owner);
	assert_ptr_equal(pcpu_block_codes(&block).words, &block.word);
	assert_int_equal(pcpu_block_codes(&block).shift, PCPU_GRANULE_INLINE);
	assert_int_equal(pcpu_codes_next_start(pcpu_block_codes(&block), 0), PCPU_BLOCK_SIZE);
	assert_ptr_equal(pcpu_block_owner(&block), &owner);
	assert_int_equal(block.second, 0);
	assert_int_equal(block.touched, 0);
	assert_false(block.taken);
}

static void ended_block_is_nobodys_and_has_no_codes(void **state)
{
	(void)state;
	make_block(PCPU_GRANULE_INLINE);
	pcpu_block_set(&block, 0, PCPU_LIVE);
	block.touched = 5;
	block.taken = true;
	pcpu_block_fini(&block);
	assert_null(pcpu_block_owner(&block));
	assert_null(pcpu_block_codes(&block).words);
	assert_int_equal(block.touched, 0);
	assert_false(block.taken);
}

/* --- codes --- */

static void set_gives_one_offset_its_code_and_returns_the_old_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shifts); i++) {
		int step = 1 << shifts[i];

		make_block(shifts[i]);
		for (int off = 0; off < PCPU_BLOCK_SIZE; off += step)
			assert_int_equal(
				pcpu_block_set(&block, off, (enum pcpu_code)(off / step % 4)),
				PCPU_NO_START);
		for (int off = 0; off < PCPU_BLOCK_SIZE; off += step)
			assert_int_equal(code_at(off), off / step % 4);
		for (int off = 0; off < PCPU_BLOCK_SIZE; off += step)
			assert_int_equal(pcpu_block_set(&block, off, PCPU_NO_START),
					 off / step % 4);
		assert_int_equal(pcpu_codes_next_start(pcpu_block_codes(&block), 0),
				 PCPU_BLOCK_SIZE);
		end_block();
	}
}

static void nothing_starts_inside_a_granule(void **state)
{
	(void)state;
	make_block(4);
	pcpu_block_set(&block, 32, PCPU_LIVE);
	assert_true(pcpu_codes_reach(pcpu_block_codes(&block), 32));
	for (int off = 33; off < 48; off++) {
		assert_false(pcpu_codes_reach(pcpu_block_codes(&block), off));
		assert_int_equal(code_at(off), PCPU_NO_START);
	}
	end_block();
}

static void exchange_changes_only_what_it_expects(void **state)
{
	static const enum pcpu_code all[] = {PCPU_NO_START, PCPU_FREE, PCPU_CACHED, PCPU_LIVE};

	(void)state;
	make_block(3);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		pcpu_block_set(&block, 0, PCPU_LIVE);
		pcpu_block_set(&block, 8, all[i]);
		pcpu_block_set(&block, 16, PCPU_CACHED);
		assert_int_equal(
			pcpu_code_exchange(pcpu_block_codes(&block), 8, PCPU_LIVE, PCPU_CACHED),
			all[i] == PCPU_LIVE);
		assert_int_equal(code_at(8), all[i] == PCPU_LIVE ? PCPU_CACHED : all[i]);
		assert_int_equal(code_at(0), PCPU_LIVE);
		assert_int_equal(code_at(16), PCPU_CACHED);
	}
	end_block();
}

/* --- searches --- */

struct found {
	int next_start, next_free, prev_start;
};

/* Byte by byte. */
static struct found search(const enum pcpu_code *codes, int off)
{
	struct found found = {PCPU_BLOCK_SIZE, PCPU_BLOCK_SIZE, -1};

	for (int at = PCPU_BLOCK_SIZE - 1; at >= off; at--) {
		if (codes[at] != PCPU_NO_START)
			found.next_start = at;
		if (codes[at] == PCPU_FREE)
			found.next_free = at;
	}
	for (int at = 0; at < off; at++)
		if (codes[at] != PCPU_NO_START)
			found.prev_start = at;
	return found;
}

static void check_searches(const enum pcpu_code *codes, int off)
{
	struct found found = search(codes, off);

	assert_int_equal(pcpu_codes_next_start(pcpu_block_codes(&block), off), found.next_start);
	assert_int_equal(pcpu_block_next_free(&block, off), found.next_free);
	assert_int_equal(pcpu_block_prev_start(&block, off), found.prev_start);
}

/* From every offset, the end of the block too, where one place in @sparsity has a start. */
static void searches_find_what_there_is(void **state)
{
	enum pcpu_code codes[PCPU_BLOCK_SIZE];
	struct random random = random_from(1);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shifts); i++)
		for (int sparsity = 1; sparsity <= 1000; sparsity *= 10) {
			make_block(shifts[i]);
			memset(codes, 0, sizeof(codes));
			for (int off = 0; off < PCPU_BLOCK_SIZE; off += 1 << shifts[i]) {
				if (random_below(&random, sparsity))
					continue;
				codes[off] = (enum pcpu_code)random_below(&random, 4);
				pcpu_block_set(&block, off, codes[off]);
			}
			for (int off = 0; off <= PCPU_BLOCK_SIZE; off++)
				check_searches(codes, off);
			end_block();
		}
}

static void searches_find_the_first_and_the_last_place(void **state)
{
	enum pcpu_code codes[PCPU_BLOCK_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shifts); i++)
		for (int last = 0; last < 2; last++) {
			int off = last ? PCPU_BLOCK_SIZE - (1 << shifts[i]) : 0;

			make_block(shifts[i]);
			memset(codes, 0, sizeof(codes));
			codes[off] = PCPU_FREE;
			pcpu_block_set(&block, off, PCPU_FREE);
			for (int at = 0; at <= PCPU_BLOCK_SIZE; at++)
				check_searches(codes, at);
			end_block();
		}
}

/* --- granules --- */

static void granule_of_an_offset_is_the_coarsest_that_reaches_it(void **state)
{
	static const struct {
		int off;
		unsigned int shift;
	} rows[] = {{0, 7},    {128, 7}, {3968, 7}, {64, 4}, {32, 4}, {16, 4},
		    {4080, 4}, {8, 3},   {4, 2},    {2, 1},  {1, 0},  {4095, 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(pcpu_granule_of(rows[i].off), rows[i].shift);
}

static void codes_take_two_bits_a_granule(void **state)
{
	(void)state;
	for (size_t i = 1; i < ARRAY_SIZE(shifts); i++)
		assert_int_equal(pcpu_codes_size(shifts[i]) * 4, PCPU_BLOCK_SIZE >> shifts[i]);
	assert_int_equal(pcpu_codes_nr_words(PCPU_GRANULE_INLINE), 1);
}

static void coarsest_granule_is_that_of_the_starts(void **state)
{
	(void)state;
	make_block(0);
	assert_int_equal(pcpu_block_coarsest(&block), PCPU_GRANULE_INLINE);
	pcpu_block_set(&block, 3968, PCPU_FREE);
	assert_int_equal(pcpu_block_coarsest(&block), PCPU_GRANULE_INLINE);
	pcpu_block_set(&block, 64, PCPU_LIVE);
	assert_int_equal(pcpu_block_coarsest(&block), PCPU_GRANULE_OUTSIDE);
	pcpu_block_set(&block, 68, PCPU_CACHED);
	assert_int_equal(pcpu_block_coarsest(&block), 2);
	pcpu_block_set(&block, 4095, PCPU_FREE);
	assert_int_equal(pcpu_block_coarsest(&block), 0);
	end_block();
}

static void block_is_busy_with_an_area_that_is_held_or_live(void **state)
{
	(void)state;
	make_block(PCPU_GRANULE_INLINE);
	assert_false(pcpu_block_is_busy(&block));
	pcpu_block_set(&block, 0, PCPU_FREE);
	pcpu_block_set(&block, 3968, PCPU_FREE);
	assert_false(pcpu_block_is_busy(&block));
	pcpu_block_set(&block, 3968, PCPU_CACHED);
	assert_true(pcpu_block_is_busy(&block));
	pcpu_block_set(&block, 3968, PCPU_NO_START);
	pcpu_block_set(&block, 128, PCPU_LIVE);
	assert_true(pcpu_block_is_busy(&block));
	make_block(4);
	pcpu_block_set(&block, 16, PCPU_FREE);
	assert_false(pcpu_block_is_busy(&block));
	pcpu_block_set(&block, 4080, PCPU_CACHED);
	assert_true(pcpu_block_is_busy(&block));
	end_block();
}

/* --- moving --- */

static void put_some_starts(void)
{
	pcpu_block_set(&block, 0, PCPU_LIVE);
	pcpu_block_set(&block, 128, PCPU_CACHED);
	pcpu_block_set(&block, 3968, PCPU_FREE);
}

static void check_some_starts(void)
{
	int starts = 0;

	for (int off = 0; off < PCPU_BLOCK_SIZE; off++)
		starts += code_at(off) != PCPU_NO_START;
	assert_int_equal(starts, 3);
	assert_int_equal(code_at(0), PCPU_LIVE);
	assert_int_equal(code_at(128), PCPU_CACHED);
	assert_int_equal(code_at(3968), PCPU_FREE);
}

static void move_keeps_the_codes_and_returns_the_old_words(void **state)
{
	(void)state;
	for (size_t from = 0; from < ARRAY_SIZE(shifts); from++)
		for (size_t to = 0; to < ARRAY_SIZE(shifts); to++) {
			bool inside = shifts[to] == PCPU_GRANULE_INLINE;
			uint64_t *words = inside ? NULL : calloc(1, pcpu_codes_size(shifts[to]));
			uint64_t *old;

			make_block(shifts[from]);
			old = pcpu_block_codes(&block).words;
			put_some_starts();
			if (inside && old == &block.word)
				continue; /* it is there already */
			assert_ptr_equal(pcpu_block_move(&block, words, shifts[to]),
					 old == &block.word ? NULL : old);
			assert_int_equal(pcpu_block_codes(&block).shift, shifts[to]);
			assert_ptr_equal(pcpu_block_codes(&block).words,
					 inside ? &block.word : words);
			check_some_starts();
			if (old != &block.word)
				free(old);
			end_block();
		}
}

/* --- several at once --- */

#define TURNS 200000

/* A cache on another CPU: turns its own area in the word, and no other. */
static void *exchange_at(void *arg)
{
	int off = (int)(intptr_t)arg;
	struct pcpu_codes codes = pcpu_block_codes(&block);
	intptr_t lost = 0;

	for (int i = 0; i < TURNS; i++) {
		lost += !pcpu_code_exchange(codes, off, PCPU_LIVE, PCPU_CACHED);
		lost += !pcpu_code_exchange(codes, off, PCPU_CACHED, PCPU_LIVE);
	}
	return (void *)lost;
}

static void changes_of_one_word_do_not_lose_each_other(void **state)
{
	pthread_t threads[2];
	void *lost;

	(void)state;
	make_block(4);
	pcpu_block_set(&block, 0, PCPU_LIVE);
	pcpu_block_set(&block, 16, PCPU_LIVE);
	for (intptr_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, exchange_at, (void *)(16 * i)),
				 0);
	for (int i = 0; i < TURNS; i++) {
		assert_int_equal(pcpu_block_set(&block, 32, PCPU_FREE), PCPU_NO_START);
		assert_int_equal(pcpu_block_set(&block, 32, PCPU_NO_START), PCPU_FREE);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], &lost), 0);
		assert_null(lost);
	}
	assert_int_equal(code_at(0), PCPU_LIVE);
	assert_int_equal(code_at(16), PCPU_LIVE);
	end_block();
}

static int winners;

static void *take_all(void *arg)
{
	struct pcpu_codes codes = pcpu_block_codes(&block);

	(void)arg;
	for (int off = 0; off < PCPU_BLOCK_SIZE; off++)
		if (pcpu_code_exchange(codes, off, PCPU_LIVE, PCPU_CACHED))
			__atomic_fetch_add(&winners, 1, __ATOMIC_RELAXED);
	return NULL;
}

/* Two that free the same area at the same time: one of them has freed it. */
static void one_of_several_exchanges_wins(void **state)
{
	pthread_t threads[3];

	(void)state;
	make_block(0);
	for (int round = 0; round < 50; round++) {
		winners = 0;
		for (int off = 0; off < PCPU_BLOCK_SIZE; off++)
			pcpu_block_set(&block, off, PCPU_LIVE);
		for (int i = 0; i < 3; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, take_all, NULL), 0);
		for (int i = 0; i < 3; i++)
			assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(winners, PCPU_BLOCK_SIZE);
	}
	end_block();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fresh_block_has_no_starts_and_the_coarsest_granule),
		cmocka_unit_test(ended_block_is_nobodys_and_has_no_codes),
		cmocka_unit_test(set_gives_one_offset_its_code_and_returns_the_old_one),
		cmocka_unit_test(nothing_starts_inside_a_granule),
		cmocka_unit_test(exchange_changes_only_what_it_expects),
		cmocka_unit_test(searches_find_what_there_is),
		cmocka_unit_test(searches_find_the_first_and_the_last_place),
		cmocka_unit_test(granule_of_an_offset_is_the_coarsest_that_reaches_it),
		cmocka_unit_test(codes_take_two_bits_a_granule),
		cmocka_unit_test(coarsest_granule_is_that_of_the_starts),
		cmocka_unit_test(block_is_busy_with_an_area_that_is_held_or_live),
		cmocka_unit_test(move_keeps_the_codes_and_returns_the_old_words),
		cmocka_unit_test(changes_of_one_word_do_not_lose_each_other),
		cmocka_unit_test(one_of_several_exchanges_wins),
	};

	return cmocka_run_group_tests_name("area_block", tests, NULL, NULL);
}
