/* SPDX-License-Identifier: MIT */
/*
 * test_stats.c - percpu_get_stats() and percpu_stats_print(): each field against calls whose effect
 * is known, and the text against the fields.
 *
 * Sizes above 256 bytes do not go through a cache. Each test is a child, so that it begins with an
 * allocator that nobody has used.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/faults.h"
#include "support/locked.h"

#include "alloc/alloc.h"
#include "alloc/chunk/chunk.h"
#include "alloc/chunk/chunk_pages.h"
#include "debug/debug.h"
#include "boot/first_chunk/first_chunk.h"
#include "ground/layout.h"
#include "ground/mem.h"
#include "boot/module.h"
#include "memory/copies.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <pthread.h>

static DEFINE_PER_CPU(long, some_variable);

static void in_child(void (*body)(void *arg))
{
	struct child_end end = child_run(body, NULL);

	assert_child_was_content(end);
}

static struct percpu_stats stats_now(void)
{
	struct percpu_stats stats;

	percpu_get_stats(&stats);
	return stats;
}

/* --- fields --- */

static void layout_is_that_of_the_first_chunk(void *arg)
{
	struct percpu_stats stats = stats_now();
	size_t static_size;

	(void)arg;
	pcpu_modules_first(&static_size);
	child_expect(stats.static_size == static_size);
	child_expect(stats.unit_size == (size_t)pcpu_unit_size);
	child_expect(stats.reserved_size ==
		     (size_t)(pcpu_reserved_chunk->end - pcpu_reserved_chunk->start));
	child_expect(stats.dyn_size == (size_t)(pcpu_first_chunk->end - pcpu_first_chunk->start));
	child_expect(stats.static_size + stats.reserved_size + stats.dyn_size <= stats.unit_size);
	child_expect(stats.atom_size >= PCPU_PAGE_SIZE && stats.alloc_size >= stats.unit_size);
	child_expect(stats.alloc_size % stats.atom_size == 0);
	child_expect(stats.alloc_size % stats.unit_size == 0);
}

static void calls_and_areas_are_counted(void *arg)
{
	void __percpu *areas[3];
	struct percpu_stats stats = stats_now();

	(void)arg;
	child_expect(stats.nr_alloc == 0 && stats.nr_dealloc == 0 && stats.nr_cur_alloc == 0);
	child_expect(stats.min_alloc_size == 0 && stats.max_alloc_size == 0);
	areas[0] = __alloc_percpu(1000, 8);
	areas[1] = __alloc_percpu(300, 8);
	areas[2] = __alloc_percpu(5000, 8);
	stats = stats_now();
	child_expect(stats.nr_alloc == 3 && stats.nr_dealloc == 0);
	child_expect(stats.nr_cur_alloc == 3 && stats.nr_max_alloc == 3);
	child_expect(stats.min_alloc_size == 300 && stats.max_alloc_size == 5000);
	free_percpu(areas[0]);
	free_percpu(areas[2]);
	stats = stats_now();
	child_expect(stats.nr_alloc == 3 && stats.nr_dealloc == 2);
	child_expect(stats.nr_cur_alloc == 1 && stats.nr_max_alloc == 3);
	child_expect(stats.min_alloc_size == 300 && stats.max_alloc_size == 5000);
	child_expect(stats.cached_areas == 0 && stats.cached_bytes == 0);
}

static void failures_are_not_counted(void *arg)
{
	struct percpu_stats stats;

	(void)arg;
	child_expect(!__alloc_percpu_gfp(0, 8, GFP_KERNEL | __GFP_NOWARN));
	free_percpu(NULL);
	stats = stats_now();
	child_expect(stats.nr_alloc == 0 && stats.nr_dealloc == 0 && stats.max_alloc_size == 0);
}

static void use_a_cache(void *arg)
{
	void __percpu *areas[10];
	struct percpu_stats stats;

	(void)arg;
	for (int i = 0; i < 10; i++)
		areas[i] = __alloc_percpu(48, 8);
	for (int i = 0; i < 10; i++)
		free_percpu(areas[i]);
	stats = stats_now();
	child_expect(stats.nr_alloc == 10 && stats.nr_dealloc == 10 && stats.nr_cur_alloc == 0);
	child_expect(stats.cached_areas > 0 && stats.cached_bytes == 48 * stats.cached_areas);
	child_expect(stats.nr_max_alloc >= 10);
	child_expect(stats.min_alloc_size == 48 && stats.max_alloc_size == 48);
	percpu_trim();
	stats = stats_now();
	child_expect(stats.cached_areas == 0 && stats.cached_bytes == 0);
	child_expect(stats.nr_alloc == 10 && stats.nr_dealloc == 10 && stats.nr_cur_alloc == 0);
}

static void areas_in_caches_are_told_apart(void **state)
{
	(void)state;
	if (!pcpu_cache_on)
		skip();
	in_child(use_a_cache);
}

static void free_space_is_that_of_ordinary_allocations(void *arg)
{
	struct percpu_stats before = stats_now(), stats;
	void __percpu *area, __percpu *reserved;

	(void)arg;
	child_expect(before.free_bytes == before.dyn_size);
	child_expect(before.largest_free == before.free_bytes);
	area = __alloc_percpu(1024, 4);
	reserved = __alloc_reserved_percpu(512, 4);
	stats = stats_now();
	child_expect(before.free_bytes - stats.free_bytes >= 1024);
	child_expect(before.free_bytes - stats.free_bytes < 1024 + PCPU_MIN_AREA);
	child_expect(stats.largest_free == stats.free_bytes);
	free_percpu(area);
	free_percpu(reserved);
	stats = stats_now();
	child_expect(before.free_bytes - stats.free_bytes < PCPU_MIN_AREA);
}

static void chunks_are_counted_and_the_most_is_kept(void *arg)
{
	void __percpu *areas[64];
	struct percpu_stats before = stats_now(), stats;
	int nr = 0;

	(void)arg;
	child_expect(before.nr_chunks == 2 && before.nr_max_chunks == 2);
	do {
		areas[nr++] = __alloc_percpu(32768, 4096);
		stats = stats_now();
		child_expect(nr < 64);
	} while (stats.nr_chunks < 4);
	child_expect(stats.nr_max_chunks == 4);
	while (nr)
		free_percpu(areas[--nr]);
	percpu_trim();
	stats = stats_now();
	child_expect(stats.nr_chunks == 2 && stats.nr_max_chunks == 4);
}

static void pages_are_counted(void *arg)
{
	struct percpu_stats before, stats;
	char __percpu *area;

	(void)arg;
	/* the first allocation may keep a chunk in stock, too */
	free_percpu(__alloc_percpu(32768, 4096));
	percpu_trim();
	this_cpu_inc(some_variable);
	area = __alloc_percpu(1, 1);
	before = stats_now();
	area = __alloc_percpu(8192, 4096);
	stats = stats_now();
	/* all pages of the first chunk count */
	child_expect(stats.populated_pages - before.populated_pages == 2 ||
		     locked(pcpu_chunk_find((uint32_t)(uintptr_t)area)) == pcpu_first_chunk);
	before = stats_now();
	per_cpu_ptr(area, raw_smp_processor_id())[0] = 1;
	per_cpu_ptr(area, raw_smp_processor_id())[4096] = 1;
	stats = stats_now();
	child_expect(stats.resident_bytes - before.resident_bytes == 8192);
	child_expect(stats.resident_bytes == pcpu_units_resident());
}

static void open_units(void *arg)
{
	struct percpu_stats stats;
	unsigned int cpu, open = 0, possible = 0;

	(void)arg;
	for_each_possible_cpu(cpu) {
		open += percpu_unit_is_open(cpu);
		possible++;
	}
	stats = stats_now();
	child_expect(stats.open_units == open && stats.possible_cpus == possible);
	for_each_possible_cpu(cpu)
		per_cpu_ptr(&some_variable, cpu);
	stats = stats_now();
	child_expect(stats.open_units == possible && stats.possible_cpus == possible);
}

static void units_are_counted(void **state)
{
	(void)state;
	in_child(open_units);
}

static void costs_are_told(void *arg)
{
	struct percpu_stats before = stats_now(), stats;
	const char *conf = getenv("PERCPU_CONF");

	(void)arg;
	if (conf && strstr(conf, "alloc:page"))
		child_expect(before.reserved_bytes == 0);
	else
		child_expect(before.reserved_bytes ==
			     before.possible_cpus * pcpu_first_layout->stride);
	child_expect(before.metadata_bytes >= pcpu_mem_allocated());
	/* the records of its pages are nobody else's */
	child_expect(locked(pcpu_chunk_create()));
	before = stats_now();
	child_expect(before.metadata_bytes >= pcpu_mem_allocated() + PCPU_PAGE_SIZE);
	child_expect(pcpu_mem_zalloc(100000));
	stats = stats_now();
	child_expect(stats.metadata_bytes - before.metadata_bytes >= 100000);
	child_expect(strcmp(stats.backend, percpu_backend()) == 0);
}

static bool stop;

static void *allocate_all_the_time(void *arg)
{
	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		void __percpu *small = __alloc_percpu(48, 8), __percpu * large;

		large = __alloc_percpu(400, 8);
		free_percpu(small);
		free_percpu(large);
	}
	return NULL;
}

static void numbers_are_of_one_moment(void *arg)
{
	pthread_t threads[3];

	(void)arg;
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_create(&threads[i], NULL, allocate_all_the_time, NULL);
	for (int i = 0; i < 300; i++) {
		struct percpu_stats stats = stats_now();

		child_expect(stats.nr_alloc - stats.nr_dealloc == stats.nr_cur_alloc);
		child_expect(stats.nr_cur_alloc <= 2 * ARRAY_SIZE(threads));
		child_expect(stats.nr_cur_alloc + stats.cached_areas <= stats.nr_max_alloc);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
}

static void sizes_have_redzones_in_them_at_a_debug_level(void *arg)
{
	struct percpu_stats stats;

	(void)arg;
	pcpu_debug_init(1);
	child_expect(__alloc_percpu(64, 8));
	stats = stats_now();
	child_expect(stats.nr_alloc == 1 && stats.nr_cur_alloc == 1);
	child_expect(stats.max_alloc_size == 64 + 32);
}

/* --- the text --- */

static char text[65536];

static void print(void)
{
	FILE *stream = fmemopen(text, sizeof(text), "w");

	child_expect(stream);
	child_expect(percpu_stats_print(stream) == 0);
	fclose(stream);
}

/* The number in the first line from @from on that is of field @name. */
static unsigned long number(const char *from, const char *name)
{
	char label[64];
	const char *at;

	snprintf(label, sizeof(label), "\n  %-18s:", name);
	at = from ? strstr(from, label) : NULL;
	if (!at) {
		dprintf(STDERR_FILENO, "there is no %s in: %s\n", name, text);
		_exit(1);
	}
	return strtoul(at + strlen(label), NULL, 10);
}

#define EXPECT_SAID(field) child_expect(number(text, #field) == (unsigned long)stats.field)

static void text_has_the_fields_of_the_struct(void *arg)
{
	struct percpu_stats stats;

	(void)arg;
	/* once, so that what a stream and the caches need is there */
	print();
	free_percpu(__alloc_percpu(48, 8));
	__alloc_percpu(1000, 8);
	free_percpu(__alloc_percpu(5000, 8));
	print();
	stats = stats_now();
	EXPECT_SAID(unit_size);
	EXPECT_SAID(static_size);
	EXPECT_SAID(reserved_size);
	EXPECT_SAID(dyn_size);
	EXPECT_SAID(atom_size);
	EXPECT_SAID(alloc_size);
	EXPECT_SAID(nr_alloc);
	EXPECT_SAID(nr_dealloc);
	EXPECT_SAID(nr_cur_alloc);
	EXPECT_SAID(nr_max_alloc);
	EXPECT_SAID(nr_chunks);
	EXPECT_SAID(nr_max_chunks);
	EXPECT_SAID(min_alloc_size);
	EXPECT_SAID(max_alloc_size);
	EXPECT_SAID(cached_areas);
	EXPECT_SAID(cached_bytes);
	EXPECT_SAID(free_bytes);
	EXPECT_SAID(largest_free);
	EXPECT_SAID(open_units);
	EXPECT_SAID(possible_cpus);
	EXPECT_SAID(reserved_bytes);
	EXPECT_SAID(resident_bytes);
	EXPECT_SAID(metadata_bytes);
	EXPECT_SAID(populated_pages);
	child_expect(strstr(text, stats.backend));
}

/*
 * The reserved area as | 1024 | free 512 | 2048 | free 2048 | 256 | free |. Returns the bytes in
 * front of it, which are none that can be given out.
 */
static size_t make_holes(void)
{
	static const size_t sizes[] = {1024, 512, 2048, 2048, 256};
	char __percpu *areas[ARRAY_SIZE(sizes)];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		areas[i] = __alloc_reserved_percpu(sizes[i], 4);
		child_expect(i == 0 || areas[i] == areas[i - 1] + sizes[i - 1]);
	}
	free_percpu(areas[1]);
	free_percpu(areas[3]);
	return (uint32_t)(uintptr_t)areas[0] -
	       pcpu_chunk_coord(pcpu_reserved_chunk, pcpu_reserved_chunk->start);
}

static void each_chunk_has_a_block(void *arg)
{
	const char *first, *reserved;
	struct percpu_stats stats;
	size_t head = make_holes();

	(void)arg;
	__alloc_percpu(300, 4);
	print();
	stats = stats_now();
	first = strstr(text, "Chunk: <- First Chunk\n");
	reserved = strstr(text, "Chunk: <- Reserved Chunk\n");
	child_expect(head < PCPU_MIN_AREA && first && reserved);
	child_expect(number(reserved, "nr_alloc") == 3);
	child_expect(number(reserved, "max_alloc_size") == 2048);
	child_expect(number(reserved, "populated_pages") ==
		     (unsigned long)locked(pcpu_chunk_populated_pages(pcpu_reserved_chunk)));
	child_expect(number(reserved, "free_bytes") == stats.reserved_size - head - 3328);
	child_expect(number(reserved, "contig_bytes") == stats.reserved_size - head - 5888);
	child_expect(number(reserved, "sum_frag") == 512 + 2048);
	child_expect(number(reserved, "max_frag") == 2048);
	child_expect(number(reserved, "cur_min_alloc") == 256);
	child_expect(number(reserved, "cur_med_alloc") == 1024);
	child_expect(number(reserved, "cur_max_alloc") == 2048);
	child_expect(number(first, "nr_alloc") == 1);
	child_expect(number(first, "max_alloc_size") == 300);
	child_expect(number(first, "free_bytes") == stats.free_bytes);
	child_expect(number(first, "contig_bytes") == stats.largest_free);
}

static void empty_chunk_has_a_block_of_zeros(void *arg)
{
	const char *reserved;

	(void)arg;
	print();
	reserved = strstr(text, "Chunk: <- Reserved Chunk\n");
	child_expect(number(reserved, "nr_alloc") == 0);
	child_expect(number(reserved, "max_alloc_size") == 0);
	child_expect(number(reserved, "free_bytes") == stats_now().reserved_size);
	child_expect(number(reserved, "contig_bytes") == stats_now().reserved_size);
	child_expect(number(reserved, "sum_frag") == 0);
	child_expect(number(reserved, "cur_min_alloc") == 0);
	child_expect(number(reserved, "cur_med_alloc") == 0);
	child_expect(number(reserved, "cur_max_alloc") == 0);
}

/* The sizes of the areas, at most 7, and the median that is expected. */
static void look_at_median(const size_t *sizes, int nr, size_t expected)
{
	for (int i = 0; i < nr; i++)
		child_expect(__alloc_reserved_percpu(sizes[i], 4));
	print();
	child_expect(number(strstr(text, "Chunk: <- Reserved Chunk\n"), "cur_med_alloc") ==
		     expected);
}

static void median_is_the_lower_of_the_two_in_the_middle(void *arg)
{
	(void)arg;
	/* what a sliver may have added is spent on the first */
	look_at_median((const size_t[]){400}, 1, 400);
	look_at_median((const size_t[]){100}, 1, 100);
	look_at_median((const size_t[]){200}, 1, 200);
	look_at_median((const size_t[]){1000, 1200}, 2, 400);
	look_at_median((const size_t[]){12}, 1, 200);
	look_at_median((const size_t[]){8}, 1, 200);
	look_at_median((const size_t[]){16}, 1, 100);
}

static void print_without_memory_fails_and_writes_nothing(void *arg)
{
	FILE *stream = fmemopen(text, sizeof(text), "w");

	(void)arg;
	faults_fail_all(PCPU_FAULT_MEM);
	child_expect(percpu_stats_print(stream) == -ENOMEM);
	faults_end();
	child_expect(ftell(stream) == 0);
	child_expect(percpu_stats_print(stream) == 0);
}

/* A stream that allocates. */
static ssize_t allocate_and_write(void *cookie, const char *bytes, size_t size)
{
	(void)cookie;
	(void)bytes;
	free_percpu(__alloc_percpu(1000, 8));
	return (ssize_t)size;
}

static void stream_is_written_to_without_locks(void *arg)
{
	FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = allocate_and_write});

	(void)arg;
	child_expect(stream && setvbuf(stream, NULL, _IONBF, 0) == 0);
	child_expect(percpu_stats_print(stream) == 0);
	child_expect(stats_now().nr_alloc > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(layout_is_that_of_the_first_chunk),
		child_test(calls_and_areas_are_counted),
		child_test(failures_are_not_counted),
		cmocka_unit_test(areas_in_caches_are_told_apart),
		child_test(free_space_is_that_of_ordinary_allocations),
		child_test(chunks_are_counted_and_the_most_is_kept),
		child_test(pages_are_counted),
		cmocka_unit_test(units_are_counted),
		child_test(costs_are_told),
		child_test(numbers_are_of_one_moment),
		child_test(sizes_have_redzones_in_them_at_a_debug_level),
		child_test(text_has_the_fields_of_the_struct),
		child_test(each_chunk_has_a_block),
		child_test(empty_chunk_has_a_block_of_zeros),
		child_test(median_is_the_lower_of_the_two_in_the_middle),
		child_test(print_without_memory_fails_and_writes_nothing),
		child_test(stream_is_written_to_without_locks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
