/* SPDX-License-Identifier: MIT */
/*
 * test_misuse.c - what is said of a pointer that free_percpu() should not have been given, without
 * any debug level: where it lies, and in an area of which size.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/locked.h"
#include "support/refused_free.h"

#include "alloc/alloc.h"
#include "alloc/chunk/chunk.h"
#include "memory/coord.h"
#include "ground/layout.h"
#include "alloc/misuse.h"
#include "ground/pointer.h"
#include "ground/symbol.h"

#include <percpu/percpu.h>

/* Of an odd size, so that the areas behind the static variables begin at an odd offset. */
static DEFINE_PER_CPU_SHARED_ALIGNED(char, odd) __attribute__((__used__));
static DEFINE_PER_CPU(long, some_variable);

/* The end of a message on what lies at @area. */
static const char *with_area(const char *format, size_t into, size_t size, const void *area)
{
	static char text[200];

	snprintf(text, sizeof(text), format, into, size, area);
	return text;
}

static const char inside[] = "points %zu bytes inside the one of %zu bytes at %p";
static const char freed[] = "a double free (it lies %zu bytes into free space of %zu bytes at %p)";
static const char waits[] =
	"a double free (it lies %zu bytes into an area of %zu bytes at %p that waits";

static void interior_pointer_is_told_with_the_area_and_its_size(void **state)
{
	static const size_t sizes[] = {64, 4096, 20000};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		char __percpu *area = __alloc_percpu(sizes[i], 64);
		size_t last = sizes[i] - 1;

		assert_refused(area + 8, with_area(inside, 8, sizes[i], area));
		assert_refused(area + last, with_area(inside, last, sizes[i], area));
		free_percpu(area);
	}
}

static void interior_pointer_of_the_reserved_area_is_told_with_its_size(void **state)
{
	char __percpu *area = __alloc_reserved_percpu(64, 8);

	(void)state;
	assert_refused(area + 1, with_area(inside, 1, 64, area));
	free_percpu(area);
}

static void double_free_is_told_with_the_free_space_and_its_size(void **state)
{
	char __percpu *before = __alloc_percpu(1024, 1024), __percpu * area;
	char __percpu *after;

	(void)state;
	area = __alloc_percpu(1024, 1024);
	after = __alloc_percpu(1024, 1024);
	assert_ptr_equal(area, before + 1024);
	assert_ptr_equal(after, area + 1024);
	free_percpu(area);
	assert_refused(area, with_area(freed, 0, 1024, area));
	assert_refused(area + 24, with_area(freed, 24, 1024, area));
	free_percpu(before);
	free_percpu(after);
}

static void double_free_of_an_area_in_a_cache_is_told_with_its_size(void **state)
{
	char __percpu *area;

	(void)state;
	if (!pcpu_cache_on)
		skip();
	/* the first makes the magazine, so that there is one for the second */
	free_percpu(__alloc_percpu(48, 8));
	area = __alloc_percpu(48, 8);
	free_percpu(area);
	assert_refused(area, with_area(waits, 0, 48, area));
	assert_refused(area + 16, with_area(waits, 16, 48, area));
}

static void space_that_nobody_had_is_not_called_a_double_free(void **state)
{
	char *last =
		pcpu_pointer_make(pcpu_chunk_coord(pcpu_first_chunk, pcpu_first_chunk->end - 1));
	struct child_end end = child_run(free_it, last);

	(void)state;
	assert_refused(last, "was never allocated: it lies");
	assert_refused(last, "free space of");
	assert_null(strstr(end.output, "double free"));
}

static void coordinate_of_no_chunk_was_never_allocated(void **state)
{
	(void)state;
	assert_claim_is_refused("was never allocated\n");
	/* what a view does not serve */
	assert_refused(pcpu_pointer_make(pcpu_chunk_coord(pcpu_first_chunk, pcpu_first_chunk->end)),
		       "was never allocated\n");
	assert_refused(pcpu_pointer_make((uint32_t)(uintptr_t)&some_variable),
		       "was never allocated\n");
}

/*
 * A sliver in front of an aligned area goes to what lies before it: the head of the view. There is
 * one where the view does not begin at a multiple of 4.
 */
static void grow_the_head(void *arg)
{
	struct pcpu_chunk *view = pcpu_reserved_chunk;

	(void)arg;
	child_expect(__alloc_reserved_percpu(8, PCPU_MIN_AREA));
	free_percpu(pcpu_pointer_make(pcpu_chunk_coord(view, view->start)));
}

static void what_the_head_of_a_view_has_grown_by_was_never_allocated(void **state)
{
	struct child_end end;

	(void)state;
	if (pcpu_reserved_chunk->start % PCPU_MIN_AREA == 0)
		skip();
	end = child_run(grow_the_head, NULL);
	assert_child_died_of(end, SIGABRT);
	assert_non_null(strstr(end.output, "was never allocated\n"));
}

static void copy_is_told_with_its_cpu_and_its_pointer(void **state)
{
	long __percpu *area = alloc_percpu(long);
	char why[100];

	(void)state;
	for (unsigned int cpu = 0; cpu < 8; cpu += 3) {
		snprintf(why, sizeof(why), "CPU %u's copy of %p, an ordinary address", cpu, area);
		assert_refused(per_cpu_ptr(area, cpu), why);
		snprintf(why, sizeof(why), "CPU %u's copy of a static per-CPU variable", cpu);
		assert_refused(per_cpu_ptr(&some_variable, cpu), why);
	}
	free_percpu(area);
}

static void static_variable_is_told_with_the_object_it_is_of(void **state)
{
	(void)state;
	assert_refused(&some_variable, "a static per-CPU variable or an ordinary address (");
	assert_refused(&some_variable, "test_misuse+0x");
}

static void address_of_no_object_is_told(void **state)
{
	(void)state;
	assert_ordinary_addresses_are_refused("ordinary address (0x", "ordinary address (0x8)");
}

/* --- names of addresses --- */

static void symbol_of_the_c_library_is_named(void **state)
{
	char text[PCPU_SYMBOL_MAX];

	(void)state;
	pcpu_symbol_describe((const char *)(uintptr_t)a64l + 1, text);
	assert_non_null(strstr(text, "a64l+0x1 of "));
	assert_non_null(strstr(text, "libc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(space_that_nobody_had_is_not_called_a_double_free),
		cmocka_unit_test(interior_pointer_is_told_with_the_area_and_its_size),
		cmocka_unit_test(interior_pointer_of_the_reserved_area_is_told_with_its_size),
		cmocka_unit_test(double_free_is_told_with_the_free_space_and_its_size),
		cmocka_unit_test(double_free_of_an_area_in_a_cache_is_told_with_its_size),
		cmocka_unit_test(coordinate_of_no_chunk_was_never_allocated),
		cmocka_unit_test(what_the_head_of_a_view_has_grown_by_was_never_allocated),
		cmocka_unit_test(copy_is_told_with_its_cpu_and_its_pointer),
		cmocka_unit_test(static_variable_is_told_with_the_object_it_is_of),
		cmocka_unit_test(address_of_no_object_is_told),
		cmocka_unit_test(symbol_of_the_c_library_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
