/* SPDX-License-Identifier: MIT */
/*
 * test_loans.c - areas that a cache has lent: their codes stay as they were while they come and go
 * on one CPU, and nobody can tell from what happens to them that this is so.
 *
 * An interrupt in the wrong place sends a call the slow way, which is right but lends nothing.
 * Where a test is about what is lent, it is pinned, and tries again if need be.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/locked.h"
#include "support/refused_free.h"
#include "support/sanitized.h"
#include "support/threads.h"

#include "alloc/cache.h"
#include "alloc/caches.h"
#include "alloc/chunk/chunk.h"
#include "alloc/chunk/chunk_check.h"
#include "alloc/loans.h"

#include <percpu/percpu.h>

/* How often a test tries what an interrupt can spoil. */
#define TRIES 50

static uint32_t coord_of(const volatile void __percpu *ptr)
{
	return (uint32_t)(uintptr_t)ptr;
}

static enum pcpu_code code_of(const volatile void __percpu *ptr)
{
	return pcpu_code_at(pcpu_block_codes(pcpu_block_at(coord_of(ptr))),
			    pcpu_within_block(coord_of(ptr)));
}

static struct pcpu_cache *cache_here(int size)
{
	return locked(pcpu_cache_here(size));
}

/* So that every test begins with caches that lend. */
static int begin(void **state)
{
	(void)state;
	go_to(cpus[0]);
	percpu_trim();
	for (struct pcpu_cpu_lock *lock = locked(pcpu_cpu_locks()); lock; lock = lock->next)
		pcpu_loans_init(&((struct pcpu_cache *)lock)->loans);
	free_percpu(__alloc_percpu(16, 8));
	return 0;
}

static int end(void **state)
{
	struct pcpu_cache_counts counts;

	(void)state;
	percpu_trim();
	do_locked(pcpu_cache_count(&counts));
	return locked(pcpu_chunks_check()) == NULL && counts.nr_areas == 0 ? 0 : -1;
}

/* An area that is lent, by the cache of cpus[0]. */
static void __percpu *lent_area(size_t size)
{
	for (int i = 0; i < TRIES; i++) {
		void __percpu *area = __alloc_percpu(size, 8);

		if (code_of(area) == PCPU_CACHED)
			return area;
		free_percpu(area);
	}
	fail_msg("nothing is lent in %d tries", TRIES);
	return NULL;
}

/* --- the notes --- */

static void notes_are_found_until_they_are_taken_away(void **state)
{
	struct pcpu_loans loans = {0};

	(void)state;
	pcpu_loans_init(&loans);
	assert_int_equal(pcpu_loans_find(&loans, 8), -1);
	for (int i = 0; i < PCPU_LOANS; i++)
		assert_true(pcpu_loans_add(&loans, 8 * (uint32_t)(i + 1), i + 1));
	assert_false(pcpu_loans_add(&loans, 800, 8));
	assert_false(pcpu_loans_bring(&loans, 800));
	assert_true(pcpu_loans_bring(&loans, 24));
	pcpu_loans_remove_last(&loans);
	assert_false(pcpu_loans_bring(&loans, 24));
	for (int i = 0; i < PCPU_LOANS; i++) {
		int at = pcpu_loans_find(&loans, 8 * (uint32_t)(i + 1));

		assert_true(i == 2 ? at < 0 : loans.sizes[at] == i + 1);
	}
}

/* How many areas are made live at once until one is lent again. */
static int length_of_pause(struct pcpu_loans *loans, uint32_t live)
{
	int nr = 0;

	for (; !pcpu_loans_add(loans, live, 16); nr++)
		pcpu_loans_add_slowly(loans, live, 16);
	pcpu_loans_remove_last(loans);
	return nr;
}

static void pauses_double_up_to_a_limit(void **state)
{
	void __percpu *area = __alloc_percpu(16, 8);
	struct pcpu_loans loans = {0};
	uint64_t nr_alloc = 0;
	int expected = 256;

	(void)state;
	pcpu_loans_init(&loans);
	for (int i = 0; i < 12; i++) {
		pcpu_loans_pause(&loans, nr_alloc);
		assert_int_equal(length_of_pause(&loans, coord_of(area)), expected);
		nr_alloc += (uint64_t)expected;
		expected = expected < 65536 ? 2 * expected : expected;
	}
	assert_int_equal(expected, 65536);
	free_percpu(area);
}

static void pauses_are_short_again_after_a_long_time(void **state)
{
	struct pcpu_loans loans = {0};

	(void)state;
	pcpu_loans_init(&loans);
	pcpu_loans_pause(&loans, 0);
	pcpu_loans_pause(&loans, 512);
	assert_int_equal(loans.pause, 512);
	/* 64 of the next one, and one more */
	pcpu_loans_pause(&loans, 512 + 64 * 1024);
	assert_int_equal(loans.pause, 1024);
	pcpu_loans_pause(&loans, 512 + 64 * 1024 + 64 * 2048 + 1);
	assert_int_equal(loans.pause, 256);
}

/* --- on one CPU --- */

static bool code_stayed(void)
{
	void __percpu *area = lent_area(16), __percpu * again;
	bool is_so;

	free_percpu(area);
	is_so = code_of(area) == PCPU_CACHED;
	again = __alloc_percpu(16, 8);
	is_so = is_so && again == area && code_of(again) == PCPU_CACHED;
	free_percpu(again);
	return is_so;
}

static void code_of_what_comes_and_goes_stays(void **state)
{
	bool is_so = false;

	(void)state;
	for (int i = 0; i < TRIES && !is_so; i++)
		is_so = code_stayed();
	assert_true(is_so);
}

static void areas_of_all_sizes_are_lent_and_come_back_in_any_order(void **state)
{
	static const size_t sizes[] = {1, 8, 16, 24, 100, 256};
	void __percpu *areas[ARRAY_SIZE(sizes)];

	(void)state;
	for (int round = 0; round < 100; round++) {
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
			areas[i] = __alloc_percpu(sizes[i], 1);
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
			free_percpu(areas[(i * 5 + (size_t)round) % ARRAY_SIZE(sizes)]);
	}
}

static void area_that_stays_is_live_in_the_end(void **state)
{
	void __percpu *first = lent_area(16), __percpu * areas[2 * PCPU_LOANS];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(areas); i++)
		areas[i] = __alloc_percpu(16, 8);
	assert_int_equal(code_of(first), PCPU_LIVE);
	for (size_t i = 0; i < ARRAY_SIZE(areas); i++)
		free_percpu(areas[i]);
	free_percpu(first);
}

static void trim_leaves_what_is_lent_to_who_has_it(void **state)
{
	long __percpu *area = lent_area(16);

	(void)state;
	*per_cpu_ptr(area, cpus[0]) = 5;
	percpu_trim();
	assert_int_equal(code_of(area), PCPU_LIVE);
	assert_int_equal(*per_cpu_ptr(area, cpus[0]), 5);
	free_percpu(area);
}

/* There is no room in the magazine that it is from. */
static void lent_area_comes_back_to_a_full_magazine(void **state)
{
	void __percpu *areas[2 * PCPU_MAGAZINE_ROOM], __percpu *area;
	struct pcpu_magazine *magazine = cache_here(16)->magazines[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(areas); i++)
		areas[i] = __alloc_percpu(16, 8);
	for (int i = 0; i < PCPU_LOANS; i++)
		free_percpu(__alloc_percpu(24, 8));
	area = lent_area(16);
	for (size_t i = 0; i < ARRAY_SIZE(areas); i++) {
		if (magazine->nr == magazine->room && area) {
			free_percpu(area);
			area = NULL;
		}
		free_percpu(areas[i]);
	}
	assert_null(area);
}

/* --- on another CPU --- */

static void *free_there(void *area)
{
	go_to(cpus[1]);
	free_percpu(area);
	return NULL;
}

static void free_on_another_cpu(void __percpu *area)
{
	pthread_t thread = start(free_there, area);

	pthread_join(thread, NULL);
}

static void area_lent_by_another_cpu_can_be_freed(void **state)
{
	(void)state;
	if (lacks_cpus())
		skip();
	/* with a magazine for it there, and without */
	free_on_another_cpu(lent_area(16));
	begin(NULL);
	go_to(cpus[1]);
	free_percpu(__alloc_percpu(16, 8));
	go_to(cpus[0]);
	free_on_another_cpu(lent_area(16));
}

static void nothing_is_lent_for_a_while_after_that(void **state)
{
	void __percpu *area;
	int nr = 0;

	(void)state;
	if (lacks_cpus())
		skip();
	free_on_another_cpu(lent_area(16));
	assert_int_equal(cache_here(16)->loans.room, 0);
	for (; cache_here(16)->loans.room == 0; nr++) {
		area = __alloc_percpu(16, 8);
		assert_int_equal(code_of(area), PCPU_LIVE);
		free_percpu(area);
	}
	/* more if some of them did not get the lock */
	assert_true(nr >= 256);
	free_percpu(lent_area(16));
}

/* --- wrong frees --- */

static void double_free_of_a_lent_area_is_found(void **state)
{
	void __percpu *area = lent_area(16);

	(void)state;
	free_percpu(area);
	assert_refused(area, "double free");
}

static void *free_here(void *area)
{
	go_to(cpus[0]);
	free_percpu(area);
	return NULL;
}

static void free_twice(void *(*first)(void *), void *(*second)(void *), void __percpu *area)
{
	pthread_join(start(first, area), NULL);
	pthread_join(start(second, area), NULL);
}

static void free_here_then_there(void *area)
{
	free_twice(free_here, free_there, area);
}

static void free_there_then_here(void *area)
{
	free_twice(free_there, free_here, area);
}

static pthread_barrier_t both;

static void *meet_and_free_here(void *area)
{
	go_to(cpus[0]);
	pthread_barrier_wait(&both);
	free_percpu(area);
	return NULL;
}

static void *meet_and_free_there(void *area)
{
	go_to(cpus[1]);
	pthread_barrier_wait(&both);
	free_percpu(area);
	return NULL;
}

static void free_at_the_same_moment(void *area)
{
	pthread_t threads[2];

	pthread_barrier_init(&both, NULL, 2);
	threads[0] = start(meet_and_free_here, area);
	threads[1] = start(meet_and_free_there, area);
	join_all(threads, 2);
}

static void double_frees_on_two_cpus_are_found(void **state)
{
	static void (*const bodies[])(void *) = {free_here_then_there, free_there_then_here,
						 free_at_the_same_moment};

	(void)state;
	if (lacks_cpus())
		skip();
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++)
		for (int round = 0; round < 30; round++) {
			void __percpu *area = lent_area(16);
			struct child_end end = child_run(bodies[i], area);

			assert_child_died_of(end, SIGABRT);
			assert_non_null(strstr(end.output, "double free"));
			free_percpu(area);
		}
}

static void pointer_into_a_lent_area_is_told_so(void **state)
{
	char __percpu *area = lent_area(16);

	(void)state;
	assert_refused(area + 8, "inside");
	free_percpu(area);
}

/* --- fork --- */

static void child_frees_what_its_parent_was_lent(void **state)
{
	void __percpu *area = lent_area(16);
	struct child_end end = child_run(free_it, area);

	(void)state;
	assert_child_was_content(end);
	free_percpu(area);
}

/* --- all at once --- */

#define NR_THREADS 4
#define MAILBOXES 16
/* After so many recalls it ends. */
#define RECALLS 300

struct parcel {
	uint64_t is_had;
};

static struct parcel __percpu *mailboxes[MAILBOXES];

struct worker {
	unsigned int seed;
	const char *complaint;
};

static uint64_t *mark_of(struct parcel __percpu *parcel)
{
	return &per_cpu_ptr(parcel, cpus[0])->is_had;
}

static struct parcel __percpu *get(struct worker *worker, size_t size)
{
	struct parcel __percpu *parcel = (struct parcel __percpu *)__alloc_percpu(size, 8);

	if (__atomic_exchange_n(mark_of(parcel), 1, __ATOMIC_ACQ_REL) != 0)
		worker->complaint = "an area is not zero, or somebody else's";
	return parcel;
}

static void drop(struct worker *worker, struct parcel __percpu *parcel)
{
	if (!parcel)
		return;
	if (__atomic_exchange_n(mark_of(parcel), 2, __ATOMIC_ACQ_REL) != 1)
		worker->complaint = "an area is freed by somebody else";
	free_percpu(parcel);
}

/* What it allocates it frees at once, or another thread does; now and then it goes elsewhere. */
static void *work(void *arg)
{
	struct worker *worker = arg;
	unsigned int random = worker->seed;

	for (int turn = 0; !must_stop() && !worker->complaint; turn++) {
		struct parcel __percpu *parcel;
		unsigned int dice;

		random = random * 1103515245 + 12345;
		dice = random >> 16;
		if (dice % 512 == 0)
			go_to(cpus[dice / 512 % nr_cpus]);
		parcel = get(worker, 8 + 8 * (dice % 3));
		if (turn % 16 == 0)
			parcel = __atomic_exchange_n(&mailboxes[dice / 4 % MAILBOXES], parcel,
						     __ATOMIC_ACQ_REL);
		drop(worker, parcel);
	}
	return NULL;
}

/* How many CPUs pause; none does afterwards, or soon there would be nothing to be recalled. */
static unsigned int end_pauses(void)
{
	unsigned int nr = 0;

	pcpu_alloc_lock();
	pcpu_cpu_locks_stop();
	for (struct pcpu_cpu_lock *lock = pcpu_cpu_locks(); lock; lock = lock->next) {
		struct pcpu_cache *cache = (struct pcpu_cache *)lock;

		if (cache->loans.room > 0)
			continue;
		pcpu_loans_init(&cache->loans);
		nr++;
	}
	pcpu_cpu_locks_resume();
	pcpu_alloc_unlock();
	return nr;
}

static void areas_that_go_around_have_one_owner(void **state)
{
	struct worker workers[NR_THREADS] = {0};
	struct patience patience = be_patient();
	pthread_t threads[NR_THREADS];
	unsigned int recalls = 0;

	(void)state;
	if (lacks_cpus())
		skip();
	go_anywhere();
	set_stop(false);
	for (unsigned int i = 0; i < NR_THREADS; i++)
		workers[i].seed = 7 * i + 1;
	start_all(threads, NR_THREADS, work, workers, sizeof(workers[0]));
	for (; recalls < RECALLS && !is_out_of_patience(&patience); usleep(100))
		recalls += end_pauses();
	set_stop(true);
	join_all(threads, NR_THREADS);
	for (int i = 0; i < MAILBOXES; i++) {
		drop(&workers[0], mailboxes[i]);
		mailboxes[i] = NULL;
	}
	for (int i = 0; i < NR_THREADS; i++)
		if (workers[i].complaint)
			fail_msg("%s", workers[i].complaint);
	assert_true(recalls >= RECALLS);
}

#define loans_test(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		loans_test(notes_are_found_until_they_are_taken_away),
		loans_test(pauses_double_up_to_a_limit),
		loans_test(pauses_are_short_again_after_a_long_time),
		loans_test(code_of_what_comes_and_goes_stays),
		loans_test(areas_of_all_sizes_are_lent_and_come_back_in_any_order),
		loans_test(area_that_stays_is_live_in_the_end),
		loans_test(trim_leaves_what_is_lent_to_who_has_it),
		loans_test(lent_area_comes_back_to_a_full_magazine),
		loans_test(area_lent_by_another_cpu_can_be_freed),
		loans_test(nothing_is_lent_for_a_while_after_that),
		loans_test(double_free_of_a_lent_area_is_found),
		loans_test(double_frees_on_two_cpus_are_found),
		loans_test(pointer_into_a_lent_area_is_told_so),
		loans_test(child_frees_what_its_parent_was_lent),
		loans_test(areas_that_go_around_have_one_owner),
	};

	/* no caches where races are looked for */
	if (thread_sanitized)
		return 0;
	find_cpus();
	return cmocka_run_group_tests_name("loans", tests, NULL, NULL);
}
