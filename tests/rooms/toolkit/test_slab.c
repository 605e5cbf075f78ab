/* SPDX-License-Identifier: MIT */
/* test_slab.c - slabs of objects: how they are laid out, found, accounted for and given back. */
#include "toolkit/slab.h"

#include "support/cmocka_all.h"
#include "support/faults.h"

#include <string.h>

static struct pcpu_slabs slabs;

static int end(void **state)
{
	(void)state;
	faults_end();
	pcpu_slabs_free(&slabs);
	memset(&slabs, 0, sizeof(slabs));
	return 0;
}

static void objects_are_aligned_and_apart(void **state)
{
	static const size_t sizes[] = {1, 8, 24, 64, 100, 4096, 5000, 1 << 20};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		for (size_t align = 1; align <= 4096; align *= 8) {
			struct pcpu_slab *slab;

			memset(&slabs, 0, sizeof(slabs));
			pcpu_slabs_init(&slabs, sizes[i], align);
			assert_true(slabs.per_slab >= 16);
			assert_true(slabs.object >= sizes[i] && slabs.object % align == 0);
			assert_true(slabs.first + slabs.per_slab * slabs.object <= slabs.size);
			assert_true(slabs.first >=
				    sizeof(*slab) + (slabs.per_slab + 63) / 64 * sizeof(uint64_t));
			slab = pcpu_slabs_add(&slabs, slabs.per_slab);
			assert_non_null(slab);
			assert_int_equal((uintptr_t)pcpu_slab_object(&slabs, slab, 1) % align, 0);
			pcpu_slabs_free(&slabs);
		}
	memset(&slabs, 0, sizeof(slabs));
}

static void objects_are_found_and_nothing_else(void **state)
{
	struct pcpu_slab *some[40];
	unsigned int index = 0;
	char other = 0;

	(void)state;
	pcpu_slabs_init(&slabs, 48, 16);
	assert_null(pcpu_slabs_find(&slabs, &other, &index));
	for (size_t i = 0; i < ARRAY_SIZE(some); i++)
		some[i] = pcpu_slabs_add(&slabs, 10);
	for (size_t i = 0; i < ARRAY_SIZE(some); i++) {
		char *object = pcpu_slab_object(&slabs, some[i], 9);

		assert_ptr_equal(pcpu_slabs_find(&slabs, object, &index), some[i]);
		assert_int_equal(index, 9);
		assert_null(pcpu_slabs_find(&slabs, object + 1, &index));
		/* there are ten */
		assert_null(pcpu_slabs_find(&slabs, object + slabs.object, &index));
		assert_null(pcpu_slabs_find(&slabs, some[i], &index));
	}
	assert_null(pcpu_slabs_find(&slabs, &other, &index));
	assert_null(pcpu_slabs_find(&slabs, NULL, &index));
	assert_null(pcpu_slabs_find(&slabs, (void *)UINTPTR_MAX, &index));
}

/* More than its array has room for at first. */
static void there_may_be_any_number_of_slabs(void **state)
{
	unsigned int index;

	(void)state;
	pcpu_slabs_init(&slabs, 4000, 16);
	for (int i = 0; i < 1100; i++)
		assert_non_null(pcpu_slabs_add(&slabs, 1));
	assert_int_equal(slabs.nr, 1100);
	for (size_t i = 0; i < slabs.nr; i++)
		assert_ptr_equal(pcpu_slabs_find(&slabs,
						 pcpu_slab_object(&slabs, slabs.sorted[i], 0),
						 &index),
				 slabs.sorted[i]);
}

static void whole_slabs_are_given_back(void **state)
{
	struct pcpu_slab *whole, *part;

	(void)state;
	pcpu_slabs_init(&slabs, 100, 4);
	whole = pcpu_slabs_add(&slabs, 70);
	part = pcpu_slabs_add(&slabs, 70);
	for (unsigned int i = 0; i < 70; i++) {
		assert_true(pcpu_slab_mark(whole, i));
		assert_false(pcpu_slab_mark(whole, i));
		if (i != 66)
			assert_true(pcpu_slab_mark(part, i));
	}
	assert_int_equal(pcpu_slabs_free_whole(&slabs), 70);
	assert_int_equal(slabs.nr, 1);
	assert_ptr_equal(slabs.sorted[0], part);
	pcpu_slabs_clear(&slabs);
	assert_int_equal(part->found, 0);
	assert_true(pcpu_slab_mark(part, 69));
}

static void without_memory_there_is_no_slab(void **state)
{
	(void)state;
	pcpu_slabs_init(&slabs, 64, 64);
	for (int nth = 1; nth <= 2; nth++) {
		faults_fail_nth(PCPU_FAULT_MEM, nth);
		assert_null(pcpu_slabs_add(&slabs, 5));
		assert_int_equal(faults_end(), 1);
		assert_int_equal(slabs.nr, 0);
	}
	assert_non_null(pcpu_slabs_add(&slabs, 5));
}

int main(void)
{
#define WITH_END(test) cmocka_unit_test_teardown(test, end)
	const struct CMUnitTest tests[] = {
		WITH_END(objects_are_aligned_and_apart),
		WITH_END(objects_are_found_and_nothing_else),
		WITH_END(there_may_be_any_number_of_slabs),
		WITH_END(whole_slabs_are_given_back),
		WITH_END(without_memory_there_is_no_slab),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
