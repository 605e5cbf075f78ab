/* SPDX-License-Identifier: MIT */
/*
 * test_chunk.c - chunks: their coordinates, their lists, their memory; and the two views of the
 * first chunk. The allocator is idle, and its lock is held.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/faults.h"
#include "support/locked.h"
#include "support/residency.h"

#include "alloc/alloc.h"
#include "alloc/map/area_walk.h"
#include "alloc/cache.h"
#include "alloc/chunk/chunk.h"
#include "alloc/chunk/chunk_check.h"
#include "alloc/chunk/chunk_codes.h"
#include "alloc/chunk/chunk_pages.h"
#include "memory/coord.h"
#include "cpu/cpu_lock.h"
#include "ground/layout.h"
#include "ground/mem.h"
#include "boot/module.h"
#include "memory/open_units.h"
#include "memory/unit.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <sched.h>
#include <string.h>

/* Far more than the arrays of claims and spans have room for at first. */
#define MANY 200

static DEFINE_PER_CPU(long, some_variable);

static struct pcpu_chunk *chunks[MANY];
static unsigned int nr_chunks, claims_before;
static uintptr_t window; /* of a CPU whose unit is open */

static int open_a_unit_and_lock(void **state)
{
	(void)state;
	this_cpu_inc(some_variable);
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (percpu_unit_is_open(cpu))
			window = pcpu_unit_window(cpu);
	pcpu_alloc_lock();
	claims_before = pcpu_coord_nr_claims();
	return window && pcpu_reserved_chunk ? 0 : -1;
}

static int unlock(void **state)
{
	(void)state;
	pcpu_alloc_unlock();
	return 0;
}

static struct pcpu_chunk *make_chunk(void)
{
	struct pcpu_chunk *chunk = pcpu_chunk_create();

	assert_non_null(chunk);
	pcpu_chunk_relocate(chunk, -1);
	chunks[nr_chunks++] = chunk;
	return chunk;
}

/* Takes @size bytes of @chunk, as the allocator does but without clearing. Returns the offset. */
static int take(struct pcpu_chunk *chunk, int size)
{
	int slot = pcpu_chunk_slot(chunk), off;
	struct pcpu_map_growth growth;

	while ((off = pcpu_area_map_alloc(&chunk->map, size, 1, false, &growth)) ==
	       PCPU_MAP_MUST_GROW)
		assert_int_equal(pcpu_chunk_grow(&growth, NULL), 0);
	pcpu_chunk_relocate(chunk, slot);
	return off;
}

static void give(struct pcpu_chunk *chunk, int off)
{
	int slot = pcpu_chunk_slot(chunk);

	assert_true(pcpu_area_map_free(&chunk->map, off) > 0);
	pcpu_chunk_relocate(chunk, slot);
}

/* Destroys what the test has made, whatever is taken of it. */
static int destroy_chunks(void **state)
{
	(void)state;
	while (nr_chunks)
		pcpu_chunk_destroy(chunks[--nr_chunks]);
	return pcpu_coord_nr_claims() == claims_before ? 0 : -1;
}

/* Whether the list of @slot, as far as it is of our chunks, is that of @wanted. */
static bool list_is(int slot, struct pcpu_chunk *const *wanted, unsigned int nr)
{
	struct pcpu_chunk *chunk = pcpu_slot_first(slot);
	unsigned int at = 0;

	for (; chunk; chunk = pcpu_slot_next(chunk)) {
		if (chunk == pcpu_first_chunk)
			continue;
		if (at == nr || chunk != wanted[at++])
			return false;
	}
	return at == nr;
}

#define assert_list(slot, ...)                                                             \
	do {                                                                               \
		struct pcpu_chunk *const wanted_[] = {__VA_ARGS__};                        \
		assert_true(list_is(slot, wanted_, sizeof(wanted_) / sizeof(wanted_[0]))); \
	} while (0)

/* --- a new chunk --- */

static void new_chunk_is_one_free_area_of_a_unit(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	int entry = 0;

	(void)state;
	assert_int_equal(pcpu_area_map_dump(&chunk->map, &entry, 1), 1);
	assert_int_equal(entry, pcpu_unit_size);
	assert_true(pcpu_area_map_is_valid(&chunk->map));
	assert_int_equal(chunk->start, 0);
	assert_int_equal(chunk->end, pcpu_unit_size);
	assert_false(chunk->immutable);
}

static void new_chunk_owns_the_coordinates_of_a_unit(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();

	(void)state;
	assert_int_equal(pcpu_coord_nr_claims(), claims_before + 1);
	assert_int_equal(chunk->base % PCPU_PAGE_SIZE, 0);
	assert_int_equal(pcpu_coord_claim(chunk->base, 1), -EEXIST);
	assert_int_equal(pcpu_coord_claim(chunk->base + (uint32_t)pcpu_unit_size - 1, 1), -EEXIST);
}

static void new_chunk_can_be_written_in_open_units_and_costs_nothing_yet(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	uint64_t size = (uint64_t)pcpu_unit_size;

	(void)state;
	assert_int_equal(writable_bytes(window + chunk->base, size), size);
	assert_int_equal(resident_pages(window + chunk->base, size), 0);
}

static void chunk_is_found_by_its_coordinates_and_no_others(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	uint32_t end = chunk->base + (uint32_t)pcpu_unit_size;

	(void)state;
	assert_ptr_equal(pcpu_chunk_find(chunk->base), chunk);
	assert_ptr_equal(pcpu_chunk_find(chunk->base + 12345), chunk);
	assert_ptr_equal(pcpu_chunk_find(end - 1), chunk);
	assert_ptr_not_equal(pcpu_chunk_find(chunk->base - 1), chunk);
	assert_ptr_not_equal(pcpu_chunk_find(end), chunk);
}

static void offset_and_coordinate_lead_to_each_other(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();

	(void)state;
	assert_int_equal(pcpu_chunk_coord(chunk, 100), chunk->base + 100);
	assert_int_equal(pcpu_chunk_offset(chunk, pcpu_chunk_coord(chunk, 100)), 100);
}

static void many_chunks_are_all_found_and_do_not_overlap(void **state)
{
	(void)state;
	for (int i = 0; i < MANY; i++)
		make_chunk();
	for (int i = 0; i < MANY; i++) {
		assert_ptr_equal(pcpu_chunk_find(chunks[i]->base), chunks[i]);
		assert_ptr_equal(pcpu_chunk_find(chunks[i]->base + (uint32_t)pcpu_unit_size - 1),
				 chunks[i]);
	}
	assert_int_equal(pcpu_coord_nr_claims(), claims_before + MANY);
}

/* --- the end of a chunk --- */

static void destroyed_chunk_is_found_no_more(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	uint32_t base = chunk->base;

	(void)state;
	pcpu_chunk_destroy(chunk);
	nr_chunks--;
	assert_null(pcpu_chunk_find(base));
	assert_null(pcpu_slot_first(pcpu_nr_slots - 1));
	assert_int_equal(pcpu_coord_nr_claims(), claims_before);
}

static void destroyed_chunk_gives_its_memory_back(void **state)
{
	struct pcpu_chunk *chunk;
	size_t allocated;
	uintptr_t at;

	(void)state;
	/* once, for the arrays that stay */
	pcpu_chunk_destroy(make_chunk());
	allocated = pcpu_mem_allocated();
	chunk = make_chunk();
	at = window + chunk->base;
	memset((void *)at, 0xaa, (size_t)pcpu_unit_size);
	assert_int_equal(resident_pages(at, (uint64_t)pcpu_unit_size), pcpu_unit_pages);
	assert_true(pcpu_mem_allocated() > allocated);
	pcpu_chunk_destroy(chunk);
	nr_chunks -= 2;
	assert_int_equal(resident_pages(at, (uint64_t)pcpu_unit_size), 0);
	assert_int_equal(writable_bytes(at, (uint64_t)pcpu_unit_size), 0);
	assert_int_equal(pcpu_mem_allocated(), allocated);
}

static void chunks_can_be_destroyed_in_any_order(void **state)
{
	struct pcpu_chunk *a = make_chunk(), *b = make_chunk(), *c = make_chunk();

	(void)state;
	nr_chunks = 0;
	pcpu_chunk_destroy(b);
	assert_ptr_equal(pcpu_chunk_find(a->base), a);
	assert_ptr_equal(pcpu_chunk_find(c->base), c);
	assert_list(pcpu_nr_slots - 1, c, a);
	pcpu_chunk_destroy(c);
	assert_list(pcpu_nr_slots - 1, a);
	chunks[nr_chunks++] = a;
}

/* --- lists --- */

static void new_chunks_are_at_the_front_of_the_last_slot(void **state)
{
	struct pcpu_chunk *a = make_chunk(), *b = make_chunk();

	(void)state;
	assert_int_equal(pcpu_chunk_slot(a), pcpu_nr_slots - 1);
	assert_list(pcpu_nr_slots - 1, b, a);
}

static void chunk_that_got_fuller_moves_to_the_end(void **state)
{
	struct pcpu_chunk *a = make_chunk(), *b = make_chunk();
	int slot;

	(void)state;
	take(a, 5000);
	take(b, 5000);
	slot = pcpu_chunk_slot(a);
	assert_int_equal(slot, pcpu_chunk_slot(b));
	assert_null(pcpu_slot_first(pcpu_nr_slots - 1));
	assert_list(slot, a, b);
}

static void chunk_that_got_emptier_moves_to_the_front(void **state)
{
	struct pcpu_chunk *a = make_chunk(), *b = make_chunk();
	int off_a, off_b;

	(void)state;
	take(a, 100);
	take(b, 100);
	off_a = take(a, pcpu_unit_size - 200);
	off_b = take(b, pcpu_unit_size - 200);
	assert_list(pcpu_chunk_slot(a), a, b);
	give(a, off_a);
	give(b, off_b);
	assert_list(pcpu_chunk_slot(a), b, a);
}

static void chunk_that_stays_in_its_slot_keeps_its_place(void **state)
{
	struct pcpu_chunk *a = make_chunk(), *b = make_chunk(), *c = make_chunk();

	(void)state;
	take(a, 100);
	take(b, 100);
	take(c, 100);
	take(a, 8);
	take(b, 16);
	assert_list(pcpu_chunk_slot(a), a, b, c);
}

static void chunk_leaves_the_middle_of_a_list(void **state)
{
	struct pcpu_chunk *a = make_chunk(), *b = make_chunk(), *c = make_chunk();

	(void)state;
	take(b, pcpu_unit_size);
	assert_list(pcpu_nr_slots - 1, c, a);
	assert_list(0, b);
	take(c, pcpu_unit_size);
	assert_list(pcpu_nr_slots - 1, a);
	assert_list(0, b, c);
	take(a, pcpu_unit_size);
	assert_list(0, b, c, a);
	give(c, 0);
	assert_list(0, b, a);
	assert_list(pcpu_nr_slots - 1, c);
}

static void every_chunk_is_on_the_list_of_its_slot(void **state)
{
	unsigned int found = 0;

	(void)state;
	for (int i = 0; i < 40; i++)
		take(make_chunk(), i * pcpu_unit_size / 40 + 1);
	for (int slot = 0; slot < pcpu_nr_slots; slot++) {
		struct pcpu_chunk *chunk = pcpu_slot_first(slot);

		for (; chunk; chunk = pcpu_slot_next(chunk), found++)
			assert_int_equal(pcpu_chunk_slot(chunk), slot);
	}
	assert_int_equal(found, 41); /* and the first chunk */
}

/* --- views of the first chunk --- */

static void first_chunk_is_on_a_list_and_the_reserved_chunk_on_none(void **state)
{
	bool first = false;

	(void)state;
	for (int slot = 0; slot < pcpu_nr_slots; slot++) {
		struct pcpu_chunk *chunk = pcpu_slot_first(slot);

		for (; chunk; chunk = pcpu_slot_next(chunk)) {
			assert_ptr_not_equal(chunk, pcpu_reserved_chunk);
			first |= chunk == pcpu_first_chunk;
		}
	}
	assert_true(first);
}

static void reserved_chunk_stays_off_the_lists_however_full(void **state)
{
	int off = take(pcpu_reserved_chunk, 8000);

	(void)state;
	first_chunk_is_on_a_list_and_the_reserved_chunk_on_none(state);
	give(pcpu_reserved_chunk, off);
	first_chunk_is_on_a_list_and_the_reserved_chunk_on_none(state);
}

static void views_follow_the_static_area_and_each_other(void **state)
{
	size_t static_size;

	(void)state;
	pcpu_modules_first(&static_size);
	assert_int_equal(pcpu_reserved_chunk->start, static_size);
	assert_int_equal(pcpu_reserved_chunk->end, static_size + PERCPU_MODULE_RESERVE);
	assert_int_equal(pcpu_first_chunk->start, pcpu_reserved_chunk->end);
	assert_true(pcpu_first_chunk->end >= pcpu_first_chunk->start + PERCPU_DYNAMIC_RESERVE);
	assert_int_equal(pcpu_first_chunk->end % (int)PCPU_PAGE_SIZE, 0);
	assert_true(pcpu_first_chunk->end <= pcpu_unit_size);
	assert_true(pcpu_first_chunk->immutable);
	assert_true(pcpu_reserved_chunk->immutable);
}

static void views_are_found_by_what_they_serve_alone(void **state)
{
	const struct pcpu_chunk *reserved = pcpu_reserved_chunk, *first = pcpu_first_chunk;

	(void)state;
	assert_ptr_equal(pcpu_chunk_find(pcpu_chunk_coord(reserved, reserved->start)), reserved);
	assert_ptr_equal(pcpu_chunk_find(pcpu_chunk_coord(reserved, reserved->end - 1)), reserved);
	assert_ptr_equal(pcpu_chunk_find(pcpu_chunk_coord(first, first->start)), first);
	assert_ptr_equal(pcpu_chunk_find(pcpu_chunk_coord(first, first->end - 1)), first);
	assert_null(pcpu_chunk_find(pcpu_chunk_coord(reserved, reserved->start - 1)));
	assert_null(pcpu_chunk_find((uint32_t)(uintptr_t)&some_variable));
}

static void views_have_room_for_exactly_what_they_serve(void **state)
{
	(void)state;
	assert_int_equal(pcpu_area_map_free_size(&pcpu_reserved_chunk->map), PERCPU_MODULE_RESERVE);
	assert_int_equal(pcpu_area_map_free_size(&pcpu_first_chunk->map),
			 pcpu_first_chunk->end - pcpu_first_chunk->start);
	assert_true(pcpu_area_map_is_valid(&pcpu_first_chunk->map));
	assert_true(pcpu_area_map_is_valid(&pcpu_reserved_chunk->map));
}

/* --- the codes of a block become finer --- */

/* The first block of @chunk, with areas at 0, 128 and 384, and a free one behind. */
static struct pcpu_block *block_in_use(struct pcpu_chunk *chunk)
{
	assert_int_equal(take(chunk, 128), 0);
	assert_int_equal(take(chunk, 256), 128);
	assert_int_equal(take(chunk, 128), 384);
	return chunk->map.blocks;
}

static void assert_block_in_use(const struct pcpu_chunk *chunk)
{
	const int wanted[] = {-128, -256, -128, pcpu_unit_size - 512};
	int entries[5];

	assert_int_equal(pcpu_area_map_dump(&chunk->map, entries, 5), 4);
	assert_memory_equal(entries, wanted, sizeof(wanted));
	assert_true(pcpu_area_map_is_valid(&chunk->map));
}

static void finer_codes_say_what_the_coarse_ones_said(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	struct pcpu_block *block = block_in_use(chunk);

	(void)state;
	assert_int_equal(pcpu_block_codes(block).shift, PCPU_GRANULE_INLINE);
	for (unsigned int shift = PCPU_GRANULE_OUTSIDE + 1; shift-- > 0;) {
		struct pcpu_map_growth growth = {block, shift};

		assert_int_equal(pcpu_chunk_grow(&growth, NULL), 0);
		assert_int_equal(pcpu_block_codes(block).shift, shift);
		assert_block_in_use(chunk);
	}
}

static void words_that_are_given_are_used_and_no_others_allocated(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	struct pcpu_map_growth growth = {block_in_use(chunk), 2};
	uint64_t *words = pcpu_mem_zalloc(pcpu_codes_size(2));

	(void)state;
	faults_fail_all(PCPU_FAULT_MEM);
	assert_int_equal(pcpu_chunk_grow(&growth, words), 0);
	assert_int_equal(faults_end(), 0);
	assert_ptr_equal(pcpu_block_codes(growth.block).words, words);
	assert_block_in_use(chunk);
}

static void words_that_are_not_used_any_more_are_given_back(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	struct pcpu_map_growth growth = {block_in_use(chunk), 3};
	size_t allocated;

	(void)state;
	allocated = pcpu_mem_allocated();
	assert_int_equal(pcpu_chunk_grow(&growth, NULL), 0);
	assert_int_equal(pcpu_mem_allocated(), allocated + pcpu_codes_size(3));
	growth.shift = 1;
	assert_int_equal(pcpu_chunk_grow(&growth, NULL), 0);
	assert_int_equal(pcpu_mem_allocated(), allocated + pcpu_codes_size(1));
}

static void codes_without_memory_to_become_finer_stay_as_they_were(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	struct pcpu_map_growth growth = {block_in_use(chunk), 4};

	(void)state;
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	assert_int_equal(pcpu_chunk_grow(&growth, NULL), -ENOMEM);
	assert_int_equal(faults_end(), 1);
	assert_int_equal(pcpu_block_codes(growth.block).shift, PCPU_GRANULE_INLINE);
	assert_block_in_use(chunk);
}

/* Holds the lock of the CPU that it is on until it may drop it; dropped says that it has. */
static struct {
	pthread_barrier_t held;
	int dropped; /* atomic */
} holder;

static void *hold_for_a_while(void *arg)
{
	struct pcpu_cpu_lock *lock;

	/* who waits for this thread has dropped the mutex */
	while ((lock = pcpu_cpu_trylock()) == NULL)
		locked(pcpu_cache_here(8));
	pthread_barrier_wait(&holder.held);
	usleep(50000);
	__atomic_store_n(&holder.dropped, 1, __ATOMIC_SEQ_CST);
	pcpu_cpu_unlock(lock);
	return arg;
}

/* Who holds a CPU's lock may be reading codes; what he sees must not change under him. */
static void codes_of_used_areas_move_when_nobody_holds_a_cpu_lock(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	struct pcpu_map_growth growth = {block_in_use(chunk), 4};
	pthread_t thread;

	(void)state;
	assert_non_null(pcpu_cache_here(8));
	holder.dropped = 0;
	pthread_barrier_init(&holder.held, NULL, 2);
	assert_int_equal(pthread_create(&thread, NULL, hold_for_a_while, NULL), 0);
	pcpu_alloc_unlock();
	pthread_barrier_wait(&holder.held);
	pcpu_alloc_lock();
	assert_int_equal(pcpu_chunk_grow(&growth, NULL), 0);
	assert_int_equal(__atomic_load_n(&holder.dropped, __ATOMIC_SEQ_CST), 1);
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&holder.held);
	assert_block_in_use(chunk);
}

/* It would wait for this very thread. */
static void codes_of_free_space_move_at_once(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	struct pcpu_map_growth growth = {&chunk->map.blocks[1], 4};
	struct pcpu_cpu_lock *lock;

	(void)state;
	assert_non_null(pcpu_cache_here(8));
	while ((lock = pcpu_cpu_trylock()) == NULL)
		assert_non_null(pcpu_cache_here(8));
	assert_int_equal(pcpu_chunk_grow(&growth, NULL), 0);
	pcpu_cpu_unlock(lock);
	assert_int_equal(pcpu_block_codes(growth.block).shift, 4);
}

/* --- what has been handed out --- */

/* Bytes that are handed out, and whether they may have been before. */
struct touch {
	int off, size;
	bool dirty;
};

#define assert_touches(chunk, ...)                                                            \
	do {                                                                                  \
		static const struct touch all[] = {__VA_ARGS__};                              \
                                                                                              \
		for (size_t i = 0; i < ARRAY_SIZE(all); i++)                                  \
			if (pcpu_chunk_touch(chunk, all[i].off, all[i].size) != all[i].dirty) \
				fail_msg("%d bytes at %d", all[i].size, all[i].off);          \
	} while (0)

static void memory_is_clean_once(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();

	(void)state;
	assert_touches(chunk, {0, 100, false}, {0, 100, true}, {99, 1, true}, {100, 1, false},
		       {50, 200, true});
}

/* Of a page only the highest byte that was handed out is known. */
static void memory_below_what_was_handed_out_counts_as_dirty(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();

	(void)state;
	assert_touches(chunk, {2000, 8, false}, {0, 8, true}, {4096, 8, false});
}

static void area_of_several_pages_is_dirty_if_one_of_them_is(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();

	(void)state;
	assert_touches(chunk, {4095, 2, false}, {4095, 1, true}, {4096, 1, true},
		       {4097, 3 * 4096, false}, {4 * 4096, 1, true}, {4 * 4096 + 1, 1, false});
}

static void pages_are_untouched_until_a_byte_of_them_is_handed_out(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();

	(void)state;
	assert_int_equal(pcpu_chunk_populated_pages(chunk), 0);
	pcpu_chunk_touch(chunk, 4095, 2);
	assert_int_equal(pcpu_chunk_populated_pages(chunk), 2);
}

static void all_pages_of_a_view_are_populated(void **state)
{
	const struct pcpu_chunk *first = pcpu_first_chunk;
	int page = (int)PCPU_PAGE_SIZE;

	(void)state;
	assert_int_equal(pcpu_chunk_populated_pages(first),
			 (first->end + page - 1) / page - first->start / page);
}

/* --- what a chunk does not need --- */

static size_t trim(struct pcpu_chunk *chunk)
{
	size_t bytes;

	pcpu_cpu_locks_stop();
	pcpu_chunk_coarsen(chunk);
	bytes = pcpu_chunk_trim(chunk);
	pcpu_cpu_locks_resume();
	return bytes;
}

static void pages_of_free_space_lose_their_memory_and_are_clean_again(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	char *unit = (char *)(window + chunk->base);

	(void)state;
	take(chunk, 5000);
	pcpu_chunk_touch(chunk, 0, 6 * 4096);
	memset(unit, 0xaa, 6 * 4096);
	assert_int_equal(trim(chunk), 4 * 4096 * pcpu_units_nr_open());
	assert_int_equal(resident_pages(window + chunk->base, (uint64_t)pcpu_unit_size), 2);
	assert_int_equal(pcpu_chunk_populated_pages(chunk), 2);
	assert_false(pcpu_chunk_touch(chunk, 2 * 4096, 4 * 4096));
	assert_int_equal(unit[8191], (char)0xaa);
	assert_int_equal(unit[8192], 0);
	assert_int_equal(writable_bytes(window + chunk->base, (uint64_t)pcpu_unit_size),
			 pcpu_unit_size);
}

static void pages_that_were_never_touched_are_not_counted(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();

	(void)state;
	assert_int_equal(trim(chunk), 0);
	pcpu_chunk_touch(chunk, 3 * 4096, 1);
	pcpu_chunk_touch(chunk, 5 * 4096, 1);
	assert_int_equal(trim(chunk), 2 * 4096 * pcpu_units_nr_open());
	assert_int_equal(trim(chunk), 0);
}

static void page_that_an_area_reaches_into_keeps_its_memory(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	char *unit = (char *)(window + chunk->base);
	int middle;

	(void)state;
	take(chunk, 4000);
	middle = take(chunk, 4096 + 200);
	pcpu_chunk_touch(chunk, 0, 3 * 4096);
	memset(unit, 0xaa, 3 * 4096);
	give(chunk, 0);
	assert_int_equal(trim(chunk), 0);
	give(chunk, middle);
	assert_int_equal(trim(chunk), 3 * 4096 * pcpu_units_nr_open());
}

static void codes_are_only_as_fine_as_they_have_to_be(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	struct pcpu_block *block = chunk->map.blocks;
	size_t allocated = pcpu_mem_allocated();
	int odd;

	(void)state;
	take(chunk, 128);
	odd = take(chunk, 9);
	assert_int_not_equal(pcpu_block_codes(block).shift, PCPU_GRANULE_INLINE);
	trim(chunk);
	assert_int_not_equal(pcpu_block_codes(block).shift, PCPU_GRANULE_INLINE);
	give(chunk, odd);
	trim(chunk);
	assert_int_equal(pcpu_block_codes(block).shift, PCPU_GRANULE_INLINE);
	assert_int_equal(pcpu_mem_allocated(), allocated);
	assert_true(pcpu_area_map_is_valid(&chunk->map));
	assert_int_equal(pcpu_area_map_free_size(&chunk->map), pcpu_unit_size - 128);
}

static void views_are_not_trimmed(void **state)
{
	int pages = pcpu_chunk_populated_pages(pcpu_first_chunk);

	(void)state;
	assert_int_equal(trim(pcpu_first_chunk), 0);
	assert_int_equal(trim(pcpu_reserved_chunk), 0);
	assert_int_equal(pcpu_chunk_populated_pages(pcpu_first_chunk), pages);
}

/* --- the records of blocks --- */

static void blocks_of_a_chunk_are_its_own_until_it_is_destroyed(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	struct pcpu_block *first = pcpu_block_at(chunk->base);

	(void)state;
	for (int i = 0; i < pcpu_unit_pages; i++)
		assert_ptr_equal(pcpu_block_owner(&first[i]), chunk);
	take(chunk, 9);
	pcpu_chunk_destroy(chunk);
	nr_chunks--;
	for (int i = 0; i < pcpu_unit_pages; i++) {
		assert_null(pcpu_block_owner(&first[i]));
		assert_null(pcpu_block_codes(&first[i]).words);
	}
}

static void record_behind_the_last_coordinate_can_be_read(void **state)
{
	(void)state;
	assert_null(pcpu_block_owner(&pcpu_block_at(UINT32_MAX)[1]));
}

/* --- chunks that cannot be made --- */

static void chunk_without_memory_or_place_is_none_and_costs_nothing(void **state)
{
	static const enum pcpu_fault_site sites[] = {PCPU_FAULT_MEM, PCPU_FAULT_COMMIT};
	unsigned int before = pcpu_nr_chunks;
	size_t allocated;

	(void)state;
	pcpu_chunk_destroy(make_chunk());
	nr_chunks--;
	allocated = pcpu_mem_allocated();
	for (size_t i = 0; i < ARRAY_SIZE(sites); i++) {
		struct pcpu_chunk *chunk = NULL;
		int failed = 0;

		while (!chunk) {
			faults_fail_nth(sites[i], failed + 1);
			chunk = pcpu_chunk_create();
			if (!faults_end())
				break;
			failed++;
			assert_null(chunk);
			assert_int_equal(pcpu_nr_chunks, before);
			assert_int_equal(pcpu_coord_nr_claims(), claims_before);
			assert_int_equal(pcpu_mem_allocated(), allocated);
		}
		assert_non_null(chunk);
		assert_true(failed > 0);
		pcpu_chunk_relocate(chunk, -1);
		pcpu_chunk_destroy(chunk);
		assert_int_equal(pcpu_mem_allocated(), allocated);
	}
}

/* One that starts at an odd place and ends inside a page needs all that a view can need. */
static void make_view_without_memory(void *arg)
{
	unsigned int before = pcpu_nr_chunks;
	size_t allocated = pcpu_mem_allocated();
	struct pcpu_chunk *view = NULL;
	uint32_t base = 0;
	int nth = 1;

	(void)arg;
	pcpu_alloc_lock();
	child_expect(pcpu_coord_claim_free(0x10000, &base) == 0);
	allocated = pcpu_mem_allocated();
	for (;; nth++) {
		faults_fail_nth(PCPU_FAULT_MEM, nth);
		view = pcpu_chunk_create_view(base, 4242, 9999, true);
		if (!faults_end())
			break;
		child_expect(!view);
		child_expect(pcpu_nr_chunks == before);
		child_expect(pcpu_mem_allocated() == allocated);
	}
	/* the chunk, its codes, and the records of its blocks */
	child_expect(nth == 4);
	child_expect(view && view->immutable && pcpu_nr_chunks == before + 1);
	child_expect(pcpu_area_map_free_size(&view->map) == 9999 - 4242);
	pcpu_chunk_relocate(view, -1);
	child_expect(!pcpu_chunks_check());
}

static void view_without_memory_is_none_and_costs_nothing(void **state)
{
	struct child_end end;

	(void)state;
	/* fork() takes it */
	pcpu_alloc_unlock();
	end = child_run(make_view_without_memory, NULL);
	pcpu_alloc_lock();
	assert_child_was_content(end);
}

/* --- the check of everything --- */

static void assert_check_says(const char *what)
{
	const char *wrong = pcpu_chunks_check();

	if (!wrong || !strstr(wrong, what))
		fail_msg("the check says \"%s\", not \"%s\"", wrong ? wrong : "", what);
}

static void check_is_content_with_what_calls_have_made(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++)
		take(make_chunk(), 1 + i * 700);
	assert_null(pcpu_chunks_check());
}

static void check_finds_a_map_that_contradicts_itself(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();

	(void)state;
	chunk->map.free_size--;
	assert_check_says("map");
	chunk->map.free_size++;
	assert_null(pcpu_chunks_check());
}

static void check_finds_a_chunk_on_the_wrong_list(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	struct pcpu_map_growth growth;
	int off = pcpu_area_map_alloc(&chunk->map, 128, 1, false, &growth);

	(void)state;
	assert_check_says("slot");
	pcpu_area_map_free(&chunk->map, off);
	assert_null(pcpu_chunks_check());
}

static void check_finds_a_block_of_another_chunk(void **state)
{
	struct pcpu_chunk *chunk = make_chunk(), *other = make_chunk();

	(void)state;
	chunk->map.blocks[3].owner = other;
	assert_check_says("block");
	chunk->map.blocks[3].owner = chunk;
	assert_null(pcpu_chunks_check());
}

static void check_finds_a_chunk_that_is_not_counted(void **state)
{
	(void)state;
	make_chunk();
	pcpu_nr_chunks--;
	assert_check_says("lists");
	pcpu_nr_chunks++;
	assert_null(pcpu_chunks_check());
}

static void chunks_are_counted_and_so_are_the_most_there_have_been(void **state)
{
	unsigned int before = pcpu_nr_chunks, found = 0;

	(void)state;
	pcpu_nr_max_chunks = before;
	make_chunk();
	make_chunk();
	pcpu_chunk_destroy(chunks[--nr_chunks]);
	assert_int_equal(pcpu_nr_chunks, before + 1);
	assert_int_equal(pcpu_nr_max_chunks, before + 2);
	for (struct pcpu_chunk *chunk = pcpu_chunk_first(); chunk; chunk = pcpu_chunk_next(chunk))
		found++;
	assert_int_equal(found, before + 1);
}

#define chunk_test(f) cmocka_unit_test_teardown(f, destroy_chunks)

int main(void)
{
	const struct CMUnitTest tests[] = {
		chunk_test(views_have_room_for_exactly_what_they_serve),
		chunk_test(new_chunk_is_one_free_area_of_a_unit),
		chunk_test(new_chunk_owns_the_coordinates_of_a_unit),
		chunk_test(new_chunk_can_be_written_in_open_units_and_costs_nothing_yet),
		chunk_test(chunk_is_found_by_its_coordinates_and_no_others),
		chunk_test(offset_and_coordinate_lead_to_each_other),
		chunk_test(many_chunks_are_all_found_and_do_not_overlap),
		chunk_test(destroyed_chunk_is_found_no_more),
		chunk_test(destroyed_chunk_gives_its_memory_back),
		chunk_test(chunks_can_be_destroyed_in_any_order),
		chunk_test(new_chunks_are_at_the_front_of_the_last_slot),
		chunk_test(chunk_that_got_fuller_moves_to_the_end),
		chunk_test(chunk_that_got_emptier_moves_to_the_front),
		chunk_test(chunk_that_stays_in_its_slot_keeps_its_place),
		chunk_test(chunk_leaves_the_middle_of_a_list),
		chunk_test(every_chunk_is_on_the_list_of_its_slot),
		chunk_test(first_chunk_is_on_a_list_and_the_reserved_chunk_on_none),
		chunk_test(reserved_chunk_stays_off_the_lists_however_full),
		chunk_test(views_follow_the_static_area_and_each_other),
		chunk_test(views_are_found_by_what_they_serve_alone),
		chunk_test(finer_codes_say_what_the_coarse_ones_said),
		chunk_test(words_that_are_given_are_used_and_no_others_allocated),
		chunk_test(words_that_are_not_used_any_more_are_given_back),
		chunk_test(codes_without_memory_to_become_finer_stay_as_they_were),
		chunk_test(codes_of_used_areas_move_when_nobody_holds_a_cpu_lock),
		chunk_test(codes_of_free_space_move_at_once),
		chunk_test(memory_is_clean_once),
		chunk_test(memory_below_what_was_handed_out_counts_as_dirty),
		chunk_test(area_of_several_pages_is_dirty_if_one_of_them_is),
		chunk_test(pages_are_untouched_until_a_byte_of_them_is_handed_out),
		chunk_test(all_pages_of_a_view_are_populated),
		chunk_test(pages_of_free_space_lose_their_memory_and_are_clean_again),
		chunk_test(pages_that_were_never_touched_are_not_counted),
		chunk_test(page_that_an_area_reaches_into_keeps_its_memory),
		chunk_test(codes_are_only_as_fine_as_they_have_to_be),
		chunk_test(views_are_not_trimmed),
		chunk_test(blocks_of_a_chunk_are_its_own_until_it_is_destroyed),
		chunk_test(record_behind_the_last_coordinate_can_be_read),
		chunk_test(chunk_without_memory_or_place_is_none_and_costs_nothing),
		chunk_test(view_without_memory_is_none_and_costs_nothing),
		chunk_test(check_is_content_with_what_calls_have_made),
		chunk_test(check_finds_a_map_that_contradicts_itself),
		chunk_test(check_finds_a_chunk_on_the_wrong_list),
		chunk_test(check_finds_a_block_of_another_chunk),
		chunk_test(check_finds_a_chunk_that_is_not_counted),
		chunk_test(chunks_are_counted_and_so_are_the_most_there_have_been),
	};

	return cmocka_run_group_tests_name("chunk", tests, open_a_unit_and_lock, unlock);
}
