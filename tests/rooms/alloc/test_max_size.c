/* SPDX-License-Identifier: MIT */
/*
 * test_max_size.c - areas of more than 32 KiB, which PERCPU_CONF=max_size allows. Run with 1M.
 */
#include "support/cmocka_all.h"
#include "support/locked.h"
#include "support/records.h"

#include "alloc/chunk/chunk.h"
#include "alloc/chunk/chunk_check.h"
#include "ground/conf.h"
#include "ground/layout.h"
#include "memory/open_units.h"

#include <percpu/percpu.h>

#include <stdint.h>

#define LARGEST ((size_t)1 << 20)

static DEFINE_PER_CPU(int, some_variable);

static int open_two_units(void **state)
{
	unsigned int cpu, opened = 0;

	(void)state;
	for_each_possible_cpu(cpu) {
		*per_cpu_ptr(&some_variable, cpu) = 1;
		if (++opened == 2)
			break;
	}
	return 0;
}

static char *copy_of(const void __percpu *area, unsigned int unit)
{
	return (char *)pcpu_open_windows[unit] + (uint32_t)(uintptr_t)area;
}

static bool is_zero(const char *copy, size_t size)
{
	return copy[0] == 0 && memcmp(copy, copy + 1, size - 1) == 0;
}

static void units_hold_the_largest_area(void **state)
{
	(void)state;
	assert_int_equal(pcpu_conf.max_size, LARGEST);
	assert_true((size_t)pcpu_unit_size >= LARGEST);
}

static void largest_area_is_zero_and_whole_in_every_copy_and_again(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		void __percpu *areas[3];

		for (int i = 0; i < 3; i++) {
			areas[i] = __alloc_percpu(LARGEST, PCPU_PAGE_SIZE);
			assert_non_null(areas[i]);
			assert_int_equal((uintptr_t)areas[i] % PCPU_PAGE_SIZE, 0);
			for (unsigned int unit = 0; unit < pcpu_units_nr_open(); unit++) {
				assert_true(is_zero(copy_of(areas[i], unit), LARGEST));
				memset(copy_of(areas[i], unit), i + 1, LARGEST);
			}
		}
		for (int i = 0; i < 3; i++) {
			for (unsigned int unit = 0; unit < pcpu_units_nr_open(); unit++) {
				assert_int_equal(copy_of(areas[i], unit)[0], i + 1);
				assert_int_equal(copy_of(areas[i], unit)[LARGEST - 1], i + 1);
			}
			free_percpu(areas[i]);
		}
	}
	assert_null(locked(pcpu_chunks_check()));
}

static void one_byte_more_is_refused(void **state)
{
	(void)state;
	records_keep(PERCPU_LOG_WARNING);
	assert_null(__alloc_percpu(LARGEST + 1, 8));
	records_release();
	assert_int_equal(nr_records, 1);
	assert_true(record_says(0, "1048577"));
}

static void large_and_small_areas_live_side_by_side(void **state)
{
	void __percpu *large[8], *small[8];

	(void)state;
	for (int i = 0; i < 8; i++) {
		large[i] = __alloc_percpu(100000 * (size_t)(i + 1), 64);
		small[i] = __alloc_percpu(24, 8);
		assert_non_null(large[i]);
		assert_non_null(small[i]);
		memset(copy_of(large[i], 0), 0xff, 100000 * (size_t)(i + 1));
		assert_true(is_zero(copy_of(small[i], 0), 24));
	}
	for (int i = 0; i < 8; i++) {
		assert_true(is_zero(copy_of(small[i], 0), 24));
		free_percpu(large[i]);
		free_percpu(small[i]);
	}
	percpu_trim();
	assert_null(locked(pcpu_chunks_check()));
}

/* With each its memory would come and go, if it went by how much is free (shrink.h). */
static void large_area_may_come_and_go(void **state)
{
	unsigned int touched;

	(void)state;
	/* once it may, after all that has been freed before */
	for (int i = 0; i < 2; i++)
		free_percpu(__alloc_percpu(LARGEST - 100, PCPU_PAGE_SIZE));
	touched = pcpu_touched_pages;
	assert_true(touched >= LARGEST / PCPU_PAGE_SIZE);
	for (int i = 0; i < 8; i++) {
		char __percpu *area = __alloc_percpu(LARGEST - 100, PCPU_PAGE_SIZE);

		memset(copy_of(area, 0), 0xff, LARGEST - 100);
		free_percpu(area);
		assert_true(pcpu_touched_pages >= touched);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_hold_the_largest_area),
		cmocka_unit_test(largest_area_is_zero_and_whole_in_every_copy_and_again),
		cmocka_unit_test(one_byte_more_is_refused),
		cmocka_unit_test(large_and_small_areas_live_side_by_side),
		cmocka_unit_test(large_area_may_come_and_go),
	};

	return cmocka_run_group_tests_name("max_size", tests, open_two_units, NULL);
}
