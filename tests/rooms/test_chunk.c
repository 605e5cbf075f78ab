/* SPDX-License-Identifier: MIT */
/*
 * test_chunk.c - chunks: their coordinates, their lists, their memory; and the two views of the
 * first chunk. The allocator is idle, and its lock is held.
 */
#include "cmocka_all.h"
#include "faults.h"
#include "residency.h"

#include "alloc.h"
#include "chunk.h"
#include "coord.h"
#include "layout.h"
#include "mem.h"
#include "module.h"
#include "unit.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <sched.h>
#include <string.h>

/* Far more than the arrays that list chunks have room for at first. */
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
	pthread_mutex_lock(&pcpu_alloc_mutex);
	claims_before = pcpu_coord_nr_claims();
	return window && pcpu_reserved_chunk ? 0 : -1;
}

static int unlock(void **state)
{
	(void)state;
	pthread_mutex_unlock(&pcpu_alloc_mutex);
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

	assert_int_equal(pcpu_chunk_extend_map(chunk, PCPU_MAP_MARGIN), 0);
	off = pcpu_area_map_alloc(&chunk->map, size, 1);
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

	for (; chunk; chunk = pcpu_slot_next(slot, chunk)) {
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
	assert_true(pcpu_area_map_is_valid(&chunk->map, pcpu_unit_size));
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

		for (; chunk; chunk = pcpu_slot_next(slot, chunk), found++)
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

		for (; chunk; chunk = pcpu_slot_next(slot, chunk)) {
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
	assert_true(pcpu_area_map_is_valid(&pcpu_first_chunk->map, pcpu_first_chunk->end));
	assert_true(pcpu_area_map_is_valid(&pcpu_reserved_chunk->map, pcpu_reserved_chunk->end));
}

/* --- the map grows --- */

static void map_grows_and_keeps_what_is_in_it(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	int before[PCPU_DFL_MAP_ALLOC], after[PCPU_DFL_MAP_ALLOC], used;

	(void)state;
	while (!pcpu_area_map_room_needed(&chunk->map, PCPU_MAP_MARGIN))
		take(chunk, 8);
	used = pcpu_area_map_dump(&chunk->map, before, PCPU_DFL_MAP_ALLOC);
	assert_int_equal(pcpu_area_map_room(&chunk->map), PCPU_DFL_MAP_ALLOC);
	assert_int_equal(pcpu_chunk_extend_map(chunk, PCPU_MAP_MARGIN), 0);
	assert_int_equal(pcpu_area_map_room(&chunk->map), 2 * PCPU_DFL_MAP_ALLOC);
	assert_int_equal(pcpu_area_map_dump(&chunk->map, after, PCPU_DFL_MAP_ALLOC), used);
	assert_memory_equal(before, after, (size_t)used * sizeof(before[0]));
}

static void map_with_room_does_not_grow(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	int *entries = pcpu_area_map_entries(&chunk->map);

	(void)state;
	assert_int_equal(pcpu_chunk_extend_map(chunk, PCPU_MAP_MARGIN), 0);
	assert_ptr_equal(pcpu_area_map_entries(&chunk->map), entries);
}

static void map_without_memory_to_grow_stays_as_it_was(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	int *entries;

	(void)state;
	while (!pcpu_area_map_room_needed(&chunk->map, PCPU_MAP_MARGIN))
		take(chunk, 8);
	entries = pcpu_area_map_entries(&chunk->map);
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	assert_int_equal(pcpu_chunk_extend_map(chunk, PCPU_MAP_MARGIN), -ENOMEM);
	faults_end();
	assert_ptr_equal(pcpu_area_map_entries(&chunk->map), entries);
	assert_true(pcpu_area_map_is_valid(&chunk->map, pcpu_unit_size));
}

/* --- clearing --- */

static void fresh_memory_is_not_touched_to_clear_it(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();

	(void)state;
	pcpu_chunk_clear(chunk, 0, pcpu_unit_size);
	assert_int_equal(resident_pages(window + chunk->base, (uint64_t)pcpu_unit_size), 0);
}

static void used_memory_is_cleared_and_nothing_beside_it(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	unsigned char *unit = (void *)(window + chunk->base);

	(void)state;
	pcpu_chunk_clear(chunk, 0, 3 * 4096);
	memset(unit, 0xaa, 3 * 4096);
	pcpu_chunk_clear(chunk, 4000, 4300);
	for (int i = 0; i < 3 * 4096; i++)
		if (unit[i] != (i >= 4000 && i < 8300 ? 0 : 0xaa))
			fail_msg("offset %d is %#x", i, unit[i]);
}

static void single_bytes_are_cleared(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	unsigned char *unit = (void *)(window + chunk->base);

	(void)state;
	pcpu_chunk_clear(chunk, 0, 1);
	memset(unit, 0xaa, 16);
	pcpu_chunk_clear(chunk, 5, 1);
	assert_int_equal(unit[5], 0);
	assert_int_equal(unit[4], 0xaa);
	assert_int_equal(unit[6], 0xaa);
}

static void byte_that_is_dirty_at_the_end_alone_is_cleared(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	unsigned char *unit = (void *)(window + chunk->base);

	(void)state;
	pcpu_chunk_clear(chunk, 0, 4096);
	unit[999] = 1;
	pcpu_chunk_clear(chunk, 0, 1000);
	assert_int_equal(unit[999], 0);
}

static void memory_is_cleared_in_every_open_unit(void **state)
{
	struct pcpu_chunk *chunk = make_chunk();
	unsigned int cpu;

	(void)state;
	pcpu_chunk_clear(chunk, 0, 64);
	for_each_possible_cpu(cpu)
		memset((void *)(pcpu_unit_open(cpu) + chunk->base), 0xaa, 64);
	pcpu_chunk_clear(chunk, 0, 64);
	for_each_possible_cpu(cpu)
		assert_int_equal(*(long *)(pcpu_unit_window(cpu) + chunk->base + 56), 0);
}

/* Anonymous memory of the process, KiB: unlike mincore(), this leaves the zero page out. */
static unsigned long anonymous_kib(void)
{
	FILE *rollup = fopen("/proc/self/smaps_rollup", "re");
	unsigned long kib = 0;
	char line[128];

	while (rollup && fgets(line, sizeof(line), rollup))
		if (sscanf(line, "Anonymous: %lu", &kib) == 1)
			break;
	if (rollup)
		fclose(rollup);
	return kib;
}

static void reused_memory_that_was_never_written_stays_without_pages(void **state)
{
	unsigned long before;

	(void)state;
	for (int i = 0; i < 100; i++)
		pcpu_chunk_clear(make_chunk(), 0, pcpu_unit_size);
	before = anonymous_kib();
	for (unsigned int i = 0; i < nr_chunks; i++)
		pcpu_chunk_clear(chunks[i], 0, pcpu_unit_size);
	/* a page of each in one unit would be 400 KiB already */
	assert_true(anonymous_kib() < before + 100);
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
		chunk_test(map_grows_and_keeps_what_is_in_it),
		chunk_test(map_with_room_does_not_grow),
		chunk_test(map_without_memory_to_grow_stays_as_it_was),
		chunk_test(fresh_memory_is_not_touched_to_clear_it),
		chunk_test(used_memory_is_cleared_and_nothing_beside_it),
		chunk_test(single_bytes_are_cleared),
		chunk_test(byte_that_is_dirty_at_the_end_alone_is_cleared),
		chunk_test(memory_is_cleared_in_every_open_unit),
		chunk_test(reused_memory_that_was_never_written_stays_without_pages),
	};

	return cmocka_run_group_tests_name("chunk", tests, open_a_unit_and_lock, unlock);
}
