/* SPDX-License-Identifier: MIT */
/* test_coord.c - who owns which coordinates, against a model of one byte a page */
#include "support/cmocka_all.h"

#include "memory/coord.h"
#include "ground/layout.h"
#include "ground/lock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE ((uint64_t)PCPU_PAGE_SIZE)
#define PAGES ((unsigned int)(PCPU_COORD_END / PCPU_PAGE_SIZE))
#define FIRST_PAGE ((unsigned int)(PCPU_COORD_MIN / PCPU_PAGE_SIZE))
#define FIRST_FREE ((unsigned int)(PCPU_COORD_MIN_FREE / PCPU_PAGE_SIZE))

/* One byte a page: 1 if it is claimed. Claims of the library, if it is booted, are in it. */
static unsigned char *model;

/* A run of pages that nobody else claims, for the tests to play in: 64 MiB. */
#define ROOM_PAGES 16384
static uint64_t room;

/* Finds out whose every page is by trying to claim it. */
static int learn_the_claims_of_the_library(void **state)
{
	unsigned int claims, run = 0;

	(void)state;
	pcpu_alloc_lock();
	claims = pcpu_coord_nr_claims();
	model = calloc(PAGES, 1);
	if (!model)
		return -1;
	memset(model, 1, FIRST_PAGE);
	for (unsigned int page = FIRST_PAGE; page < PAGES; page++) {
		model[page] = pcpu_coord_claim(page * PAGE, 1) != 0;
		run = model[page] || page < FIRST_FREE ? 0 : run + 1;
		if (run == ROOM_PAGES + 1)
			room = (page - ROOM_PAGES + 1) * PAGE;
	}
	for (unsigned int page = PAGES; page-- > FIRST_PAGE;)
		if (!model[page])
			pcpu_coord_release(page * PAGE);
	return room && pcpu_coord_nr_claims() == claims ? 0 : -1;
}

static int free_model(void **state)
{
	(void)state;
	free(model);
	pcpu_alloc_unlock();
	return 0;
}

static unsigned int claims_before;

static int count_claims(void **state)
{
	(void)state;
	claims_before = pcpu_coord_nr_claims();
	pcpu_coord_set_hint((uint32_t)room);
	return 0;
}

/* Releases what a test has left in its room. */
static int clear_room(void **state)
{
	(void)state;
	for (unsigned int page = 0; page < ROOM_PAGES; page++)
		pcpu_coord_release(room + page * PAGE);
	return pcpu_coord_nr_claims() == claims_before ? 0 : -1;
}

/* --- claims --- */

static void claim_is_widened_to_whole_pages(void **state)
{
	(void)state;
	assert_int_equal(pcpu_coord_claim(room + PAGE + 100, 10), 0);
	assert_int_equal(pcpu_coord_claim(room + PAGE, 1), -EEXIST);
	assert_int_equal(pcpu_coord_claim(room + 2 * PAGE - 1, 1), -EEXIST);
	assert_int_equal(pcpu_coord_claim(room + PAGE - 1, 1), 0);
	assert_int_equal(pcpu_coord_claim(room + 2 * PAGE, 1), 0);
}

static void claim_across_a_border_owns_both_pages(void **state)
{
	(void)state;
	assert_int_equal(pcpu_coord_claim(room + PAGE - 1, 2), 0);
	assert_int_equal(pcpu_coord_claim(room, 1), -EEXIST);
	assert_int_equal(pcpu_coord_claim(room + PAGE, 1), -EEXIST);
	assert_int_equal(pcpu_coord_claim(room + 2 * PAGE, 1), 0);
}

static void overlapping_claim_is_refused(void **state)
{
	static const struct {
		int first, pages;
	} rows[] = {{10, 4}, {8, 3}, {13, 3}, {11, 1}, {10, 1}, {13, 1}, {5, 20}};

	(void)state;
	assert_int_equal(pcpu_coord_claim(room + 10 * PAGE, 4 * PAGE), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t start = room + (uint64_t)rows[i].first * PAGE;

		if (pcpu_coord_claim(start, (uint64_t)rows[i].pages * PAGE) != -EEXIST)
			fail_msg("pages %d + %d", rows[i].first, rows[i].pages);
	}
	assert_int_equal(pcpu_coord_nr_claims(), claims_before + 1);
}

static void neighbouring_claims_are_no_conflict(void **state)
{
	(void)state;
	assert_int_equal(pcpu_coord_claim(room + 10 * PAGE, 4 * PAGE), 0);
	assert_int_equal(pcpu_coord_claim(room + 9 * PAGE, PAGE), 0);
	assert_int_equal(pcpu_coord_claim(room + 14 * PAGE, PAGE), 0);
	assert_int_equal(pcpu_coord_nr_claims(), claims_before + 3);
}

static void claim_between_two_must_fit(void **state)
{
	(void)state;
	assert_int_equal(pcpu_coord_claim(room, PAGE), 0);
	assert_int_equal(pcpu_coord_claim(room + 3 * PAGE, PAGE), 0);
	assert_int_equal(pcpu_coord_claim(room + PAGE, 3 * PAGE), -EEXIST);
	assert_int_equal(pcpu_coord_claim(room + PAGE, 2 * PAGE), 0);
}

static void empty_claim_is_refused(void **state)
{
	(void)state;
	assert_int_equal(pcpu_coord_claim(room, 0), -ERANGE);
}

static void first_page_is_refused(void **state)
{
	(void)state;
	assert_int_equal(pcpu_coord_claim(0, 1), -ERANGE);
	assert_int_equal(pcpu_coord_claim(0xfff, 1), -ERANGE);
	assert_int_equal(pcpu_coord_claim(0xfff, PAGE), -ERANGE);
	assert_int_equal(pcpu_coord_claim(0x1000, 1), 0);
	pcpu_coord_release(0x1000);
}

static void claim_may_end_at_4_gib_and_not_beyond(void **state)
{
	(void)state;
	assert_int_equal(pcpu_coord_claim(PCPU_COORD_END - PAGE, PAGE + 1), -ERANGE);
	assert_int_equal(pcpu_coord_claim(PCPU_COORD_END, 1), -ERANGE);
	assert_int_equal(pcpu_coord_claim(PCPU_COORD_END + room, 1), -ERANGE);
	assert_int_equal(pcpu_coord_claim(PCPU_COORD_END - 1, 1), 0);
	pcpu_coord_release(PCPU_COORD_END - PAGE);
}

static void size_that_wraps_around_is_refused(void **state)
{
	(void)state;
	assert_int_equal(pcpu_coord_claim(room, UINT64_MAX), -ERANGE);
	assert_int_equal(pcpu_coord_claim(room, UINT64_MAX - room + 1), -ERANGE);
	assert_int_equal(pcpu_coord_claim(room, UINT64_MAX - room + 1 + 0x10000), -ERANGE);
}

/* --- finding free ones --- */

static uint64_t claim_free(uint64_t pages)
{
	uint32_t start = 0;

	assert_int_equal(pcpu_coord_claim_free(pages * PAGE, &start), 0);
	return start;
}

static void free_coordinates_are_found_at_the_hint_first(void **state)
{
	(void)state;
	assert_int_equal(claim_free(3), room);
	assert_int_equal(claim_free(2), room + 3 * PAGE);
	assert_int_equal(pcpu_coord_claim(room + 4 * PAGE, 1), -EEXIST);
	assert_int_equal(pcpu_coord_claim(room + 5 * PAGE, 1), 0);
}

static void first_gap_that_is_large_enough_is_taken(void **state)
{
	(void)state;
	assert_int_equal(pcpu_coord_claim(room + PAGE, PAGE), 0);
	assert_int_equal(pcpu_coord_claim(room + 4 * PAGE, PAGE), 0);
	assert_int_equal(claim_free(3), room + 5 * PAGE);
	assert_int_equal(claim_free(2), room + 2 * PAGE);
	assert_int_equal(claim_free(1), room);
}

static void hint_inside_a_page_means_the_next_page(void **state)
{
	(void)state;
	pcpu_coord_set_hint((uint32_t)room + 1);
	assert_int_equal(claim_free(1), room + PAGE);
}

static void hint_inside_a_claim_means_its_end(void **state)
{
	(void)state;
	assert_int_equal(pcpu_coord_claim(room, 8 * PAGE), 0);
	pcpu_coord_set_hint((uint32_t)(room + 2 * PAGE));
	assert_int_equal(claim_free(1), room + 8 * PAGE);
}

static void search_wraps_around_to_the_bottom(void **state)
{
	uint64_t start;

	(void)state;
	/* more than there is above the hint */
	pcpu_coord_set_hint((uint32_t)(PCPU_COORD_END - PAGE));
	start = claim_free(2);
	pcpu_coord_release(start);
	assert_true(start < PCPU_COORD_END - 2 * PAGE);
}

static void search_from_the_bottom_starts_at_64_kib(void **state)
{
	static const uint32_t hints[] = {0, 1, 0xffff, 0xfffff001, 0xffffffff};

	(void)state;
	if (model[FIRST_FREE])
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(hints); i++) {
		pcpu_coord_set_hint(hints[i]);
		assert_int_equal(claim_free(1), PCPU_COORD_MIN_FREE);
		pcpu_coord_release(PCPU_COORD_MIN_FREE);
	}
}

static void more_than_any_gap_has_no_place_and_claims_nothing(void **state)
{
	uint32_t start = 12345;

	(void)state;
	assert_int_equal(pcpu_coord_claim(room, 1), 0);
	assert_int_equal(pcpu_coord_claim_free(PCPU_COORD_END, &start), -ENOSPC);
	assert_int_equal(pcpu_coord_claim_free(PCPU_COORD_END - PCPU_COORD_MIN_FREE, &start),
			 -ENOSPC);
	assert_int_equal(start, 12345);
	assert_int_equal(pcpu_coord_nr_claims(), claims_before + 1);
}

/* --- giving back --- */

static void released_coordinates_are_found_again(void **state)
{
	(void)state;
	assert_int_equal(claim_free(4), room);
	assert_int_equal(claim_free(4), room + 4 * PAGE);
	pcpu_coord_release(room);
	assert_int_equal(pcpu_coord_nr_claims(), claims_before + 1);
	assert_int_equal(claim_free(4), room);
}

static void claim_is_released_by_any_byte_of_its_first_page(void **state)
{
	(void)state;
	assert_int_equal(pcpu_coord_claim(room + 50, 2 * PAGE), 0);
	pcpu_coord_release(room + 50);
	assert_int_equal(pcpu_coord_nr_claims(), claims_before);
	assert_int_equal(pcpu_coord_claim(room, 3 * PAGE), 0);
}

static void release_of_what_starts_no_claim_does_nothing(void **state)
{
	(void)state;
	assert_int_equal(pcpu_coord_claim(room + PAGE, 4 * PAGE), 0);
	pcpu_coord_release(room);
	pcpu_coord_release(room + 2 * PAGE);
	pcpu_coord_release(room + 5 * PAGE);
	pcpu_coord_release(PCPU_COORD_END + PAGE);
	assert_int_equal(pcpu_coord_nr_claims(), claims_before + 1);
	assert_int_equal(pcpu_coord_claim(room + 4 * PAGE, 1), -EEXIST);
}

/* --- against the model --- */

#define MODEL_STEPS 20000
#define MODEL_HELD 300

static struct {
	uint64_t first, pages;
} held[MODEL_HELD];
static unsigned int nr_held;
static uint64_t model_hint;

static uint64_t random_state = 88172645463325252ULL;

static uint64_t random_below(uint64_t end)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % end;
}

static bool model_is_free(uint64_t first, uint64_t pages)
{
	return memchr(model + first, 1, pages) == NULL;
}

static uint64_t model_search(uint64_t from, uint64_t pages)
{
	while (from + pages <= PAGES) {
		const unsigned char *claimed = memchr(model + from, 1, pages);

		if (!claimed)
			return from;
		from = (uint64_t)(claimed - model) + 1;
	}
	return PAGES;
}

static void hold(uint64_t first, uint64_t pages)
{
	memset(model + first, 1, pages);
	held[nr_held].first = first;
	held[nr_held++].pages = pages;
}

static uint64_t random_pages(void)
{
	return 1 + random_below(random_below(20) ? 64 : PAGES / 16);
}

static void claim_at_random(void)
{
	uint64_t start = random_below(PCPU_COORD_END),
		 size = random_pages() * PAGE - random_below(PAGE);
	uint64_t first = start / PAGE, end = (start + size + PAGE - 1) / PAGE;
	int expected = 0;

	if (start < PCPU_COORD_MIN || end > PAGES)
		expected = -ERANGE;
	else if (!model_is_free(first, end - first))
		expected = -EEXIST;
	if (pcpu_coord_claim(start, size) != expected)
		fail_msg("claim of %#lx + %#lx: expected %d", start, size, expected);
	if (!expected)
		hold(first, end - first);
}

static void claim_free_at_random(void)
{
	uint64_t pages = random_pages(), expected = model_search(model_hint, pages);
	uint32_t start;
	int ret = pcpu_coord_claim_free(pages * PAGE, &start);

	if (expected == PAGES)
		expected = model_search(FIRST_FREE, pages);
	if (expected == PAGES) {
		assert_int_equal(ret, -ENOSPC);
		return;
	}
	assert_int_equal(ret, 0);
	if (start != expected * PAGE)
		fail_msg("%lu pages at %#x, expected at %#lx", pages, start, expected * PAGE);
	hold(expected, pages);
}

static void release_at_random(void)
{
	unsigned int at = (unsigned int)random_below(nr_held);

	pcpu_coord_release(held[at].first * PAGE + random_below(PAGE));
	memset(model + held[at].first, 0, held[at].pages);
	held[at] = held[--nr_held];
}

static void thousands_of_random_claims_agree_with_the_model(void **state)
{
	(void)state;
	model_hint = room / PAGE;
	for (int step = 0; step < MODEL_STEPS; step++) {
		unsigned int what = (unsigned int)random_below(5);

		if (step % 1000 == 0) {
			model_hint = FIRST_FREE + random_below(PAGES - FIRST_FREE);
			pcpu_coord_set_hint((uint32_t)(model_hint * PAGE));
		}
		if (nr_held == MODEL_HELD || (what < 2 && nr_held))
			release_at_random();
		else if (what == 2)
			claim_free_at_random();
		else
			claim_at_random();
		assert_int_equal(pcpu_coord_nr_claims(), claims_before + nr_held);
	}
	while (nr_held)
		release_at_random();
}

#define room_test(f) cmocka_unit_test_setup_teardown(f, count_claims, clear_room)

int main(void)
{
	const struct CMUnitTest tests[] = {
		room_test(claim_is_widened_to_whole_pages),
		room_test(claim_across_a_border_owns_both_pages),
		room_test(overlapping_claim_is_refused),
		room_test(neighbouring_claims_are_no_conflict),
		room_test(claim_between_two_must_fit),
		room_test(empty_claim_is_refused),
		room_test(first_page_is_refused),
		room_test(claim_may_end_at_4_gib_and_not_beyond),
		room_test(size_that_wraps_around_is_refused),
		room_test(free_coordinates_are_found_at_the_hint_first),
		room_test(first_gap_that_is_large_enough_is_taken),
		room_test(hint_inside_a_page_means_the_next_page),
		room_test(hint_inside_a_claim_means_its_end),
		room_test(search_wraps_around_to_the_bottom),
		room_test(search_from_the_bottom_starts_at_64_kib),
		room_test(more_than_any_gap_has_no_place_and_claims_nothing),
		room_test(released_coordinates_are_found_again),
		room_test(claim_is_released_by_any_byte_of_its_first_page),
		room_test(release_of_what_starts_no_claim_does_nothing),
		room_test(thousands_of_random_claims_agree_with_the_model),
	};

	return cmocka_run_group_tests_name("coord", tests, learn_the_claims_of_the_library,
					   free_model);
}
