/* SPDX-License-Identifier: MIT */
/*
 * test_debug.c - the debug levels: redzones, poison, who allocated what, and the check of
 * everything.
 *
 * Each test is a child that switches a level on; the parent allocates nothing. The callers whose
 * names are looked for lie in sections of their own, so that a return address can be told to be
 * one's.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/faults.h"
#include "support/records.h"
#include "support/residency.h"

#include "alloc/chunk/chunk.h"
#include "debug/debug.h"
#include "debug/debug_record.h"
#include "ground/layout.h"
#include "debug/redzone.h"
#include "ground/conf.h"

#include <percpu/percpu.h>

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>

/* --- children --- */

struct at_level {
	int level;
	void (*body)(void);
};

static void switch_on(void *arg)
{
	const struct at_level *at = arg;

	pcpu_debug_init(at->level);
	at->body();
}

static struct child_end run_at(int level, void (*body)(void))
{
	struct at_level at = {level, body};

	return child_run(switch_on, &at);
}

static size_t nr_records_now(void)
{
	size_t nr;

	pcpu_debug_lock();
	nr = pcpu_records_count();
	pcpu_debug_unlock();
	return nr;
}

static struct child_end assert_content_at(int level, void (*body)(void))
{
	struct child_end end = run_at(level, body);

	assert_child_was_content(end);
	return end;
}

/* What is so at each of some levels of debugging. */
struct at_levels {
	int first, last;
	void (*body)(void);
};

static void test_at_levels(void **state)
{
	const struct at_levels *at = *state;

	for (int level = at->first; level <= at->last; level++)
		assert_content_at(level, at->body);
}

/* A body as a test of its name, in a child a level. */
/* clang-format 14 knows no initializers in macros. */
/* clang-format off */
#define levels_test(first, last, body) \
	{#body, test_at_levels, NULL, NULL, &(struct at_levels){first, last, body}}
/* clang-format on */
#define level_test(level, body) levels_test(level, level, body)

static void assert_says(const struct child_end *end, const char *text)
{
	if (!strstr(end->output, text))
		fail_msg("\"%s\" is missing: %s", text, end->output);
}

/* The child ends by abort(), after one line with all of @texts, up to NULL. Returns its end. */
static struct child_end assert_dies(int level, void (*body)(void), const char *const *texts)
{
	struct child_end end = run_at(level, body);

	assert_child_died_of(end, SIGABRT);
	for (; *texts; texts++)
		assert_says(&end, *texts);
	assert_non_null(strchr(end.output, '\n'));
	assert_string_equal(strchr(end.output, '\n'), "\n");
	return end;
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* --- callers --- */

#define SITE(name) __attribute__((__noinline__, __section__("site_" #name)))

extern const char __start_site_a[], __stop_site_a[], __start_site_b[], __stop_site_b[];

/* The call must not be the last thing in the function. */
static SITE(a) void __percpu *alloc_at_a(size_t size)
{
	void __percpu *area = __alloc_percpu(size, 8);

	__asm__ volatile("" ::: "memory");
	return area;
}

static SITE(b) void __percpu *alloc_at_b(size_t size)
{
	void __percpu *area = __alloc_percpu_gfp(size, 8, GFP_KERNEL);

	__asm__ volatile("" ::: "memory");
	return area;
}

static SITE(b) void free_at_b(void __percpu *area)
{
	free_percpu(area);
	__asm__ volatile("" ::: "memory");
}

/* Whether @text, from its last '+' on, names an address in [start, stop) of this program. */
static bool names_address_in(const char *text, const char *start, const char *stop)
{
	const char *end = strpbrk(text, ",\n"), *plus = text;
	Dl_info info;
	uintptr_t address;

	for (const char *at = text; at && (!end || at < end); at = strchr(at + 1, '+'))
		plus = at;
	if (!dladdr(start, &info))
		return false;
	address = (uintptr_t)info.dli_fbase + strtoul(plus + 1, NULL, 16);
	return address >= (uintptr_t)start && address < (uintptr_t)stop;
}

/* That @end's message has "@what by CALLER", of the section that is given. */
static void assert_names_caller(const struct child_end *end, const char *what, const char *start,
				const char *stop)
{
	const char *at = strstr(end->output, what);

	if (!at || !names_address_in(at, start, stop))
		fail_msg("\"%s\" is not followed by the caller: %s", what, end->output);
}

/* As assert_dies() at level 2, of what was allocated at a and freed at b. */
static void assert_dies_with_callers(void (*body)(void), const char *const *texts)
{
	struct child_end end = assert_dies(2, body, texts);

	assert_names_caller(&end, "allocated by", __start_site_a, __stop_site_a);
	assert_names_caller(&end, "freed by", __start_site_b, __stop_site_b);
}

/* --- objects --- */

static void objects_are_zero_aligned_and_usable_to_their_last_byte(void)
{
	static const size_t sizes[] = {1, 2, 3, 8, 15, 16, 17, 64, 100, 4095, 4096, 5000, 32768};

	for (size_t align = 1; align <= PCPU_PAGE_SIZE; align *= 2)
		for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
			char __percpu *area = __alloc_percpu(sizes[i], align);
			unsigned int cpu;

			child_expect(area && (uintptr_t)area % align == 0);
			for_each_possible_cpu(cpu) {
				char *copy = per_cpu_ptr(area, cpu);

				child_expect(copy[0] == 0 &&
					     memcmp(copy, copy + 1, sizes[i] - 1) == 0);
				memset(copy, 0xff, sizes[i]);
			}
			free_percpu(area);
		}
}

static void thousands_of_objects_can_be_live_at_once(void)
{
	enum { NR = 3000 };
	static long __percpu *areas[NR];

	for (int i = 0; i < NR; i++) {
		areas[i] = alloc_percpu(long);
		child_expect(areas[i]);
		*this_cpu_ptr(areas[i]) = i;
	}
	child_expect(nr_records_now() == NR);
	for (int i = 0; i < NR; i += 2)
		free_percpu(areas[i]);
	for (int i = 1; i < NR; i += 2) {
		child_expect(*this_cpu_ptr(areas[i]) == i);
		free_percpu(areas[i]);
	}
	child_expect(nr_records_now() == 0);
}

static void there_are_no_caches(void)
{
	struct percpu_stats stats;

	for (int i = 0; i < 100; i++)
		free_percpu(__alloc_percpu(8, 8));
	percpu_get_stats(&stats);
	child_expect(stats.nr_alloc == 100 && stats.nr_dealloc == 100);
	child_expect(stats.cached_areas == 0 && stats.nr_cur_alloc == 0);
}

static void free_of_null_does_nothing(void)
{
	free_percpu(NULL);
}

/* --- redzones --- */

/* A write of one byte that misses its object, and when. */
static struct {
	unsigned int cpu;
	ptrdiff_t offset;
	unsigned char value;
	bool open_first; /* the CPU's unit, before the allocation */
} miss;

static void miss_an_object(void)
{
	unsigned char __percpu *area;

	if (miss.open_first)
		per_cpu_ptr(__alloc_percpu(1, 1), miss.cpu);
	area = alloc_at_a(24);
	per_cpu_ptr(area, miss.cpu)[miss.offset] = miss.value;
	free_at_b(area);
}

static void assert_miss_is_found(ptrdiff_t offset, const char *side, const char *place)
{
	for (int when = 0; when < 2; when++)
		for (unsigned int cpu = 0; cpu < 4; cpu++) {
			char copy[32];

			miss.cpu = cpu;
			miss.offset = offset;
			miss.value = 0x41;
			miss.open_first = when;
			snprintf(copy, sizeof(copy), "CPU %u's copy", cpu);
			assert_dies(1, miss_an_object,
				    TEXTS("the redzone", side, "area of 24 bytes", copy, place,
					  "is 0x41"));
		}
}

static void write_behind_the_last_byte_is_found_in_any_copy(void **state)
{
	(void)state;
	assert_miss_is_found(24, "behind the area", "0 bytes behind the end of");
}

static void write_at_the_end_of_the_redzone_is_found_in_any_copy(void **state)
{
	(void)state;
	assert_miss_is_found(24 + 15, "behind the area", "15 bytes behind the end of");
}

static void write_before_the_first_byte_is_found_in_any_copy(void **state)
{
	(void)state;
	assert_miss_is_found(-1, "in front of the area", "1 bytes in front of");
	assert_miss_is_found(-16, "in front of the area", "16 bytes in front of");
}

static void write_of_zero_over_a_redzone_is_found(void **state)
{
	(void)state;
	miss.cpu = 2;
	miss.offset = 24;
	miss.value = 0;
	miss.open_first = true;
	assert_dies(1, miss_an_object, TEXTS("CPU 2's copy", "is 00", "behind the area"));
}

static void damaged_area_is_named_with_its_callers(void **state)
{
	(void)state;
	miss.cpu = 1;
	miss.offset = 24;
	miss.value = 1;
	assert_dies_with_callers(miss_an_object, TEXTS("(allocation "));
}

static void units_that_open_later_are_in_order(void)
{
	char __percpu *area = __alloc_percpu(24, 8);
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		per_cpu_ptr(area, cpu)[23] = 1;
	free_percpu(area);
	area = __alloc_percpu(24, 8);
	for_each_possible_cpu(cpu)
		child_expect(per_cpu_ptr(area, cpu)[23] == 0);
	free_percpu(area);
}

/* --- where there is little room --- */

static void object_as_large_as_a_unit_goes_without_redzones(void)
{
	static const int less[] = {0, 1, 2, 3, 15, 16, 17, 31, 32, 33, 40, 100};

	pcpu_conf.max_size = (size_t)pcpu_unit_size;
	for (size_t i = 0; i < ARRAY_SIZE(less); i++)
		for (size_t align = 1; align <= PCPU_PAGE_SIZE; align *= 8) {
			size_t size = (size_t)(pcpu_unit_size - less[i]);
			char __percpu *area = __alloc_percpu(size, align);

			child_expect(area && (uintptr_t)area % align == 0);
			this_cpu_ptr(area)[0] = 1;
			this_cpu_ptr(area)[size - 1] = 1;
			free_percpu(area);
		}
}

static void miss_a_large_object(void)
{
	size_t size = (size_t)pcpu_unit_size - 10;
	char __percpu *area;

	pcpu_conf.max_size = (size_t)pcpu_unit_size;
	area = __alloc_percpu(size, 8);
	this_cpu_ptr(area)[size + 9] = 1;
	free_percpu(area);
}

static void redzone_that_had_to_shrink_is_checked_all_the_same(void **state)
{
	(void)state;
	assert_dies(1, miss_a_large_object, TEXTS("behind the area", "9 bytes behind the end"));
}

static void the_whole_reserved_area_can_be_had(void)
{
	size_t all = (size_t)pcpu_area_map_free_size(&pcpu_reserved_chunk->map);
	char __percpu *area = __alloc_reserved_percpu(all, 1);

	child_expect(area);
	this_cpu_ptr(area)[all - 1] = 1;
	records_keep(PERCPU_LOG_DEBUG);
	child_expect(!__alloc_reserved_percpu(1, 1));
	child_expect(nr_records == 1 && record_says(0, "size=1 "));
	records_release();
	free_percpu(area);
	child_expect(pcpu_area_map_free_size(&pcpu_reserved_chunk->map) == (int)all);
}

/* --- poison --- */

static void freed_object_is_poison_in_every_copy(void)
{
	unsigned char __percpu *area = __alloc_percpu(24, 8);
	unsigned char *here = this_cpu_ptr(area), *there = per_cpu_ptr(area, 3);

	memset(here, 1, 24);
	memset(there, 2, 24);
	free_percpu(area);
	for (int i = 0; i < 24; i++)
		child_expect(here[i] == PCPU_POISON && there[i] == PCPU_POISON);
}

/* A CPU that wrote one byte in the middle of four pages, and one that opened and wrote nothing. */
static void page_that_was_never_written_is_not_poisoned(void)
{
	const size_t size = 16 * PCPU_PAGE_SIZE / 4;
	char __percpu *area = __alloc_percpu(size, PCPU_PAGE_SIZE);
	char *writer = per_cpu_ptr(area, 2), *other = per_cpu_ptr(area, 3);
	unsigned long before;

	writer[5000] = 1;
	before = resident_pages((uintptr_t)writer, size) + resident_pages((uintptr_t)other, size);
	child_expect(before == 1);
	free_percpu(area);
	child_expect(writer[5001] == PCPU_POISON && other[5001] == 0);
	area = __alloc_percpu(size, PCPU_PAGE_SIZE);
	free_percpu(area);
}

static struct {
	unsigned int cpu;
	ptrdiff_t offset;
} late_write;

static void write_after_free(void)
{
	unsigned char __percpu *area;

	for (unsigned int cpu = 0; cpu < 4; cpu++)
		per_cpu_ptr(__alloc_percpu(1, 1), cpu);
	area = alloc_at_a(24);
	free_at_b(area);
	per_cpu_ptr(area, late_write.cpu)[late_write.offset] = 0x41;
	__alloc_percpu(24, 8);
}

static void write_after_free_is_found_on_reuse_in_any_copy(void **state)
{
	char copy[32];

	(void)state;
	for (unsigned int cpu = 0; cpu < 4; cpu++) {
		late_write.cpu = cpu;
		late_write.offset = 23;
		snprintf(copy, sizeof(copy), "CPU %u's copy", cpu);
		assert_dies(1, write_after_free,
			    TEXTS("written after it was freed",
				  "23 bytes into the area of 24 bytes", copy, "is 0x41"));
	}
}

static void write_after_free_is_told_with_the_callers(void **state)
{
	(void)state;
	late_write.cpu = 1;
	late_write.offset = 0;
	assert_dies_with_callers(write_after_free, TEXTS("written after it was freed"));
}

static void write_to_space_that_nobody_had(void)
{
	char __percpu *area = __alloc_percpu(24, 8);

	this_cpu_ptr(area)[200] = 1;
	__alloc_percpu(300, 8);
}

static void write_to_free_space_is_found_when_it_is_used(void **state)
{
	(void)state;
	assert_dies(1, write_to_space_that_nobody_had,
		    TEXTS("free memory was overwritten", "no area is known"));
}

/* --- wrong pointers --- */

static ptrdiff_t wrong_offset;

static void free_a_wrong_pointer(void)
{
	char __percpu *area = alloc_at_a(24);

	free_percpu(area + wrong_offset);
}

static void assert_wrong_pointer_is_placed(ptrdiff_t offset, const char *place)
{
	struct child_end end;

	wrong_offset = offset;
	end = assert_dies(2, free_a_wrong_pointer,
			  TEXTS("points inside", place, "area of 24 bytes at"));
	assert_names_caller(&end, "allocated by", __start_site_a, __stop_site_a);
}

static void interior_pointer_is_named_with_the_area_and_its_caller(void **state)
{
	(void)state;
	assert_wrong_pointer_is_placed(1, " 1 bytes into the area");
	assert_wrong_pointer_is_placed(23, " 23 bytes into the area");
}

static void pointer_to_a_redzone_is_named_with_the_area(void **state)
{
	(void)state;
	assert_wrong_pointer_is_placed(24, " 0 bytes behind the end of the area");
	assert_wrong_pointer_is_placed(-1, " 1 bytes in front of the area");
	/* where the core's own area begins */
	assert_wrong_pointer_is_placed(-16, " 16 bytes in front of the area");
}

static void free_twice(void)
{
	void __percpu *area = alloc_at_a(24);

	free_at_b(area);
	free_percpu(area);
}

static void double_free_is_named_with_both_callers(void **state)
{
	struct child_end end;

	(void)state;
	end = assert_dies(2, free_twice, TEXTS("double free", "area of 24 bytes"));
	assert_names_caller(&end, "allocated by", __start_site_a, __stop_site_a);
	assert_names_caller(&end, "freed by", __start_site_b, __stop_site_b);
}

static void double_free_at_level_1_is_named_without_callers(void **state)
{
	struct child_end end;

	(void)state;
	end = assert_dies(1, free_twice, TEXTS("double free", "area of 24 bytes"));
	assert_null(strstr(end.output, "allocated by"));
	assert_null(strstr(end.output, "freed by"));
}

static void free_twice_after_many_others(void)
{
	void __percpu *area = alloc_at_a(24), __percpu * other;

	/* so that what is free around the area is not enough for the other */
	__alloc_percpu(24, 8);
	other = __alloc_percpu(100, 8);
	free_at_b(area);
	for (int i = 0; i < PCPU_HISTORY; i++) {
		free_percpu(other);
		other = __alloc_percpu(100, 8);
	}
	free_percpu(area);
}

static void double_free_that_nobody_remembers_is_found_all_the_same(void **state)
{
	struct child_end end;

	(void)state;
	end = assert_dies(2, free_twice_after_many_others, TEXTS("double free"));
	assert_null(strstr(end.output, "allocated by"));
}

static void free_what_never_was(void)
{
	free_percpu((void *)((uintptr_t)__alloc_percpu(24, 8) ^ (uintptr_t)1 << 31));
}

static void pointer_of_no_chunk_is_named(void **state)
{
	(void)state;
	assert_dies(2, free_what_never_was, TEXTS("was never allocated"));
}

static DEFINE_PER_CPU(long, some_variable);

static void free_static(void)
{
	free_percpu(&some_variable);
}

static void static_variable_is_named(void **state)
{
	(void)state;
	assert_dies(2, free_static, TEXTS("static per-CPU variable"));
}

/* --- the leak report --- */

static char report_text[4096];

/* The report, and what it returned. */
static size_t report(void)
{
	FILE *stream = fmemopen(report_text, sizeof(report_text), "w");
	size_t live;

	child_expect(stream);
	live = percpu_leak_report(stream);
	fclose(stream);
	return live;
}

static const char *line_of(unsigned int nr)
{
	const char *line = report_text;

	for (; nr && line; nr--) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return line && *line ? line : NULL;
}

static void expect_line(unsigned int nr, size_t bytes, size_t areas, const char *start,
			const char *stop)
{
	const char *line = line_of(nr);
	size_t said_bytes, said_areas;

	child_expect(line);
	child_expect(sscanf(line, "percpu: %zu bytes in %zu areas by ", &said_bytes, &said_areas) ==
		     2);
	child_expect(said_bytes == bytes && said_areas == areas);
	child_expect(names_address_in(line, start, stop));
}

static void leak_report_has_a_line_a_caller_the_largest_first(void)
{
	void __percpu *areas[5];

	for (int i = 0; i < 5; i++)
		areas[i] = i % 2 ? alloc_at_b(100) : alloc_at_a(24);
	child_expect(report() == 5);
	child_expect(strstr(report_text, "live areas: 5, of 272 bytes a CPU, allocated by 2"));
	expect_line(1, 200, 2, __start_site_b, __stop_site_b);
	expect_line(2, 72, 3, __start_site_a, __stop_site_a);
	child_expect(!line_of(3));
	free_percpu(areas[1]);
	free_percpu(areas[3]);
	child_expect(report() == 3);
	expect_line(1, 72, 3, __start_site_a, __stop_site_a);
	child_expect(!line_of(2));
	areas[1] = alloc_at_b(60);
	child_expect(report() == 4);
	expect_line(1, 72, 3, __start_site_a, __stop_site_a);
	expect_line(2, 60, 1, __start_site_b, __stop_site_b);
	free_percpu(areas[1]);
	for (int i = 0; i < 5; i += 2)
		free_percpu(areas[i]);
	child_expect(report() == 0);
	child_expect(strstr(report_text, "live areas: 0,") && !line_of(1));
}

static void leak_report_without_owner_tracking_says_so(void)
{
	alloc_at_a(24);
	child_expect(report() == 0);
	child_expect(strstr(report_text, "PERCPU_CONF=debug:2") && !line_of(1));
}

static void leave_one(void)
{
	alloc_at_a(24);
	free_percpu(alloc_at_b(100));
	exit(0);
}

static void what_is_live_at_exit_is_listed(void **state)
{
	struct child_end end = assert_content_at(2, leave_one);

	(void)state;
	assert_says(&end, "live areas: 1, of 24 bytes a CPU, allocated by 1");
	assert_names_caller(&end, "24 bytes in        1 areas by", __start_site_a, __stop_site_a);
	assert_null(strstr(end.output, "100 bytes"));
}

static void leave_none(void)
{
	free_percpu(alloc_at_a(24));
	exit(0);
}

static void nothing_is_said_at_exit_if_nothing_is_live(void **state)
{
	struct child_end end = assert_content_at(2, leave_none);

	(void)state;
	assert_string_equal(end.output, "");
}

static void nothing_is_said_at_exit_at_level_1(void **state)
{
	struct child_end end = assert_content_at(1, leave_one);

	(void)state;
	assert_string_equal(end.output, "");
}

static void leave_without_memory(void)
{
	alloc_at_a(24);
	faults_fail_all(PCPU_FAULT_MEM);
	child_expect(report() == 0);
	child_expect(strstr(report_text, "no memory"));
	exit(0);
}

static void leak_report_without_memory_says_so(void **state)
{
	struct child_end end = assert_content_at(2, leave_without_memory);

	(void)state;
	assert_says(&end, "no memory to list");
}

/* In the shared library, and in the static one, of which a program has only what it calls. */
static void level_is_that_of_the_environment(void **state)
{
	static const char *const programs[] = {LEAVE_AREAS, LEAVE_AREAS_STATIC};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		for (int level = 0; level <= 3; level++) {
			char conf[16];
			struct child_program program = {.path = programs[i], .conf = conf};
			struct child_end end;

			snprintf(conf, sizeof(conf), "debug:%d", level);
			end = child_run_program(&program);
			assert_child_was_content(end);
			if (level < 2)
				assert_string_equal(end.output, "");
			else
				assert_says(&end, "live areas: 2, of 1234 bytes a CPU");
		}
}

/* --- the check of everything --- */

static void break_a_hint(void)
{
	free_percpu(__alloc_percpu(24, 8));
	pcpu_first_chunk->map.hints.numbers[0][0] = 1;
	__alloc_percpu(24, 8);
}

static void broken_hint_is_found_by_the_next_allocation(void **state)
{
	struct child_end end;

	(void)state;
	assert_dies(3, break_a_hint, TEXTS("inconsistent after an allocation", "area map"));
	end = run_at(2, break_a_hint);
	assert_child_was_content(end);
}

static void break_a_count(void)
{
	void __percpu *area = __alloc_percpu(24, 8);

	pcpu_nr_chunks++;
	free_percpu(area);
}

static void broken_count_is_found_by_the_next_free(void **state)
{
	(void)state;
	assert_dies(3, break_a_count, TEXTS("inconsistent after a free", "chunks"));
}

/* --- without memory --- */

static void allocation_without_memory_for_its_record_fails(void)
{
	records_keep(PERCPU_LOG_DEBUG);
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	child_expect(!__alloc_percpu_gfp(24, 8, GFP_KERNEL | __GFP_NOWARN) && nr_records == 0);
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	child_expect(!__alloc_percpu(24, 8));
	child_expect(faults_end() == 1);
	child_expect(nr_records == 1 && record_says(0, "record") && record_says(0, "size=24 "));
	child_expect(nr_records_now() == 0);
	child_expect(__alloc_percpu(24, 8));
}

/* The table has 256 buckets, and is to grow with the next record; one of the calls fails. */
static void table_that_cannot_grow_is_only_slower(void)
{
	static void __percpu *areas[257];
	int nth = 1, failed;

	for (int i = 0; i < 256; i++)
		areas[i] = __alloc_percpu(8, 8);
	do {
		faults_fail_nth(PCPU_FAULT_MEM, nth++);
		areas[256] = __alloc_percpu_gfp(8, 8, GFP_KERNEL | __GFP_NOWARN);
		failed = faults_end();
		child_expect(nr_records_now() == 256 + (areas[256] != NULL));
		free_percpu(areas[256]);
	} while (failed);
	/* at the least: the record, and the larger table */
	child_expect(nth - 2 >= 2);
	for (int i = 0; i < 256; i++)
		free_percpu(areas[i]);
	child_expect(nr_records_now() == 0);
}

static void failure_of_the_core_is_told_once(void)
{
	pcpu_conf.max_size = (size_t)pcpu_unit_size;
	records_keep(PERCPU_LOG_DEBUG);
	/* there is a unit in which a chunk has to be committed */
	this_cpu_ptr(&some_variable);
	faults_fail_all(PCPU_FAULT_COMMIT);
	child_expect(!__alloc_percpu((size_t)pcpu_unit_size, 8));
	child_expect(faults_end() > 0);
	/* one warning, of the second try, which is what was asked for */
	child_expect(nr_records == 1 && record_says(0, "new chunk"));
	child_expect(nr_records_now() == 0);
	child_expect(__alloc_percpu((size_t)pcpu_unit_size, 8));
}

/* --- calls that must not block --- */

static void nowait_takes_records_from_the_stock_alone(void)
{
	void __percpu *areas[20];
	int nr = 0;

	free_percpu(__alloc_percpu(24, 8));
	records_keep(PERCPU_LOG_DEBUG);
	faults_fail_all(PCPU_FAULT_MEM);
	while ((areas[nr] = __alloc_percpu_gfp(24, 8, GFP_NOWAIT)) != NULL)
		child_expect(++nr < 20);
	child_expect(nr >= 2 && nr_records == 1 && record_says(0, "record"));
	/* what is given back goes to the stock */
	free_percpu(areas[0]);
	areas[0] = __alloc_percpu_gfp(24, 8, GFP_NOWAIT);
	child_expect(areas[0]);
	child_expect(faults_end() == 0);
	for (int i = 0; i < nr; i++)
		free_percpu(areas[i]);
}

static void nowait_does_not_wait_for_the_lock(void)
{
	free_percpu(__alloc_percpu(24, 8));
	records_keep(PERCPU_LOG_DEBUG);
	pcpu_debug_lock();
	child_expect(!__alloc_percpu_gfp(24, 8, GFP_NOWAIT));
	pcpu_debug_unlock();
	child_expect(nr_records == 1 && record_says(0, "busy"));
	child_expect(__alloc_percpu_gfp(24, 8, GFP_NOWAIT));
}

/* --- fork --- */

static bool is_inside, may_go_on;

/* Called with the debug lock held. Goes on a while after fork() has begun to wait for it. */
static bool stay_inside(enum pcpu_fault_site site)
{
	if (site != PCPU_FAULT_MEM || __atomic_exchange_n(&is_inside, true, __ATOMIC_ACQ_REL))
		return false;
	while (!__atomic_load_n(&may_go_on, __ATOMIC_ACQUIRE))
		usleep(1000);
	usleep(100000);
	return false;
}

static void *allocate_in_a_thread(void *arg)
{
	(void)arg;
	return __alloc_percpu(24, 8);
}

static void child_of_a_fork_can_allocate_and_free(void)
{
	void __percpu *mine = __alloc_percpu(24, 8);
	pthread_t thread;
	int status = -1;
	pid_t pid;

	pcpu_fault_hook = stay_inside;
	pthread_create(&thread, NULL, allocate_in_a_thread, NULL);
	while (!__atomic_load_n(&is_inside, __ATOMIC_ACQUIRE))
		usleep(1000);
	__atomic_store_n(&may_go_on, true, __ATOMIC_RELEASE);
	pid = fork();
	if (pid == 0) {
		alarm((unsigned int)(CHILD_SECONDS * patience_factor()));
		free_percpu(mine);
		free_percpu(__alloc_percpu(24, 8));
		_exit(nr_records_now() == 1 ? 0 : 1);
	}
	child_expect(waitpid(pid, &status, 0) == pid && status == 0);
	pthread_join(thread, NULL);
	free_percpu(mine);
}

/* --- threads --- */

static void *allocate_and_free(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg;

	for (int i = 0; i < 300; i++) {
		size_t size = 1 + (size_t)(rand_r(&seed) % 500);
		char __percpu *area = __alloc_percpu(size, 8);

		child_expect(area);
		memset(this_cpu_ptr(area), 0xff, size);
		free_percpu(area);
	}
	return NULL;
}

static void threads_can_allocate_at_once(void)
{
	pthread_t threads[4];

	for (uintptr_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_create(&threads[i], NULL, allocate_and_free, (void *)i);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	child_expect(nr_records_now() == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		levels_test(1, 3, objects_are_zero_aligned_and_usable_to_their_last_byte),
		level_test(2, thousands_of_objects_can_be_live_at_once),
		level_test(1, there_are_no_caches),
		level_test(3, free_of_null_does_nothing),
		cmocka_unit_test(write_behind_the_last_byte_is_found_in_any_copy),
		cmocka_unit_test(write_at_the_end_of_the_redzone_is_found_in_any_copy),
		cmocka_unit_test(write_before_the_first_byte_is_found_in_any_copy),
		cmocka_unit_test(write_of_zero_over_a_redzone_is_found),
		cmocka_unit_test(damaged_area_is_named_with_its_callers),
		level_test(1, units_that_open_later_are_in_order),
		level_test(3, object_as_large_as_a_unit_goes_without_redzones),
		cmocka_unit_test(redzone_that_had_to_shrink_is_checked_all_the_same),
		level_test(3, the_whole_reserved_area_can_be_had),
		level_test(1, freed_object_is_poison_in_every_copy),
		level_test(1, page_that_was_never_written_is_not_poisoned),
		cmocka_unit_test(write_after_free_is_found_on_reuse_in_any_copy),
		cmocka_unit_test(write_after_free_is_told_with_the_callers),
		cmocka_unit_test(write_to_free_space_is_found_when_it_is_used),
		cmocka_unit_test(interior_pointer_is_named_with_the_area_and_its_caller),
		cmocka_unit_test(pointer_to_a_redzone_is_named_with_the_area),
		cmocka_unit_test(double_free_is_named_with_both_callers),
		cmocka_unit_test(double_free_at_level_1_is_named_without_callers),
		cmocka_unit_test(double_free_that_nobody_remembers_is_found_all_the_same),
		cmocka_unit_test(pointer_of_no_chunk_is_named),
		cmocka_unit_test(static_variable_is_named),
		levels_test(2, 3, leak_report_has_a_line_a_caller_the_largest_first),
		levels_test(0, 1, leak_report_without_owner_tracking_says_so),
		cmocka_unit_test(what_is_live_at_exit_is_listed),
		cmocka_unit_test(nothing_is_said_at_exit_if_nothing_is_live),
		cmocka_unit_test(nothing_is_said_at_exit_at_level_1),
		cmocka_unit_test(leak_report_without_memory_says_so),
		cmocka_unit_test(level_is_that_of_the_environment),
		cmocka_unit_test(broken_hint_is_found_by_the_next_allocation),
		cmocka_unit_test(broken_count_is_found_by_the_next_free),
		level_test(3, allocation_without_memory_for_its_record_fails),
		level_test(3, table_that_cannot_grow_is_only_slower),
		level_test(3, failure_of_the_core_is_told_once),
		level_test(3, nowait_takes_records_from_the_stock_alone),
		level_test(1, nowait_does_not_wait_for_the_lock),
		level_test(3, child_of_a_fork_can_allocate_and_free),
		level_test(3, threads_can_allocate_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
