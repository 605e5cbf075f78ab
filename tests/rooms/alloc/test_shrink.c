/* SPDX-License-Identifier: MIT */
/*
 * test_shrink.c - what stays in memory when areas have been freed, without percpu_trim() and with
 * it. Each test is in a process of its own, and three units are open.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/locked.h"
#include "support/random.h"

#include "alloc/cache.h"
#include "alloc/caches.h"
#include "alloc/chunk/chunk_check.h"
#include "alloc/shrink.h"
#include "memory/copies.h"
#include "memory/open_units.h"

#include <percpu/percpu.h>

#include <string.h>

#define MOST 35000

static DEFINE_PER_CPU(int, some_variable);

static char __percpu *areas[MOST];

static int open_units(void **state)
{
	unsigned int opened = 0, cpu;

	(void)state;
	find_cpus();
	stay_here();
	this_cpu_inc(some_variable);
	for (cpu = nr_cpu_ids; cpu-- > 0 && opened < 2; opened++)
		per_cpu(some_variable, cpu) = 1;
	return 0;
}

static void write_everywhere(char __percpu *area, size_t size)
{
	unsigned int cpu;

	pcpu_for_each_open_cpu(cpu)
		memset(per_cpu_ptr(area, cpu), 0x55, size);
}

static void allocate(struct random *random, int most_bytes)
{
	for (int i = 0; i < MOST; i++) {
		size_t size = (size_t)(1 + random_below(random, most_bytes));

		areas[i] = __alloc_percpu(size, 1);
		child_expect(areas[i]);
		write_everywhere(areas[i], size);
	}
}

static void free_in_any_order(struct random *random)
{
	for (int i = MOST; i > 0; i--) {
		int at = random_below(random, i);

		free_percpu(areas[at]);
		areas[at] = areas[i - 1];
	}
}

/* Twice: what is learnt of a program that frees much must not keep it from being seen again. */
static void hardly_anything_stays_of(int most_bytes)
{
	struct random random = random_from(random_seed());
	size_t before = pcpu_units_resident(), full;

	for (int round = 0; round < 2; round++) {
		allocate(&random, most_bytes);
		full = pcpu_units_resident() - before;
		child_expect(full >= (size_t)MOST * (size_t)most_bytes / 2);
		free_in_any_order(&random);
		if (pcpu_units_resident() > before + full * 3 / 100)
			dprintf(STDERR_FILENO, "of %zu bytes %zu stay\n", full,
				pcpu_units_resident() - before);
		child_expect(pcpu_units_resident() <= before + full * 3 / 100);
		child_expect(!locked(pcpu_chunks_check()));
	}
}

static void hardly_anything_stays_of_areas_of_many_sizes(void *arg)
{
	(void)arg;
	hardly_anything_stays_of(1024);
}

static void hardly_anything_stays_of_areas_of_the_sizes_of_caches(void *arg)
{
	(void)arg;
	hardly_anything_stays_of(PCPU_CACHE_MAX_SIZE);
}

static void hardly_anything_stays_without_caches(void *arg)
{
	(void)arg;
	pcpu_cache_turn(false);
	hardly_anything_stays_of(1024);
}

/* --- programs that do not only free --- */

static uint64_t nr_cached(void)
{
	struct pcpu_cache_counts counts;

	pcpu_alloc_lock();
	pcpu_cache_count(&counts);
	pcpu_alloc_unlock();
	return counts.nr_areas;
}

static void caches_serve_again_after_memory_was_given_back(void *arg)
{
	struct random random = random_from(random_seed());
	void __percpu *few[100];

	(void)arg;
	allocate(&random, 1024);
	free_in_any_order(&random);
	if (!pcpu_cache_on)
		return;
	/* an allocation of the size opens its magazine */
	free_percpu(__alloc_percpu(48, 8));
	child_expect(nr_cached() > 0);
	/* and enough of them those of others, from which is only freed */
	for (int i = 0; i < 100; i++)
		few[i] = __alloc_percpu(300, 4);
	for (int i = 0; i < 100; i++)
		free_percpu(few[i]);
	child_expect(locked(pcpu_shrink_is_over()));
}

static void pages_that_are_counted_as_touched_are_those(void *arg)
{
	struct random random = random_from(random_seed());
	unsigned int touched = 0;
	uint64_t used = 0;

	(void)arg;
	allocate(&random, 600);
	for (int i = 0; i < MOST; i += 2)
		free_percpu(areas[i]);
	pcpu_alloc_lock();
	for (struct pcpu_chunk *chunk = pcpu_chunk_first(); chunk; chunk = pcpu_chunk_next(chunk)) {
		for (int i = chunk->map.first; i < chunk->map.end; i++)
			touched += chunk->map.blocks[i].touched != 0;
		if (chunk != pcpu_reserved_chunk)
			used += (uint64_t)(chunk->end - chunk->start -
					   pcpu_area_map_free_size(&chunk->map));
	}
	child_expect(touched == pcpu_touched_pages);
	child_expect(used == pcpu_used_bytes);
	pcpu_alloc_unlock();
}

/* --- percpu_trim() --- */

static void trim_says_what_went(void *arg)
{
	/* the first chunk has no room for these, and its pages stay */
	char __percpu *written = __alloc_percpu(24576, 4096), *read = __alloc_percpu(24576, 4096);
	size_t before, went;

	(void)arg;
	percpu_trim();
	write_everywhere(written, 24576);
	/* these pages were never there; and if each has a chunk, the last one stays */
	free_percpu(read);
	free_percpu(written);
	before = pcpu_units_resident();
	went = percpu_trim();
	child_expect(went >= 24576 * pcpu_units_nr_open());
	child_expect(before - pcpu_units_resident() >= 24576 * pcpu_units_nr_open());
	/* the rest are records: few, after so few areas */
	child_expect(before - pcpu_units_resident() <= went);
	child_expect(went <= before - pcpu_units_resident() + (1 << 18));
	child_expect(percpu_trim() <= 1 << 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(hardly_anything_stays_of_areas_of_many_sizes),
		child_test(hardly_anything_stays_of_areas_of_the_sizes_of_caches),
		child_test(hardly_anything_stays_without_caches),
		child_test(caches_serve_again_after_memory_was_given_back),
		child_test(pages_that_are_counted_as_touched_are_those),
		child_test(trim_says_what_went),
	};

	return cmocka_run_group_tests_name("shrink", tests, open_units, NULL);
}
