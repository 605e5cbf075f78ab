/* SPDX-License-Identifier: MIT */
/*
 * test_alloc.c - alloc_percpu() and free_percpu(): what comes out, from where, what does not, and
 * what happens to those who free what is not theirs.
 *
 * The caches of the CPUs are off where a test is about who gets what from which chunk: they take
 * several areas at once. What holds with them too is tested both ways; they themselves are tested
 * in test_cache.c.
 *
 * An allocation that fails with a warning happens in a child: there are ten such warnings in the
 * life of a process.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/faults.h"
#include "support/locked.h"
#include "support/records.h"
#include "support/refused_free.h"
#include "support/residency.h"
#include "support/sanitized.h"

#include "alloc/alloc.h"
#include "alloc/cache.h"
#include "alloc/chunk/chunk.h"
#include "alloc/chunk/chunk_check.h"
#include "alloc/chunk/chunk_codes.h"
#include "ground/conf.h"
#include "memory/coord.h"
#include "ground/layout.h"
#include "ground/mem.h"
#include "ground/pointer.h"
#include "memory/open_units.h"
#include "memory/populated.h"
#include "memory/pages/vm.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>

static DEFINE_PER_CPU(long, some_variable) = 3;

#define LARGEST ((size_t)PCPU_MIN_UNIT_SIZE)

/* --- the state of the allocator --- */

static int free_at_start;
static unsigned int claims_at_start;

/* Bytes that the first chunk can give out. */
static int first_free(void)
{
	return pcpu_area_map_free_size(&pcpu_first_chunk->map);
}

/* The chunk that @ptr is of. */
static struct pcpu_chunk *chunk_of(const volatile void __percpu *ptr)
{
	struct pcpu_chunk *chunk;

	pcpu_alloc_lock();
	chunk = pcpu_chunk_find((uint32_t)(uintptr_t)ptr);
	pcpu_alloc_unlock();
	return chunk;
}

static int open_this_unit(void **state)
{
	(void)state;
	this_cpu_inc(some_variable);
	pcpu_cache_turn(false);
	/* what an alignment costs for ever is spent now: a sliver for the static area */
	free_percpu(__alloc_percpu(PCPU_PAGE_SIZE, PCPU_PAGE_SIZE));
	free_at_start = first_free();
	claims_at_start = locked(pcpu_coord_nr_claims());
	return 0;
}

static int switch_caches_on(void **state)
{
	(void)state;
	pcpu_cache_turn(true);
	return 0;
}

/* Every test gives everything back; what waits in caches, and the last free chunk, may stay. */
static int nothing_is_left(void **state)
{
	(void)state;
	percpu_trim();
	return !locked(pcpu_chunks_check()) && first_free() == free_at_start &&
			       locked(pcpu_coord_nr_claims()) == claims_at_start
		       ? 0
		       : -1;
}

/* --- hand-made states --- */

#define TAKEN_MAX 4096
static struct {
	struct pcpu_chunk *chunk;
	int off;
} taken[TAKEN_MAX];
static unsigned int nr_taken;

/* Takes @size bytes of the map of @chunk, which stays on its list. */
static int alloc_in(struct pcpu_chunk *chunk, int size)
{
	struct pcpu_map_growth growth;
	int off;

	while ((off = pcpu_area_map_alloc(&chunk->map, size, 1, false, &growth)) ==
	       PCPU_MAP_MUST_GROW)
		assert_int_equal(locked(pcpu_chunk_grow(&growth, NULL)), 0);
	return off;
}

/* Takes @size bytes of @chunk behind the allocator's back. */
static void take(struct pcpu_chunk *chunk, int size)
{
	int slot = pcpu_chunk_slot(chunk);

	taken[nr_taken].chunk = chunk;
	taken[nr_taken].off = alloc_in(chunk, size);
	do_locked(pcpu_chunk_relocate(chunk, slot));
	if (taken[nr_taken].off >= 0)
		nr_taken++;
}

static void fill_first_chunk(void)
{
	while (first_free() > 0)
		take(pcpu_first_chunk, pcpu_area_map_contig_hint(&pcpu_first_chunk->map));
}

/* A chunk with @left bytes free, at its end. */
static struct pcpu_chunk *chunk_with_free(int left)
{
	struct pcpu_chunk *chunk = locked(pcpu_chunk_create());

	assert_non_null(chunk);
	do_locked(pcpu_chunk_relocate(chunk, -1));
	take(chunk, pcpu_unit_size - left);
	return chunk;
}

/*
 * What calls that must not block live from: where there is as much, the allocator makes no chunk
 * for them.
 */
#define STOCK (2 * (int)PCPU_PAGE_SIZE)

/* Large areas find no room then, but in chunks that they make. */
static void leave_only_the_stock(void)
{
	fill_first_chunk();
	chunk_with_free(STOCK);
}

static void give_back_taken(void)
{
	while (nr_taken) {
		struct pcpu_chunk *chunk = taken[--nr_taken].chunk;
		int slot = pcpu_chunk_slot(chunk);

		pcpu_area_map_free(&chunk->map, taken[nr_taken].off);
		do_locked(pcpu_chunk_relocate(chunk, slot));
		if (pcpu_area_map_free_size(&chunk->map) == pcpu_unit_size)
			do_locked(pcpu_chunk_destroy(chunk));
	}
}

/* --- what an allocation is --- */

static void area_is_writable_in_every_copy_and_private_to_it(void **state)
{
	unsigned long __percpu *area = alloc_percpu(unsigned long);
	unsigned int cpu;

	(void)state;
	assert_non_null(area);
	for_each_possible_cpu(cpu)
		*per_cpu_ptr(area, cpu) = cpu + 1;
	for_each_possible_cpu(cpu)
		assert_int_equal(*per_cpu_ptr(area, cpu), cpu + 1);
	free_percpu(area);
}

static void areas_do_not_overlap(void **state)
{
	enum { NR = 500 };
	static char __percpu *areas[NR];
	static const size_t sizes[] = {1, 3, 8, 24, 100, 1000};
	unsigned int cpu = raw_smp_processor_id();

	(void)state;
	for (unsigned int i = 0; i < NR; i++) {
		areas[i] = __alloc_percpu(sizes[i % ARRAY_SIZE(sizes)], 1);
		assert_non_null(areas[i]);
		memset(per_cpu_ptr(areas[i], cpu), (int)i, sizes[i % ARRAY_SIZE(sizes)]);
	}
	for (unsigned int i = 0; i < NR; i++)
		for (size_t at = 0; at < sizes[i % ARRAY_SIZE(sizes)]; at++)
			assert_int_equal(per_cpu_ptr(areas[i], cpu)[at], (char)i);
	for (unsigned int i = 0; i < NR; i++)
		free_percpu(areas[i]);
}

static bool all_zero(const char *bytes, size_t size)
{
	return bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

static void area_is_zero_in_every_copy_after_reuse_of_dirty_memory(void **state)
{
	static const size_t sizes[] = {1, 7, 64, 4095, 4096, 10000, 32768};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char __percpu *dirty = __alloc_percpu(sizes[i], 1), __percpu * area;
		unsigned int cpu;

		for_each_possible_cpu(cpu)
			memset(per_cpu_ptr(dirty, cpu), 0xff, sizes[i]);
		free_percpu(dirty);
		area = __alloc_percpu(sizes[i], 1);
		/* the first that fits is the same again */
		assert_ptr_equal(area, dirty);
		for_each_possible_cpu(cpu)
			if (!all_zero(per_cpu_ptr(area, cpu), sizes[i]))
				fail_msg("size %zu is not zero on CPU %u", sizes[i], cpu);
		free_percpu(area);
	}
}

static void area_is_aligned_as_asked_in_every_copy(void **state)
{
	(void)state;
	for (size_t align = 1; align <= PCPU_PAGE_SIZE; align *= 2) {
		char __percpu *areas[20];
		unsigned int cpu;

		for (size_t i = 0; i < ARRAY_SIZE(areas); i++) {
			areas[i] = __alloc_percpu(1 + i % 5, align);
			assert_non_null(areas[i]);
			assert_int_equal((uintptr_t)areas[i] % align, 0);
			for_each_possible_cpu(cpu)
				assert_int_equal((uintptr_t)per_cpu_ptr(areas[i], cpu) % align, 0);
		}
		for (size_t i = 0; i < ARRAY_SIZE(areas); i++)
			free_percpu(areas[i]);
	}
}

static void every_size_up_to_32_kib_can_be_had_whole(void **state)
{
	unsigned int cpu = raw_smp_processor_id();

	(void)state;
	for (size_t size = 1; size <= LARGEST; size += size < 300 ? 1 : 97) {
		char __percpu *area = __alloc_percpu(size, 8);

		assert_non_null(area);
		memset(per_cpu_ptr(area, cpu), 1, size);
		free_percpu(area);
	}
}

static void typed_form_has_the_size_and_alignment_of_the_type(void **state)
{
	struct wide {
		char bytes[100];
	} __attribute__((__aligned__(256)));
	struct wide __percpu *a = alloc_percpu(struct wide),
			     __percpu *b = alloc_percpu(struct wide);

	(void)state;
	assert_int_equal((uintptr_t)a % 256, 0);
	assert_int_equal((uintptr_t)b - (uintptr_t)a, sizeof(struct wide));
	free_percpu(a);
	free_percpu(b);
}

static void unit_that_opens_after_the_allocation_has_the_area_zero(void **state)
{
	unsigned int cpu = nr_cpu_ids - 1;
	char __percpu *area;

	(void)state;
	/* this test comes before those that use every CPU */
	if (percpu_unit_is_open(cpu))
		skip();
	area = __alloc_percpu(5000, 8);
	assert_true(all_zero(per_cpu_ptr(area, cpu), 5000));
	per_cpu_ptr(area, cpu)[4999] = 1;
	free_percpu(area);
}

static void freed_area_can_be_had_again(void **state)
{
	void __percpu *area = __alloc_percpu(64, 8);

	(void)state;
	assert_int_equal(first_free(), free_at_start - 64);
	free_percpu(area);
	assert_int_equal(first_free(), free_at_start);
}

static void free_of_null_does_nothing(void **state)
{
	(void)state;
	free_percpu(NULL);
	assert_int_equal(first_free(), free_at_start);
}

/* --- bad arguments --- */

static void expect_refusal(size_t size, size_t align)
{
	char size_text[32], align_text[32];

	snprintf(size_text, sizeof(size_text), "(%zu)", size);
	snprintf(align_text, sizeof(align_text), "(%zu)", align);
	records_keep(PERCPU_LOG_DEBUG);
	assert_null(__alloc_percpu(size, align));
	records_release();
	assert_int_equal(nr_records, 1);
	assert_int_equal(records[0].level, PERCPU_LOG_WARNING);
	assert_true(record_says(0, size_text));
	assert_true(record_says(0, align_text));
}

static void size_0_is_refused_with_a_warning(void **state)
{
	(void)state;
	expect_refusal(0, 8);
}

static void size_above_32768_is_refused_with_a_warning(void **state)
{
	(void)state;
	expect_refusal(LARGEST + 1, 8);
	expect_refusal((size_t)1 << 32, 8);
	expect_refusal(SIZE_MAX, 8);
}

static void alignment_above_a_page_is_refused_with_a_warning(void **state)
{
	(void)state;
	expect_refusal(8, 8192);
	expect_refusal(8, (size_t)1 << 32);
}

static void alignment_0_is_refused_with_a_warning(void **state)
{
	(void)state;
	expect_refusal(8, 0);
}

static void alignment_that_is_no_power_of_two_is_refused_with_a_warning(void **state)
{
	(void)state;
	for (size_t align = 3; align < PCPU_PAGE_SIZE; align++)
		if (align & (align - 1))
			expect_refusal(8, align);
}

static void largest_size_and_alignment_are_allowed(void **state)
{
	void __percpu *area = __alloc_percpu(LARGEST, PCPU_PAGE_SIZE);

	(void)state;
	assert_non_null(area);
	free_percpu(area);
}

static void bad_argument_with_nowarn_is_silent(void **state)
{
	(void)state;
	records_keep(PERCPU_LOG_DEBUG);
	assert_null(__alloc_percpu_gfp(0, 8, GFP_KERNEL | __GFP_NOWARN));
	assert_null(__alloc_percpu_gfp(8, 3, __GFP_NOWARN));
	records_release();
	assert_int_equal(nr_records, 0);
}

/* --- failures, and what is said of them --- */

/* From here on no chunk can be made, and there is no space left. */
static void exhaust(void)
{
	fill_first_chunk();
	faults_fail_all(PCPU_FAULT_COMMIT);
	records_keep(PERCPU_LOG_DEBUG);
}

static void ten_failures_are_reported_and_then_none(void *arg)
{
	(void)arg;
	exhaust();
	for (int i = 1; i <= 12; i++) {
		child_expect(__alloc_percpu(100, 64) == NULL);
		child_expect(records_of_level(PERCPU_LOG_WARNING) ==
			     (unsigned int)(i < 10 ? i : 10));
		child_expect(records_of_level(PERCPU_LOG_INFO) == (i >= 10));
	}
	child_expect(nr_records == 11);
	for (unsigned int i = 0; i < 10; i++)
		child_expect(record_says(i, "size=100") && record_says(i, "align=64"));
	child_expect(records[10].level == PERCPU_LOG_INFO);
}

static void bad_arguments_do_not_count_among_the_ten(void *arg)
{
	(void)arg;
	exhaust();
	for (int i = 0; i < 20; i++)
		__alloc_percpu(0, 1);
	nr_records = 0;
	for (int i = 0; i < 10; i++)
		__alloc_percpu(8, 8);
	child_expect(records_of_level(PERCPU_LOG_WARNING) == 10);
}

static void failure_with_nowarn_is_silent_and_does_not_count(void *arg)
{
	(void)arg;
	exhaust();
	for (int i = 0; i < 20; i++)
		child_expect(__alloc_percpu_gfp(8, 8, GFP_KERNEL | __GFP_NOWARN) == NULL);
	child_expect(nr_records == 0);
	child_expect(__alloc_percpu(8, 8) == NULL);
	child_expect(nr_records == 1);
}

static void allocation_works_again_when_there_is_memory_again(void *arg)
{
	(void)arg;
	exhaust();
	child_expect(__alloc_percpu(8, 8) == NULL);
	child_expect(locked(pcpu_coord_nr_claims()) == claims_at_start);
	faults_end();
	child_expect(__alloc_percpu(8, 8) != NULL);
	child_expect(locked(pcpu_coord_nr_claims()) == claims_at_start + 1);
}

/* --- calls that must not block --- */

static void nowait_takes_what_is_there(void **state)
{
	void __percpu *area = __alloc_percpu_gfp(64, 8, GFP_NOWAIT);

	(void)state;
	assert_non_null(area);
	assert_ptr_equal(chunk_of(area), pcpu_first_chunk);
	free_percpu(area);
}

static void nowait_never_makes_a_chunk(void *arg)
{
	(void)arg;
	fill_first_chunk();
	records_keep(PERCPU_LOG_DEBUG);
	child_expect(__alloc_percpu_gfp(64, 8, GFP_NOWAIT) == NULL);
	child_expect(locked(pcpu_coord_nr_claims()) == claims_at_start);
	child_expect(nr_records == 1 && record_says(0, "block"));
	child_expect(__alloc_percpu_gfp(64, 8, GFP_KERNEL) != NULL);
}

/* Counts what is asked of the system and of the metadata memory, and refuses it. */
static unsigned int nr_asked;

static bool count_and_refuse(enum pcpu_fault_site site)
{
	(void)site;
	nr_asked++;
	return true;
}

/* Areas of 1 byte: each page needs the finest codes there are. */
static unsigned int nowait_until_it_fails(void)
{
	unsigned int nr = 0;

	pcpu_fault_hook = count_and_refuse;
	while (__alloc_percpu_gfp(1, 1, GFP_NOWAIT | __GFP_NOWARN))
		nr++;
	pcpu_fault_hook = NULL;
	return nr;
}

static void nowait_never_asks_for_memory_and_lives_from_a_stock(void *arg)
{
	unsigned int nr;

	(void)arg;
	leave_only_the_stock();
	free_percpu(__alloc_percpu(1, 1));
	nr_asked = 0;
	nr = nowait_until_it_fails();
	/* there are words for as many blocks as the chunk that was added has, and for no more */
	child_expect(nr >= PCPU_PAGE_SIZE &&
		     nr <= (unsigned int)pcpu_unit_size + 4 * PCPU_PAGE_SIZE);
	child_expect(nr_asked == 0);
	child_expect(!locked(pcpu_chunks_check()));
	/* who may block puts the stock right */
	child_expect(__alloc_percpu(STOCK, 1) != NULL);
	nr_asked = 0;
	child_expect(nowait_until_it_fails() >= PCPU_PAGE_SIZE);
	child_expect(nr_asked == 0);
	child_expect(!locked(pcpu_chunks_check()));
}

static void nowait_does_not_wait_for_the_lock(void *arg)
{
	(void)arg;
	records_keep(PERCPU_LOG_DEBUG);
	pcpu_alloc_lock();
	child_expect(__alloc_percpu_gfp(64, 8, GFP_NOWAIT) == NULL);
	pcpu_alloc_unlock();
	child_expect(nr_records == 1 && record_says(0, "busy"));
	child_expect(__alloc_percpu_gfp(64, 8, GFP_NOWAIT) != NULL);
}

/* --- the reserved area --- */

static void reserved_allocation_comes_from_the_reserved_chunk(void **state)
{
	void __percpu *area = __alloc_reserved_percpu(64, 8);

	(void)state;
	assert_ptr_equal(chunk_of(area), pcpu_reserved_chunk);
	assert_int_equal(first_free(), free_at_start);
	free_percpu(area);
	assert_int_equal(pcpu_area_map_free_size(&pcpu_reserved_chunk->map), PERCPU_MODULE_RESERVE);
}

static void ordinary_allocation_never_comes_from_the_reserved_chunk(void **state)
{
	static void __percpu *areas[3000];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(areas); i++) {
		areas[i] = __alloc_percpu(8, 8);
		assert_ptr_not_equal(chunk_of(areas[i]), pcpu_reserved_chunk);
	}
	assert_int_equal(pcpu_area_map_free_size(&pcpu_reserved_chunk->map), PERCPU_MODULE_RESERVE);
	for (size_t i = 0; i < ARRAY_SIZE(areas); i++)
		free_percpu(areas[i]);
}

static void reserved_area_has_8_kib_and_is_zero_when_reused(void **state)
{
	char __percpu *area;
	unsigned int cpu = raw_smp_processor_id();

	(void)state;
	for (int i = 0; i < 2; i++) {
		area = __alloc_reserved_percpu(8192, 1);
		assert_non_null(area);
		assert_true(all_zero(per_cpu_ptr(area, cpu), 8192));
		memset(per_cpu_ptr(area, cpu), 0xff, 8192);
		free_percpu(area);
	}
}

static void exhausted_reserved_area_fails_and_is_named(void *arg)
{
	void __percpu *area = __alloc_reserved_percpu(8000, 1);

	(void)arg;
	records_keep(PERCPU_LOG_DEBUG);
	child_expect(__alloc_reserved_percpu(200, 1) == NULL);
	child_expect(nr_records == 1 && record_says(0, "reserved") && record_says(0, "size=200"));
	child_expect(locked(pcpu_coord_nr_claims()) == claims_at_start);
	child_expect(__alloc_percpu(200, 1) != NULL);
	free_percpu(area);
	child_expect(__alloc_reserved_percpu(200, 1) != NULL);
}

/* --- which chunk --- */

static struct pcpu_chunk *chunk_a, *chunk_b;

static void make_a_and_b(void)
{
	fill_first_chunk();
	chunk_b = chunk_with_free(5000);
	chunk_a = chunk_with_free(100);
}

/* An allocation of @size bytes comes from *@expected, or, if that is NULL, from neither. */
struct choice {
	size_t size;
	struct pcpu_chunk *const *expected;
};

static void chunk_is_the_expected_one(void **state)
{
	const struct choice *choice = *state;
	struct pcpu_chunk *chunk;
	void __percpu *area;

	make_a_and_b();
	area = __alloc_percpu(choice->size, 8);
	assert_non_null(area);
	chunk = chunk_of(area);
	if (choice->expected) {
		assert_ptr_equal(chunk, *choice->expected);
	} else {
		assert_ptr_not_equal(chunk, chunk_a);
		assert_ptr_not_equal(chunk, chunk_b);
	}
	free_percpu(area);
	give_back_taken();
}

/*
 * Leaves the last free area of @chunk, @left bytes, behind some that are taken; but the hint, an
 * upper bound, is that of two areas of @size which have been free and are taken again.
 */
static void make_hint_loose(struct pcpu_chunk *chunk, int size, int left)
{
	int slot, free_size = pcpu_area_map_free_size(&chunk->map);
	int at = pcpu_unit_size - free_size;

	take(chunk, size);
	take(chunk, 8);
	take(chunk, size);
	take(chunk, free_size - 2 * size - 8 - left);
	slot = pcpu_chunk_slot(chunk);
	assert_int_equal(pcpu_area_map_free(&chunk->map, at), size);
	assert_int_equal(pcpu_area_map_free(&chunk->map, at + size + 8), size);
	assert_int_equal(alloc_in(chunk, size), at);
	assert_int_equal(alloc_in(chunk, size), at + size + 8);
	do_locked(pcpu_chunk_relocate(chunk, slot));
	assert_int_equal(pcpu_area_map_free_size(&chunk->map), left);
	assert_int_equal(pcpu_area_map_contig_hint(&chunk->map), size);
}

/* A look at the chunk would be a search in vain, which makes its hint exact. */
static void slots_that_are_too_full_are_not_looked_at(void **state)
{
	struct pcpu_chunk *full, *fits;
	void __percpu *area;

	(void)state;
	fill_first_chunk();
	full = chunk_with_free(1000);
	make_hint_loose(full, 300, 100);
	fits = chunk_with_free(5000);
	area = __alloc_percpu(200, 8);
	assert_ptr_equal(chunk_of(area), fits);
	assert_int_equal(pcpu_area_map_contig_hint(&full->map), 300);
	free_percpu(area);
	give_back_taken();
}

static void chunk_is_made_when_the_first_is_full(void **state)
{
	void __percpu *area;

	(void)state;
	fill_first_chunk();
	area = __alloc_percpu(8, 8);
	assert_int_equal(locked(pcpu_coord_nr_claims()), claims_at_start + 1);
	assert_ptr_not_equal(chunk_of(area), pcpu_first_chunk);
	give_back_taken();
	free_percpu(area);
}

static void first_chunk_is_used_before_a_wholly_free_one(void **state)
{
	void __percpu *a, *b;

	(void)state;
	fill_first_chunk();
	a = __alloc_percpu(8, 8);
	give_back_taken();
	free_percpu(a);
	assert_int_equal(locked(pcpu_coord_nr_claims()), claims_at_start + 1);
	b = __alloc_percpu(8, 8);
	assert_ptr_equal(chunk_of(b), pcpu_first_chunk);
	free_percpu(b);
}

/*
 * A search in vain makes a hint exact; the chunk then leaves its list while that is being walked.
 * What is free of the one here is holes of 3 bytes, of which nothing can be made, but its hint says
 * 64.
 */
static void chunks_behind_one_that_a_search_moves_are_still_tried(void **state)
{
	struct pcpu_chunk *moves, *fits;
	void __percpu *area;
	int at, slot;

	(void)state;
	fill_first_chunk();
	moves = chunk_with_free(400);
	at = pcpu_unit_size - 400;
	for (int i = 0; i < 30; i++)
		take(moves, 3);
	make_hint_loose(moves, 64, 4);
	slot = pcpu_chunk_slot(moves);
	for (int i = 1; i < 30; i += 2)
		assert_int_equal(pcpu_area_map_free(&moves->map, at + 3 * i), 3);
	assert_int_equal(alloc_in(moves, 4), pcpu_unit_size - 4);
	do_locked(pcpu_chunk_relocate(moves, slot));
	fits = chunk_with_free(60);
	slot = pcpu_chunk_slot(fits);
	assert_ptr_equal(locked(pcpu_slot_first(slot)), moves);
	assert_ptr_equal(locked(pcpu_slot_next(moves)), fits);
	area = __alloc_percpu(40, 8);
	assert_int_equal(pcpu_chunk_slot(moves), 0);
	assert_ptr_equal(chunk_of(area), fits);
	free_percpu(area);
	slot = pcpu_chunk_slot(moves);
	assert_int_equal(pcpu_area_map_free(&moves->map, pcpu_unit_size - 4), 4);
	do_locked(pcpu_chunk_relocate(moves, slot));
	give_back_taken();
}

/* --- reclaim --- */

/* Allocates until a chunk has none left; all of it of one new chunk. Returns how many. */
static unsigned int fill_new_chunk(void __percpu **areas, unsigned int max)
{
	unsigned int nr = 0;
	struct pcpu_chunk *chunk;

	areas[nr++] = __alloc_percpu(LARGEST, 1);
	chunk = chunk_of(areas[0]);
	while (nr < max && pcpu_area_map_contig_hint(&chunk->map) >= (int)LARGEST) {
		areas[nr] = __alloc_percpu(LARGEST, 1);
		assert_ptr_equal(chunk_of(areas[nr]), chunk);
		nr++;
	}
	/* and the rest, so that the next chunk's allocations do not come here */
	if (pcpu_area_map_free_size(&chunk->map) > 0)
		areas[nr++] = __alloc_percpu((size_t)pcpu_area_map_contig_hint(&chunk->map), 1);
	return nr;
}

static void free_all(void __percpu **areas, unsigned int nr)
{
	while (nr)
		free_percpu(areas[--nr]);
}

static void second_wholly_free_chunk_drives_the_first_out(void **state)
{
	void __percpu *of_x[100], *of_y[100];
	unsigned int nr_x, nr_y, claims, parked, cpu = raw_smp_processor_id();
	uint64_t size = (uint64_t)pcpu_unit_size;
	uint32_t x, y;

	(void)state;
	leave_only_the_stock();
	claims = locked(pcpu_coord_nr_claims());
	nr_x = fill_new_chunk(of_x, 90);
	nr_y = fill_new_chunk(of_y, 90);
	x = chunk_of(of_x[0])->base;
	y = chunk_of(of_y[0])->base;
	assert_int_not_equal(x, y);
	assert_int_equal(locked(pcpu_coord_nr_claims()), claims + 2);
	memset((void *)(per_cpu_offset(cpu) + x), 1, size);
	memset((void *)(per_cpu_offset(cpu) + y), 1, size);
	free_all(of_x, nr_x);
	assert_int_equal(locked(pcpu_coord_nr_claims()), claims + 2);
	assert_int_equal(resident_pages(per_cpu_offset(cpu) + x, size), pcpu_unit_pages);
	free_all(of_y, nr_y);
	/* its span has gone, or is parked between two that stay */
	parked = locked(pcpu_units_nr_parked());
	assert_int_equal(locked(pcpu_coord_nr_claims()), claims + 1 + parked);
	assert_null(locked(pcpu_chunk_find(x)));
	assert_non_null(locked(pcpu_chunk_find(y)));
	assert_int_equal(resident_pages(per_cpu_offset(cpu) + x, size), 0);
	assert_int_equal(writable_bytes(per_cpu_offset(cpu) + x, size), parked * size);
	give_back_taken();
}

static void chunk_that_comes_and_goes_is_made_once(void **state)
{
	uint32_t base = 0;

	(void)state;
	fill_first_chunk();
	for (int i = 0; i < 10; i++) {
		void __percpu *area = __alloc_percpu(8, 8);

		if (i == 0)
			base = chunk_of(area)->base;
		assert_int_equal(chunk_of(area)->base, base);
		assert_int_equal(locked(pcpu_coord_nr_claims()), claims_at_start + 1);
		free_percpu(area);
	}
	give_back_taken();
}

static void coordinates_of_a_chunk_that_came_back_are_zero(void **state)
{
	unsigned int cpu = raw_smp_processor_id();
	void __percpu *of_x[100], *of_y[100];
	char __percpu *again;
	unsigned int nr_x, nr_y;

	(void)state;
	leave_only_the_stock();
	nr_x = fill_new_chunk(of_x, 90);
	nr_y = fill_new_chunk(of_y, 90);
	memset(per_cpu_ptr(of_x[0], cpu), 0xff, LARGEST);
	memset(per_cpu_ptr(of_y[0], cpu), 0xff, LARGEST);
	free_all(of_x, nr_x);
	free_all(of_y, nr_y);
	nr_x = fill_new_chunk(of_x, 90);
	again = of_x[0];
	assert_true(all_zero(per_cpu_ptr(again, cpu), LARGEST));
	nr_y = fill_new_chunk(of_y, 90);
	again = of_y[0];
	assert_true(all_zero(per_cpu_ptr(again, cpu), LARGEST));
	free_all(of_x, nr_x);
	free_all(of_y, nr_y);
	give_back_taken();
}

/* --- what is no address --- */

static void *volatile nothing;

static void read_null(void *arg)
{
	(void)arg;
	(void)*(volatile char *)per_cpu_ptr((char __percpu *)nothing, raw_smp_processor_id());
}

static void write_null(void *arg)
{
	(void)arg;
	__percpu_op(__PCPU_OP_add, 4, (uintptr_t)nothing, 1, 0);
}

static void copy_of_null_faults(void **state)
{
	struct child_end end = child_run(read_null, NULL);

	(void)state;
	assert_child_died_of(end, SIGSEGV);
	end = child_run(write_null, NULL);
	assert_child_died_of(end, SIGSEGV);
}

static void write_through(void *arg)
{
	*(volatile char *)arg = 1;
}

static void dereferenced_percpu_pointer_faults(void **state)
{
	char __percpu *area = alloc_percpu(char);
	struct child_end end = child_run(write_through, area);

	(void)state;
	assert_child_died_of(end, SIGSEGV);
	free_percpu(area);
}

/* --- misuse --- */

static void free_of_what_was_never_allocated_is_fatal_and_named(void **state)
{
	(void)state;
	assert_claim_is_refused("never allocated");
	assert_refused(pcpu_pointer_make(0x10000), "never allocated");
	assert_refused(pcpu_pointer_make(UINT32_MAX), "never allocated");
}

static void free_of_free_space_is_fatal_and_named(void **state)
{
	struct pcpu_chunk *first = pcpu_first_chunk;

	(void)state;
	assert_refused(pcpu_pointer_make(pcpu_chunk_coord(first, first->end - 1)), "free");
}

static void free_of_an_interior_pointer_is_fatal_and_named(void **state)
{
	char __percpu *area = __alloc_percpu(64, 8);

	(void)state;
	assert_refused(area + 1, "inside");
	assert_refused(area + 8, "inside");
	assert_refused(area + 63, "inside");
	free_percpu(area);
}

static void double_free_is_fatal_and_named(void **state)
{
	char __percpu *area = __alloc_percpu(64, 8), __percpu *after = __alloc_percpu(64, 8);

	(void)state;
	free_percpu(area);
	assert_refused(area, "double free");
	free_percpu(after);
	assert_refused(area, "double free");
	assert_refused(after, "double free");
}

static void double_free_of_a_reserved_area_is_fatal_and_named(void **state)
{
	void __percpu *area = __alloc_reserved_percpu(64, 8);

	(void)state;
	free_percpu(area);
	assert_refused(area, "double free");
}

static void double_free_in_a_chunk_that_is_gone_is_fatal_and_named(void **state)
{
	void __percpu *of_x[100], *of_y[100];
	unsigned int nr_x, nr_y;

	(void)state;
	leave_only_the_stock();
	nr_x = fill_new_chunk(of_x, 90);
	nr_y = fill_new_chunk(of_y, 90);
	free_all(of_x, nr_x);
	free_all(of_y, nr_y);
	assert_refused(of_x[0], "never allocated");
	give_back_taken();
}

static void free_of_a_static_variable_is_fatal_and_named(void **state)
{
	(void)state;
	assert_refused(&some_variable, "static");
	assert_refused(pcpu_pointer_make((uint32_t)(uintptr_t)&some_variable), "never allocated");
}

static void free_of_an_ordinary_address_is_fatal_and_named(void **state)
{
	(void)state;
	assert_ordinary_addresses_are_refused("ordinary address", "ordinary address");
}

static void free_of_a_copy_is_fatal_and_named(void **state)
{
	long __percpu *area = alloc_percpu(long);

	(void)state;
	assert_refused(this_cpu_ptr(area), "ordinary address");
	free_percpu(area);
}

static void leave(const char *message)
{
	dprintf(STDERR_FILENO, "handler: %s\n", message);
	_exit(42);
}

static void free_twice_under(void (*handler)(const char *message), void *area)
{
	percpu_set_fatal_handler(handler);
	free_percpu(area);
	free_percpu(area);
}

static void free_twice_with_a_handler(void *arg)
{
	free_twice_under(leave, arg);
}

static void fatal_handler_is_called_with_the_message(void **state)
{
	void __percpu *area = __alloc_percpu(64, 8);
	struct child_end end = child_run(free_twice_with_a_handler, area);
	const char *said = strstr(end.output, "handler: ");
	char named[32];

	(void)state;
	snprintf(named, sizeof(named), "%p", area);
	assert_true(child_exited_with(&end, 42));
	assert_non_null(said);
	assert_non_null(strstr(said, named));
	assert_non_null(strstr(said, "double free"));
	free_percpu(area);
}

static void stay(const char *message)
{
	(void)message;
}

static void free_twice_with_a_handler_that_returns(void *arg)
{
	free_twice_under(stay, arg);
}

static void fatal_handler_that_returns_does_not_save_the_process(void **state)
{
	void __percpu *area = __alloc_percpu(64, 8);
	struct child_end end = child_run(free_twice_with_a_handler_that_returns, area);

	(void)state;
	assert_child_died_of(end, SIGABRT);
	free_percpu(area);
}

/* --- many threads --- */

#define NR_THREADS 4
#define NR_HELD 200
#define ROUNDS 40000

struct worker {
	unsigned int number;
	unsigned long allocations;
	const char *complaint;
};

struct held {
	char __percpu *area;
	size_t size;
	unsigned int cpu; /* whose copy has the pattern */
};

static char pattern_of(const struct worker *worker, const struct held *held)
{
	return (char)(1 + worker->number * 31 + (uintptr_t)held / sizeof(*held) % 29);
}

static void let_go(struct worker *worker, struct held *held)
{
	const char *copy;
	char pattern = pattern_of(worker, held);

	if (!held->area)
		return;
	copy = per_cpu_ptr(held->area, held->cpu);
	if (copy[0] != pattern || memcmp(copy, copy + 1, held->size - 1) != 0)
		worker->complaint = "an area was written by somebody else";
	free_percpu(held->area);
	held->area = NULL;
}

static void get_hold(struct worker *worker, struct held *held, unsigned int *seed)
{
	held->size = 1 + (size_t)rand_r(seed) % (rand_r(seed) % 50 ? 200 : LARGEST);
	held->area = __alloc_percpu(held->size, (size_t)1 << rand_r(seed) % 7);
	if (!held->area) {
		worker->complaint = "an allocation failed";
		return;
	}
	held->cpu = raw_smp_processor_id();
	if (!all_zero(per_cpu_ptr(held->area, held->cpu), held->size))
		worker->complaint = "an area was not zero";
	memset(per_cpu_ptr(held->area, held->cpu), pattern_of(worker, held), held->size);
	worker->allocations++;
}

static void *allocate_and_free(void *arg)
{
	struct worker *worker = arg;
	struct held held[NR_HELD] = {0};
	unsigned int seed = worker->number;

	for (int i = 0; !worker->complaint && i < ROUNDS; i++) {
		struct held *one = &held[rand_r(&seed) % NR_HELD];

		let_go(worker, one);
		get_hold(worker, one, &seed);
	}
	for (size_t i = 0; i < NR_HELD; i++)
		let_go(worker, &held[i]);
	return NULL;
}

static void areas_of_many_threads_stay_private_and_nothing_is_lost(void **state)
{
	struct worker workers[NR_THREADS] = {0};
	pthread_t threads[NR_THREADS];

	(void)state;
	for (unsigned int i = 0; i < NR_THREADS; i++) {
		workers[i].number = i;
		pthread_create(&threads[i], NULL, allocate_and_free, &workers[i]);
	}
	for (unsigned int i = 0; i < NR_THREADS; i++) {
		pthread_join(threads[i], NULL);
		if (workers[i].complaint)
			fail_msg("thread %u: %s", i, workers[i].complaint);
		assert_true(workers[i].allocations > NR_HELD);
	}
	assert_null(locked(pcpu_chunks_check()));
}

/* --- what other parts of the process do --- */

/* Where windows are a place and not a reservation, others can map something in between. */
static void map_in_the_next_chunk(void *arg)
{
	uint32_t start;
	char *there;

	(void)arg;
	child_expect(locked(pcpu_coord_claim_free((uint64_t)pcpu_unit_size, &start)) == 0);
	do_locked(pcpu_coord_release(start));
	there = (char *)pcpu_open_windows[0] + start;
	child_expect(mmap(there, PCPU_PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		     there);
	for (int i = 0; i < 10; i++)
		child_expect(__alloc_percpu(LARGEST, 8) != NULL);
	child_expect(there[0] == 0);
}

static void mappings_of_others_in_a_place_are_passed_over(void **state)
{
	struct child_end end;

	(void)state;
	if (pcpu_vm_is_reserved())
		skip();
	end = child_run(map_in_the_next_chunk, NULL);
	assert_child_was_content(end);
}

static void alloc_without_blocking_between_holes(void *arg)
{
	void __percpu *areas[200];

	(void)arg;
	child_expect(pcpu_units_populate_always() == 0);
	pcpu_conf.populate_eager = true;
	for (int i = 0; i < 200; i++)
		areas[i] = __alloc_percpu(PCPU_PAGE_SIZE, PCPU_PAGE_SIZE);
	for (int i = 0; i < 200; i += 2)
		free_percpu(areas[i]);
	/* takes the memory of the holes away */
	percpu_trim();
	for (int i = 0; i < 200; i++) {
		child_expect(__alloc_percpu(8000, 8) != NULL);
		child_expect(__alloc_percpu_gfp(300, 4, GFP_NOWAIT) != NULL);
	}
}

static void nowait_finds_resident_pages_behind_holes_that_are_not(void **state)
{
	struct child_end end;

	(void)state;
	end = child_run(alloc_without_blocking_between_holes, NULL);
	assert_child_was_content(end);
}

static void count_reserved_areas(void *arg)
{
	void __percpu *areas[32];
	int in_reserved = 0;

	(void)arg;
	pcpu_cache_turn(true);
	free_percpu(__alloc_percpu(8, 8));
	for (int i = 0; i < 32; i++)
		areas[i] = __alloc_reserved_percpu(8, 8);
	for (int i = 0; i < 32; i++)
		free_percpu(areas[i]);
	for (int i = 0; i < 200; i++)
		in_reserved += chunk_of(__alloc_percpu(8, 8)) == pcpu_reserved_chunk;
	child_expect(in_reserved == 0);
	/* also where the reserved area ends with a page */
	child_expect(pcpu_reserved_chunk->own_blocks != NULL);
}

static void reserved_areas_go_back_to_the_reserved_area(void **state)
{
	struct child_end end;

	(void)state;
	end = child_run(count_reserved_areas, NULL);
	assert_child_was_content(end);
}

static void *trim_in_vain(void *arg)
{
	(void)arg;
	percpu_trim();
	return NULL;
}

static void cancel_a_waiting_thread(void *arg)
{
	struct pcpu_cpu_lock *lock = NULL;
	pthread_t thread;

	(void)arg;
	pcpu_cache_turn(true);
	free_percpu(__alloc_percpu(8, 8));
	while (!lock)
		lock = pcpu_cpu_trylock();
	child_expect(pthread_create(&thread, NULL, trim_in_vain, NULL) == 0);
	/* it waits for the lock to be dropped */
	while (!__atomic_load_n(&lock->stopped, __ATOMIC_ACQUIRE))
		sched_yield();
	usleep(10000);
	child_expect(pthread_cancel(thread) == 0);
	usleep(10000);
	pcpu_cpu_unlock(lock);
	child_expect(pthread_join(thread, NULL) == 0);
	alarm((unsigned int)(CHILD_SECONDS * patience_factor()));
	free_percpu(__alloc_percpu(3000, 8));
}

static void cancelled_thread_leaves_the_allocator_in_order(void **state)
{
	struct child_end end;

	(void)state;
	/* its own versions of functions can be points of cancellation */
	if (thread_sanitized)
		skip();
	end = child_run(cancel_a_waiting_thread, NULL);
	assert_child_was_content(end);
}

static void lock_everything(void *arg)
{
	void __percpu *areas[50];
	const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};

	(void)arg;
	setrlimit(RLIMIT_MEMLOCK, &none);
	child_expect(mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 50; i++) {
			areas[i] = __alloc_percpu(LARGEST, 8);
			child_expect(areas[i] != NULL);
			for (unsigned int j = 0; j < pcpu_units_nr_open(); j++) {
				char *copy = (char *)pcpu_open_windows[j] +
					     (uint32_t)(uintptr_t)areas[i];

				child_expect(copy[0] == 0 && !memcmp(copy, copy + 1, LARGEST - 1));
				memset(copy, 1, LARGEST);
			}
		}
		for (int i = 0; i < 50; i++)
			free_percpu(areas[i]);
		percpu_trim();
	}
}

static bool may_lock_memory(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_MEMLOCK, &limit);
	return geteuid() == 0 || limit.rlim_cur >= (64u << 20);
}

static void memory_that_is_locked_is_zero_too_when_it_comes_again(void **state)
{
	(void)state;
	if (!may_lock_memory())
		skip();
	assert_content(lock_everything, NULL);
}

#define alloc_test(f) cmocka_unit_test_teardown(f, nothing_is_left)
/* clang-format 14 knows no initializers in macros. */
/* clang-format off */
#define choice_test(name, size, expected)                       \
	{#name, chunk_is_the_expected_one, NULL, nothing_is_left, \
	 &(struct choice){size, expected}}
/* clang-format on */

/* With caches and without. */
#define AREA_TESTS                                                                  \
	alloc_test(area_is_writable_in_every_copy_and_private_to_it),               \
		alloc_test(areas_do_not_overlap),                                   \
		alloc_test(area_is_zero_in_every_copy_after_reuse_of_dirty_memory), \
		alloc_test(area_is_aligned_as_asked_in_every_copy),                 \
		alloc_test(every_size_up_to_32_kib_can_be_had_whole),               \
		alloc_test(typed_form_has_the_size_and_alignment_of_the_type)

static const struct CMUnitTest alone[] = {
	alloc_test(mappings_of_others_in_a_place_are_passed_over),
	alloc_test(nowait_finds_resident_pages_behind_holes_that_are_not),
	alloc_test(reserved_areas_go_back_to_the_reserved_area),
	alloc_test(cancelled_thread_leaves_the_allocator_in_order),
	alloc_test(memory_that_is_locked_is_zero_too_when_it_comes_again),
	alloc_test(unit_that_opens_after_the_allocation_has_the_area_zero),
	AREA_TESTS,
	alloc_test(freed_area_can_be_had_again),
	alloc_test(free_of_null_does_nothing),
	alloc_test(size_0_is_refused_with_a_warning),
	alloc_test(size_above_32768_is_refused_with_a_warning),
	alloc_test(alignment_above_a_page_is_refused_with_a_warning),
	alloc_test(alignment_0_is_refused_with_a_warning),
	alloc_test(alignment_that_is_no_power_of_two_is_refused_with_a_warning),
	alloc_test(largest_size_and_alignment_are_allowed),
	alloc_test(bad_argument_with_nowarn_is_silent),
	child_test(ten_failures_are_reported_and_then_none),
	child_test(bad_arguments_do_not_count_among_the_ten),
	child_test(failure_with_nowarn_is_silent_and_does_not_count),
	child_test(allocation_works_again_when_there_is_memory_again),
	alloc_test(nowait_takes_what_is_there),
	child_test(nowait_never_makes_a_chunk),
	child_test(nowait_never_asks_for_memory_and_lives_from_a_stock),
	child_test(nowait_does_not_wait_for_the_lock),
	alloc_test(reserved_allocation_comes_from_the_reserved_chunk),
	alloc_test(ordinary_allocation_never_comes_from_the_reserved_chunk),
	alloc_test(reserved_area_has_8_kib_and_is_zero_when_reused),
	child_test(exhausted_reserved_area_fails_and_is_named),
	choice_test(small_area_comes_from_the_fullest_chunk_that_fits, 64, &chunk_a),
	choice_test(chunk_whose_hint_is_too_small_is_passed_over, 120, &chunk_b),
	choice_test(larger_area_comes_from_the_chunk_that_has_room, 200, &chunk_b),
	alloc_test(slots_that_are_too_full_are_not_looked_at),
	choice_test(area_that_fits_in_no_chunk_makes_one, 6000, NULL),
	alloc_test(chunk_is_made_when_the_first_is_full),
	alloc_test(first_chunk_is_used_before_a_wholly_free_one),
	alloc_test(chunks_behind_one_that_a_search_moves_are_still_tried),
	alloc_test(second_wholly_free_chunk_drives_the_first_out),
	alloc_test(chunk_that_comes_and_goes_is_made_once),
	alloc_test(coordinates_of_a_chunk_that_came_back_are_zero),
	alloc_test(copy_of_null_faults),
	alloc_test(dereferenced_percpu_pointer_faults),
	alloc_test(free_of_what_was_never_allocated_is_fatal_and_named),
	alloc_test(free_of_free_space_is_fatal_and_named),
	alloc_test(free_of_an_interior_pointer_is_fatal_and_named),
	alloc_test(double_free_is_fatal_and_named),
	alloc_test(double_free_of_a_reserved_area_is_fatal_and_named),
	alloc_test(double_free_in_a_chunk_that_is_gone_is_fatal_and_named),
	alloc_test(free_of_a_static_variable_is_fatal_and_named),
	alloc_test(free_of_an_ordinary_address_is_fatal_and_named),
	alloc_test(free_of_a_copy_is_fatal_and_named),
	alloc_test(fatal_handler_is_called_with_the_message),
	alloc_test(fatal_handler_that_returns_does_not_save_the_process),
	alloc_test(areas_of_many_threads_stay_private_and_nothing_is_lost),
};

int main(void)
{
	/* after the others: what has been in a cache once may go there again */
	const struct CMUnitTest with_caches[] = {
		AREA_TESTS,
		alloc_test(free_of_null_does_nothing),
		alloc_test(bad_argument_with_nowarn_is_silent),
		alloc_test(nowait_takes_what_is_there),
		child_test(nowait_does_not_wait_for_the_lock),
		alloc_test(free_of_an_interior_pointer_is_fatal_and_named),
		alloc_test(double_free_is_fatal_and_named),
		alloc_test(fatal_handler_is_called_with_the_message),
		alloc_test(areas_of_many_threads_stay_private_and_nothing_is_lost),
	};
	int failed = cmocka_run_group_tests_name("alloc", alone, open_this_unit, NULL);

	return failed + cmocka_run_group_tests_name("alloc with caches", with_caches,
						    switch_caches_on, NULL);
}
