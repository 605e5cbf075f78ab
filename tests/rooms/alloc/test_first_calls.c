/* SPDX-License-Identifier: MIT */
/*
 * test_first_calls.c - allocations that must not block, in a process in which nobody has allocated
 * yet: the first chunk's dynamic area serves them, all of it. Each begins in a child.
 */
#include "support/child.h"

#include "alloc/chunk/chunk.h"
#include "alloc/chunk/chunk_check.h"
#include "ground/conf.h"
#include "memory/open_units.h"
#include "memory/pages/vm.h"
#include "support/locked.h"

#include <percpu/percpu.h>

/* Of these a page may be lost to sizes that do not fit. */
static size_t dynamic_bytes(void)
{
	return (size_t)(pcpu_first_chunk->end - pcpu_first_chunk->start);
}

static DEFINE_PER_CPU(int, some_variable);

struct object {
	size_t size, align;
};

/* How many of that kind there are for calls that must not block. */
static size_t nowait_until_it_fails(const struct object *object)
{
	size_t nr = 0;

	while (__alloc_percpu_gfp(object->size, object->align, GFP_NOWAIT | __GFP_NOWARN))
		nr++;
	return nr;
}

static void take_all(void *arg)
{
	const struct object *object = arg;
	size_t nr = nowait_until_it_fails(object);

	if (nr * object->size < dynamic_bytes() - PCPU_PAGE_SIZE)
		dprintf(STDERR_FILENO, "%zu of %zu bytes\n", nr, object->size);
	child_expect(nr * object->size >= dynamic_bytes() - PCPU_PAGE_SIZE);
	child_expect(!locked(pcpu_chunks_check()));
	child_expect(__alloc_percpu(object->size, object->align));
}

static void first_chunk_serves_calls_that_must_not_block(void **state)
{
	static struct object objects[] = {{1, 1}, {3, 1},  {4, 4},   {5, 1},
					  {8, 8}, {24, 8}, {64, 64}, {100, 4}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++)
		assert_content(take_all, &objects[i]);
}

/*
 * All of the first chunk's pages count as populated, from the start: 20 KiB of them; in the form of
 * single pages 12 KiB, and what the static area leaves of the last one.
 */
static void three_hundred_small_objects_are_there_at_once(void *arg)
{
	const struct object object = {64, 8};
	size_t nr = nowait_until_it_fails(&object);

	(void)arg;
	child_expect(pcpu_conf.fc == PCPU_FC_PAGE || nr >= 300);
	child_expect((nr + 1) * object.size > dynamic_bytes());
}

/* The coarsest codes first. A round in which nothing fits is the last one. */
static void take_a_mixture(void *arg)
{
	static const struct object objects[] = {{128, 64}, {8, 8}, {64, 64}, {24, 8},
						{16, 16},  {4, 4}, {256, 4}, {1, 1}};
	size_t bytes = 0, before;

	(void)arg;
	do {
		before = bytes;
		for (size_t i = 0; i < ARRAY_SIZE(objects); i++)
			if (__alloc_percpu_gfp(objects[i].size, objects[i].align,
					       GFP_NOWAIT | __GFP_NOWARN))
				bytes += objects[i].size;
	} while (bytes > before);
	child_expect(bytes >= dynamic_bytes() - PCPU_PAGE_SIZE);
	child_expect(!locked(pcpu_chunks_check()));
}

static size_t resident_in_first_chunk(void)
{
	size_t size = dynamic_bytes();
	uint32_t coord = pcpu_chunk_coord(pcpu_first_chunk, pcpu_first_chunk->start);
	uint64_t from = pcpu_page_floor(coord), end = pcpu_page_ceil(coord + size);

	return pcpu_vm_resident(pcpu_open_windows[0] + from, end - from);
}

/* Whoever asked for pages that are there before they are used has these too. */
static void pages_are_resident_where_that_was_asked_for(void *arg)
{
	const struct object object = {64, 8};

	(void)arg;
	per_cpu(some_variable, 0) = 1;
	child_expect(nowait_until_it_fails(&object) > 0);
	if (pcpu_conf.populate_eager)
		child_expect(resident_in_first_chunk() >= dynamic_bytes());
	else
		child_expect(resident_in_first_chunk() < dynamic_bytes());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_chunk_serves_calls_that_must_not_block),
		child_test(three_hundred_small_objects_are_there_at_once),
		child_test(take_a_mixture),
		child_test(pages_are_resident_where_that_was_asked_for),
	};

	return cmocka_run_group_tests_name("first_calls", tests, NULL, NULL);
}
