/* SPDX-License-Identifier: MIT */
/*
 * test_cache.c - the caches of areas that the CPUs have: what goes in, what comes out, and what a
 * user sees of it, which is nothing but speed.
 *
 * An interrupt in the wrong place sends a call the slow way, which is right but takes something
 * else. Where a test is about what comes from a cache, it is pinned, and tries again if need be.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/faults.h"
#include "support/locked.h"
#include "support/refuse.h"
#include "support/residency.h"
#include "support/sanitized.h"
#include "support/threads.h"
#include "support/traps.h"

#include "alloc/alloc.h"
#include "alloc/cache.h"
#include "alloc/caches.h"
#include "alloc/chunk/chunk.h"
#include "alloc/chunk/chunk_check.h"
#include "alloc/chunk/chunk_codes.h"
#include "memory/coord.h"
#include "ground/layout.h"
#include "ground/pointer.h"
#include "memory/open_units.h"

#include <percpu/percpu.h>

#include <errno.h>

/* How often a test tries what an interrupt can spoil. */
#define TRIES 20

static DEFINE_PER_CPU(long, some_variable);

static bool comes_true(bool (*try_it)(void))
{
	bool is_so = false;

	for (int i = 0; i < TRIES && !is_so; i++)
		is_so = try_it();
	return is_so;
}

static int free_at_start;
static unsigned int claims_at_start;

/* Three units are open, two of them those of CPUs that the program never runs on. */
static int prepare(void **state)
{
	unsigned int cpu, opened = 0;

	(void)state;
	find_cpus();
	go_to(cpus[0]);
	this_cpu_inc(some_variable);
	for (cpu = nr_cpu_ids; cpu-- > 0 && opened < 2; opened++)
		per_cpu(some_variable, cpu) = 1;
	/* what an alignment costs for ever is spent now: a sliver for the static area */
	free_percpu(__alloc_percpu(PCPU_PAGE_SIZE, PCPU_PAGE_SIZE));
	percpu_trim();
	free_at_start = pcpu_area_map_free_size(&pcpu_first_chunk->map);
	claims_at_start = locked(pcpu_coord_nr_claims());
	return 0;
}

static uint32_t coord_of(const volatile void __percpu *ptr)
{
	return (uint32_t)(uintptr_t)ptr;
}

static struct pcpu_chunk *chunk_of(const volatile void __percpu *ptr)
{
	return locked(pcpu_chunk_find(coord_of(ptr)));
}

static struct pcpu_cache_counts cached(void)
{
	struct pcpu_cache_counts counts;

	pcpu_alloc_lock();
	pcpu_cache_count(&counts);
	pcpu_alloc_unlock();
	return counts;
}

static bool everything_is_free(void)
{
	return !locked(pcpu_chunks_check()) && cached().nr_areas == 0 &&
	       pcpu_area_map_free_size(&pcpu_first_chunk->map) == free_at_start &&
	       locked(pcpu_coord_nr_claims()) == claims_at_start;
}

/* Every test gives everything back, and a trim leaves nothing of it. */
static int trim(void **state)
{
	(void)state;
	go_to(cpus[0]);
	percpu_trim();
	return everything_is_free() ? 0 : -1;
}

static bool all_zero(const char *bytes, size_t size)
{
	return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static bool zero_in_all_open_units(const void __percpu *area, size_t size)
{
	for (unsigned int i = 0; i < pcpu_units_nr_open(); i++)
		if (!all_zero((const char *)pcpu_open_windows[i] + coord_of(area), size))
			return false;
	return true;
}

static void fill_in_all_open_units(void __percpu *area, size_t size)
{
	for (unsigned int i = 0; i < pcpu_units_nr_open(); i++)
		memset((char *)pcpu_open_windows[i] + coord_of(area), 0xff, size);
}

#define MANY 400
static void __percpu *areas[MANY];

static void alloc_many(int nr, size_t size, size_t align)
{
	for (int i = 0; i < nr; i++) {
		areas[i] = __alloc_percpu(size, align);
		assert_non_null(areas[i]);
	}
}

static void free_many(int nr)
{
	for (int i = 0; i < nr; i++)
		free_percpu(areas[i]);
}

/* --- which requests --- */

static void caches_serve_sizes_up_to_256_and_alignments_that_divide_them(void **state)
{
	static const struct {
		size_t size, align;
		bool served;
	} cases[] = {
		{1, 1, true},         {8, 8, true},    {8, 1, true},         {24, 8, true},
		{64, 64, true},       {192, 64, true}, {255, 1, true},       {256, 64, true},
		{0, 1, false},        {257, 1, false}, {SIZE_MAX, 1, false}, {8, 16, false},
		{24, 16, false},      {3, 2, false},   {256, 128, false},    {8, 0, false},
		{48, 3, false},       {8, 6, false},   {256, 4096, false},   {64, 8192, false},
		{8, SIZE_MAX, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (pcpu_cache_serves(cases[i].size, cases[i].align) != cases[i].served)
			fail_msg("size %zu, align %zu", cases[i].size, cases[i].align);
	pcpu_cache_turn(false);
	assert_false(pcpu_cache_serves(8, 8));
	pcpu_cache_turn(true);
}

static void areas_of_every_size_are_aligned_as_its_largest_divisor(void **state)
{
	(void)state;
	for (int size = 1; size <= PCPU_CACHE_MAX_SIZE; size++) {
		size_t align = (size_t)pcpu_cache_align(size);

		alloc_many(10, (size_t)size, 1);
		for (int i = 0; i < 10; i++)
			assert_int_equal(coord_of(areas[i]) % align, 0);
		free_many(10);
	}
}

static void greater_alignment_is_kept_past_the_caches(void **state)
{
	(void)state;
	for (size_t align = 16; align <= PCPU_PAGE_SIZE; align *= 2) {
		alloc_many(5, 8, 8);
		free_many(5);
		alloc_many(5, 8, align);
		for (int i = 0; i < 5; i++)
			assert_int_equal(coord_of(areas[i]) % align, 0);
		free_many(5);
	}
}

static void areas_that_are_too_large_never_wait_in_a_cache(void **state)
{
	(void)state;
	alloc_many(20, 257, 1);
	free_many(20);
	alloc_many(20, 4096, 64);
	free_many(20);
	assert_int_equal(cached().nr_areas, 0);
}

/* --- what goes in and what comes out --- */

static bool last_in_was_first_out(void)
{
	void __percpu *a = __alloc_percpu(16, 8), __percpu *b = __alloc_percpu(16, 8);
	void __percpu *c, __percpu *d;
	bool is_so;

	free_percpu(a);
	free_percpu(b);
	c = __alloc_percpu(16, 8);
	d = __alloc_percpu(16, 8);
	is_so = c == b && d == a;
	free_percpu(c);
	free_percpu(d);
	return is_so;
}

static void last_area_in_is_the_first_out(void **state)
{
	(void)state;
	assert_true(comes_true(last_in_was_first_out));
}

static void area_serves_its_own_size_only(void **state)
{
	static const size_t others[] = {1, 8, 15, 17, 24, 32, 256};
	void __percpu *area = __alloc_percpu(16, 8), __percpu * other;

	(void)state;
	free_percpu(area);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		other = __alloc_percpu(others[i], 1);
		assert_ptr_not_equal(other, area);
		free_percpu(other);
	}
}

static enum pcpu_code code_of(const void __percpu *area)
{
	return pcpu_code_at(pcpu_block_codes(pcpu_block_at(coord_of(area))),
			    (int)(coord_of(area) % PCPU_BLOCK_SIZE));
}

/* The size of the live area that starts at @coord, slivers included; 0 if there is none. */
static size_t live_size(uint32_t coord)
{
	struct pcpu_chunk *chunk;
	int size;

	pcpu_alloc_lock();
	/* nothing is lent at 0: so all that are lent are live in their codes after this */
	pcpu_cache_recall(0);
	chunk = pcpu_chunk_find(coord);
	size = chunk ? pcpu_area_map_size_at(&chunk->map, pcpu_chunk_offset(chunk, coord)) : 0;
	pcpu_alloc_unlock();
	return size > 0 ? (size_t)size : 0;
}

static bool is_held_while_it_waits(void)
{
	void __percpu *area = __alloc_percpu(16, 8);
	struct pcpu_cache_counts before = cached(), after;

	assert_int_equal(live_size(coord_of(area)), 16);
	assert_int_equal(code_of(area), PCPU_LIVE);
	free_percpu(area);
	after = cached();
	return after.nr_areas == before.nr_areas + 1 && after.bytes == before.bytes + 16 &&
	       code_of(area) == PCPU_CACHED && live_size(coord_of(area)) == 0;
}

static void area_that_waits_is_held_in_its_map(void **state)
{
	(void)state;
	assert_true(comes_true(is_held_while_it_waits));
}

/* --- zero --- */

static void reused_areas_are_zero_in_every_open_unit(void **state)
{
	static const size_t sizes[] = {1, 2, 7, 8, 16, 24, 64, 100, 255, 256};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (int round = 0; round < 3; round++) {
			alloc_many(100, sizes[i], 1);
			for (int at = 0; at < 100; at++) {
				assert_true(zero_in_all_open_units(areas[at], sizes[i]));
				fill_in_all_open_units(areas[at], sizes[i]);
			}
			free_many(100);
		}
}

/* An area comes back in another size, past a map and another magazine. */
static void memory_that_changes_its_size_is_zero(void **state)
{
	(void)state;
	for (size_t size = 1; size <= PCPU_CACHE_MAX_SIZE; size += 17) {
		alloc_many(MANY, size, 1);
		for (int at = 0; at < MANY; at++) {
			assert_true(zero_in_all_open_units(areas[at], size));
			fill_in_all_open_units(areas[at], size);
		}
		free_many(MANY);
		percpu_trim();
	}
}

/* Not even read: that would make the zero page stand in for it. */
static void areas_of_fresh_pages_are_not_touched(void **state)
{
	unsigned int fresh = 0;

	(void)state;
	alloc_many(MANY, 256, 64);
	for (int i = 0; i < MANY; i++) {
		if (chunk_of(areas[i]) == pcpu_first_chunk)
			continue;
		fresh++;
		for (unsigned int unit = 0; unit < pcpu_units_nr_open(); unit++)
			assert_int_equal(
				resident_pages((pcpu_open_windows[unit] + coord_of(areas[i])) &
						       ~4095UL,
					       4096),
				0);
	}
	assert_true(fresh > MANY / 2);
	free_many(MANY);
}

/* --- how many --- */

static struct pcpu_magazine *magazine_of(int size)
{
	struct pcpu_cache *cache;

	pcpu_alloc_lock();
	cache = pcpu_cache_here(size);
	assert_non_null(cache);
	/* it may have been closed (shrink.h) */
	pcpu_magazine_open(cache->magazines[size], size);
	pcpu_alloc_unlock();
	return cache->magazines[size];
}

static void magazine_has_room_for_2_kib_in_some_areas_at_least(void **state)
{
	(void)state;
	for (int size = 1; size <= PCPU_CACHE_MAX_SIZE; size++) {
		int room = magazine_of(size)->room;

		assert_between(room, 8, PCPU_MAGAZINE_ROOM);
		assert_true(room == 8 || room * size <= 2048);
		assert_true(room == PCPU_MAGAZINE_ROOM || (room + 1) * size > 2048);
	}
}

static void no_more_areas_wait_than_there_is_room_for(void **state)
{
	static const int sizes[] = {1, 8, 64, 100, 256};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		int room = magazine_of(sizes[i])->room;

		percpu_trim();
		alloc_many(100, (size_t)sizes[i], 1);
		free_many(100);
		assert_between(cached().nr_areas, room / 2, room);
	}
}

/* Takes all of the first chunk, which may have room in many places, but in none for much. */
static void fill_first_chunk(void)
{
	pcpu_cache_turn(false);
	for (size_t size = 4096; size > 0; size /= 8)
		while (chunk_of(__alloc_percpu(size, 1)) == pcpu_first_chunk)
			;
	pcpu_cache_turn(true);
}

/*
 * How many areas wait after each of the first allocations of a size in a fresh process: as many as
 * fit in a page that has hardly been used.
 */
static void watch_refills(void *arg)
{
	const int size = *(int *)arg, half = magazine_of(size)->room / 2;
	int batch = 1, expected = 0;

	fill_first_chunk();
	for (int taken = 0; expected || (taken + batch) * size < 3000; expected--) {
		if (expected == 0) {
			expected = batch;
			taken += batch;
			batch = batch < half ? 2 * batch : batch;
		}
		__alloc_percpu((size_t)size, 1);
		child_expect(magazine_of(size)->nr == expected - 1);
	}
	child_expect(batch >= half);
}

static void refills_begin_with_one_area_and_double(void **state)
{
	/* of which nothing has been allocated before */
	int sizes[] = {8, 24, 200, 248};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct child_end end = {0};

		for (int tried = 0; tried < TRIES; tried++) {
			end = child_run(watch_refills, &sizes[i]);
			if (child_exited_with(&end, 0))
				break;
		}
		assert_child_was_content(end);
	}
}

static bool drained_the_oldest(int size)
{
	struct pcpu_magazine *magazine = magazine_of(size);
	int room = magazine->room, left, at;
	bool is_so;

	percpu_trim();
	/* one more, which does not wait */
	alloc_many(room + 1, (size_t)size, 1);
	percpu_trim();
	free_many(room + 1);
	left = magazine->nr;
	is_so = left == room - room / 2;
	/* the youngest of those for which there was room, in their order */
	for (at = 0; at < left && is_so; at++)
		is_so = magazine->coords[at] == coord_of(areas[room - left + at]);
	return is_so;
}

static void full_magazine_gives_its_older_half_back(void **state)
{
	/* none lies in two pages, which would not wait */
	static const int sizes[] = {8, 32, 64};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		bool is_so = false;

		for (int tried = 0; tried < TRIES && !is_so; tried++)
			is_so = drained_the_oldest(sizes[i]);
		assert_true(is_so);
	}
}

/* --- several CPUs --- */

#define ON_EACH 300

struct on_cpu {
	unsigned int cpu;
	void __percpu *areas[ON_EACH];
};

static void *alloc_on_cpu(void *arg)
{
	struct on_cpu *on = arg;

	go_to(on->cpu);
	for (int i = 0; i < ON_EACH; i++)
		on->areas[i] = __alloc_percpu(8, 8);
	return NULL;
}

static void *free_on_cpu(void *arg)
{
	struct on_cpu *on = arg;

	go_to(on->cpu);
	for (int i = 0; i < ON_EACH; i++)
		free_percpu(on->areas[i]);
	return NULL;
}

static void run_on_two_cpus(struct on_cpu on[2], void *(*fn)(void *arg))
{
	pthread_t threads[2];

	start_all(threads, 2, fn, on, sizeof(on[0]));
	join_all(threads, 2);
}

static int pages_in_common(const struct on_cpu *a, const struct on_cpu *b)
{
	int common = 0;

	for (int i = 0; i < ON_EACH; i++)
		for (int j = 0; j < ON_EACH; j++)
			common += coord_of(a->areas[i]) / PCPU_BLOCK_SIZE ==
				  coord_of(b->areas[j]) / PCPU_BLOCK_SIZE;
	return common;
}

static void cpus_take_areas_from_pages_of_their_own(void **state)
{
	static struct on_cpu on[2];

	(void)state;
	if (nr_cpus < 2)
		skip();
	on[0].cpu = cpus[0];
	on[1].cpu = cpus[1];
	for (int i = 0; i < 10; i++) {
		run_on_two_cpus(on, alloc_on_cpu);
		assert_int_equal(pages_in_common(&on[0], &on[1]), 0);
		run_on_two_cpus(on, free_on_cpu);
		percpu_trim();
	}
}

/* All of the memory that is there is taken, but one page; there is no more to be had. */
static void share_the_last_page(void *arg)
{
	void __percpu *hole = NULL, __percpu * mine, __percpu * others, __percpu * last;

	(void)arg;
	faults_fail_all(PCPU_FAULT_COMMIT);
	while ((last = __alloc_percpu_gfp(4096, 4096, GFP_KERNEL | __GFP_NOWARN)) != NULL)
		hole = last;
	for (size_t size = 2048; size > 0; size /= 2)
		while (__alloc_percpu_gfp(size, 1, GFP_KERNEL | __GFP_NOWARN))
			;
	percpu_trim();
	while (__alloc_percpu_gfp(1, 1, GFP_KERNEL | __GFP_NOWARN))
		;
	free_percpu(hole);
	mine = __alloc_percpu_gfp(8, 8, GFP_KERNEL | __GFP_NOWARN);
	go_to(cpus[1]);
	others = __alloc_percpu_gfp(8, 8, GFP_KERNEL | __GFP_NOWARN);
	child_expect(mine && others && mine != others);
	child_expect(coord_of(mine) / PCPU_BLOCK_SIZE == coord_of(others) / PCPU_BLOCK_SIZE);
}

static void cpus_share_a_page_if_there_is_no_other(void **state)
{
	struct child_end end;

	(void)state;
	if (nr_cpus < 2)
		skip();
	end = child_run(share_the_last_page, NULL);
	assert_child_was_content(end);
}

static bool served_where_it_was_freed(void)
{
	void __percpu *area, __percpu *again;

	go_to(cpus[0]);
	area = __alloc_percpu(40, 8);
	go_to(cpus[1]);
	/* there must be a magazine */
	free_percpu(__alloc_percpu(40, 8));
	free_percpu(area);
	again = __alloc_percpu(40, 8);
	free_percpu(again);
	return again == area;
}

static void area_waits_on_the_cpu_where_it_was_freed(void **state)
{
	(void)state;
	if (nr_cpus < 2)
		skip();
	assert_true(comes_true(served_where_it_was_freed));
}

/* --- misuse --- */

static void free_it(void *arg)
{
	free_percpu(arg);
}

static void assert_double_free(void __percpu *area)
{
	struct child_end end = child_run(free_it, area);

	assert_child_died_of(end, SIGABRT);
	assert_non_null(strstr(end.output, "double free"));
}

static void double_free_of_what_waits_on_this_cpu_is_found(void **state)
{
	(void)state;
	alloc_many(100, 16, 8);
	free_many(100);
	/* some wait, some are free: each of them is one */
	for (int i = 0; i < 100; i++)
		assert_double_free(areas[i]);
}

static void *free_on_the_other_cpu(void *area)
{
	go_to(cpus[1]);
	free_percpu(__alloc_percpu(16, 8));
	free_percpu(area);
	return NULL;
}

static void double_free_of_what_waits_on_another_cpu_is_found(void **state)
{
	void __percpu *area;
	pthread_t thread;

	(void)state;
	if (nr_cpus < 2)
		skip();
	area = __alloc_percpu(16, 8);
	assert_int_equal(pthread_create(&thread, NULL, free_on_the_other_cpu, area), 0);
	pthread_join(thread, NULL);
	assert_double_free(area);
}

static void pointers_inside_of_cached_areas_are_found(void **state)
{
	char __percpu *live = __alloc_percpu(16, 8);
	struct child_end end = child_run(free_it, live + 8);

	(void)state;
	assert_child_died_of(end, SIGABRT);
	assert_non_null(strstr(end.output, "inside"));
	free_percpu(live);
}

/* --- trim --- */

static void trim_empties_the_caches_of_all_cpus(void **state)
{
	static struct on_cpu on[2];

	(void)state;
	on[0].cpu = cpus[0];
	on[1].cpu = cpus[nr_cpus - 1];
	run_on_two_cpus(on, alloc_on_cpu);
	run_on_two_cpus(on, free_on_cpu);
	assert_true(cached().nr_areas > 0);
	percpu_trim();
	assert_true(everything_is_free());
}

/* --- areas and pages --- */

static bool lies_in_two_pages(const void __percpu *area, size_t size)
{
	return coord_of(area) % 4096 + size > 4096;
}

static void areas_that_lie_in_two_pages_are_like_others(void **state)
{
	static const size_t sizes[] = {24, 40, 56, 96, 200};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		int across = 0;

		for (int round = 0; round < 3; round++) {
			alloc_many(MANY, sizes[i], 8);
			for (int at = 0; at < MANY; at++) {
				across += lies_in_two_pages(areas[at], sizes[i]);
				assert_int_equal(live_size(coord_of(areas[at])), sizes[i]);
				assert_true(zero_in_all_open_units(areas[at], sizes[i]));
				fill_in_all_open_units(areas[at], sizes[i]);
			}
			free_many(MANY);
			assert_null(locked(pcpu_chunks_check()));
		}
		assert_true(across > 0);
	}
}

static bool end_of_page_waited(void)
{
	uint64_t before = cached().nr_free;
	int at = MANY;
	bool waited;

	alloc_many(MANY, 256, 64);
	while (at-- > 0 && (coord_of(areas[at]) + 256) % 4096 != 0)
		;
	assert_true(at >= 0);
	before = cached().nr_free;
	free_percpu(areas[at]);
	waited = cached().nr_free == before + 1;
	areas[at] = NULL;
	free_many(MANY);
	return waited;
}

/* Its end is told by the start of the area in the next page. */
static void area_at_the_end_of_a_page_goes_to_a_cache_too(void **state)
{
	(void)state;
	assert_true(comes_true(end_of_page_waited));
}

/*
 * Who frees an area reads its size from the map without its lock. Here an allocation takes the
 * first bytes of the free area behind one of 6 bytes, 2 of them to align itself; whoever looks, at
 * any moment, sees 6 bytes or 8, not the whole that lies before the next start.
 */
static struct pcpu_block *watched;
static int watched_off, seen_furthest;

static void look_at_the_end(int signo)
{
	int end = pcpu_codes_next_start(pcpu_block_codes(watched), watched_off + 1);

	(void)signo;
	if (end > seen_furthest)
		seen_furthest = end;
}

static void area_never_looks_larger_while_its_neighbour_is_allocated(void **state)
{
	struct pcpu_chunk *chunk;
	struct pcpu_map_growth growth = {0};
	int six, gap, off;

	(void)state;
	if (thread_sanitized)
		skip();
	pcpu_alloc_lock();
	chunk = pcpu_chunk_create();
	assert_non_null(chunk);
	growth.block = chunk->map.blocks;
	assert_int_equal(pcpu_chunk_grow(&growth, NULL), 0);
	six = pcpu_area_map_alloc(&chunk->map, 6, 1, false, &growth);
	gap = pcpu_area_map_alloc(&chunk->map, 10, 1, false, &growth);
	assert_int_equal(pcpu_area_map_alloc(&chunk->map, 16, 16, false, &growth), 16);
	assert_int_equal(pcpu_area_map_free(&chunk->map, gap), 10);
	watched = growth.block;
	watched = chunk->map.blocks;
	watched_off = six;
	seen_furthest = 0;
	traps_begin(look_at_the_end);
	off = pcpu_area_map_alloc(&chunk->map, 8, 8, false, &growth);
	traps_end();
	pcpu_chunk_relocate(chunk, -1);
	pcpu_chunk_destroy(chunk);
	pcpu_alloc_unlock();
	assert_int_equal(off, 8);
	assert_int_equal(seen_furthest, 8);
}

/* --- calls that must not block, and make no system call --- */

/* From here on every system call but the last is the process's end. */
static void forbid_system_calls(void)
{
	child_expect(refuse_all_but(SYS_exit_group));
}

#define CACHED_TURNS 1000

static void nowait_from_a_cache(void *arg)
{
	uint64_t before, taken;

	(void)arg;
	alloc_many(100, 8, 8);
	fill_in_all_open_units(areas[99], 8);
	free_many(100);
	before = cached().nr_alloc;
	for (int i = 0; i < CACHED_TURNS; i++)
		free_percpu(__alloc_percpu_gfp(8, 8, GFP_NOWAIT));
	taken = cached().nr_alloc - before;
	/* an interrupt may send a few of them the other way */
	child_expect(taken > CACHED_TURNS / 2);
	forbid_system_calls();
	for (int i = 0; i < CACHED_TURNS; i++) {
		void __percpu *area = __alloc_percpu_gfp(8, 8, GFP_NOWAIT | __GFP_NOWARN);

		if (!area || !zero_in_all_open_units(area, 8))
			_exit(3);
		fill_in_all_open_units(area, 8);
		free_percpu(area);
	}
}

static void nowait_outside_of_caches(void *arg)
{
	(void)arg;
	/* there is room for it, and a stock of codes */
	free_percpu(__alloc_percpu(3000, 8));
	forbid_system_calls();
	for (int i = 0; i < 20; i++)
		if (!__alloc_percpu_gfp(300, 64, GFP_NOWAIT | __GFP_NOWARN))
			_exit(3);
	/* also to the point where there is nothing left */
	while (__alloc_percpu_gfp(3000, 1, GFP_NOWAIT | __GFP_NOWARN))
		;
	while (__alloc_percpu_gfp(1, 1, GFP_NOWAIT | __GFP_NOWARN))
		;
}

static void *lock_and_stay(void *arg)
{
	pcpu_alloc_lock();
	pthread_barrier_wait(arg);
	pause();
	return NULL;
}

static void nowait_while_somebody_is_inside(void *arg)
{
	pthread_barrier_t locked;
	pthread_t thread;

	(void)arg;
	pthread_barrier_init(&locked, NULL, 2);
	child_expect(pthread_create(&thread, NULL, lock_and_stay, &locked) == 0);
	pthread_barrier_wait(&locked);
	forbid_system_calls();
	if (__alloc_percpu_gfp(3000, 8, GFP_NOWAIT | __GFP_NOWARN))
		_exit(3);
}

static void call_the_system(void *arg)
{
	(void)arg;
	forbid_system_calls();
	getppid();
}

static void nowait_makes_no_system_call(void **state)
{
	static void (*const bodies[])(void *) = {nowait_from_a_cache, nowait_outside_of_caches,
						 nowait_while_somebody_is_inside};
	struct child_end end;

	(void)state;
	if (address_sanitized || thread_sanitized)
		skip();
	end = child_run(call_the_system, NULL);
	/* the test would find one */
	assert_child_died_of(end, SIGSYS);
	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		end = child_run(bodies[i], NULL);
		assert_child_was_content(end);
	}
}

#define cache_test(f) cmocka_unit_test_teardown(f, trim)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cache_test(caches_serve_sizes_up_to_256_and_alignments_that_divide_them),
		cache_test(refills_begin_with_one_area_and_double),
		cache_test(areas_of_fresh_pages_are_not_touched),
		cache_test(areas_of_every_size_are_aligned_as_its_largest_divisor),
		cache_test(greater_alignment_is_kept_past_the_caches),
		cache_test(areas_that_are_too_large_never_wait_in_a_cache),
		cache_test(last_area_in_is_the_first_out),
		cache_test(area_serves_its_own_size_only),
		cache_test(area_that_waits_is_held_in_its_map),
		cache_test(reused_areas_are_zero_in_every_open_unit),
		cache_test(memory_that_changes_its_size_is_zero),
		cache_test(magazine_has_room_for_2_kib_in_some_areas_at_least),
		cache_test(no_more_areas_wait_than_there_is_room_for),
		cache_test(full_magazine_gives_its_older_half_back),
		cache_test(cpus_take_areas_from_pages_of_their_own),
		cache_test(cpus_share_a_page_if_there_is_no_other),
		cache_test(area_waits_on_the_cpu_where_it_was_freed),
		cache_test(double_free_of_what_waits_on_this_cpu_is_found),
		cache_test(double_free_of_what_waits_on_another_cpu_is_found),
		cache_test(pointers_inside_of_cached_areas_are_found),
		cache_test(trim_empties_the_caches_of_all_cpus),
		cache_test(areas_that_lie_in_two_pages_are_like_others),
		cache_test(area_at_the_end_of_a_page_goes_to_a_cache_too),
		cache_test(area_never_looks_larger_while_its_neighbour_is_allocated),
		cache_test(nowait_makes_no_system_call),
	};

	return cmocka_run_group_tests_name("cache", tests, prepare, NULL);
}
