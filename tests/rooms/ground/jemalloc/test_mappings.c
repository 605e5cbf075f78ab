/* SPDX-License-Identifier: MIT */
/* test_mappings.c - which part of the private jemalloc's mappings is in core dumps. */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/refuse.h"
#include "support/residency.h"

#include "ground/jemalloc/mappings.h"

#include <errno.h>
#include <sys/mman.h>

#define KIB ((size_t)1024)
#define SIZE (1024 * KIB)

static char *map(void)
{
	char *ptr = pcpu_je_mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				 -1, 0);

	child_expect(ptr != MAP_FAILED);
	return ptr;
}

/* Whether cores have of [ptr, ptr + size) no more than the first @bytes, and all of these. */
static bool dumped_up_to(const char *ptr, size_t bytes, size_t size)
{
	return dumped_bytes((uintptr_t)ptr, bytes) == bytes &&
	       dumped_bytes((uintptr_t)ptr + bytes, size - bytes) == 0;
}

/* 64 KiB at once: by addresses. */
static size_t steps_up_to(const char *ptr, size_t bytes)
{
	const uintptr_t mask = 64 * KIB - 1, end = ((uintptr_t)ptr + bytes + mask) & ~mask;

	return end - (uintptr_t)ptr < SIZE ? end - (uintptr_t)ptr : SIZE;
}

static void mapping_is_in_cores_up_to_the_last_record(void *arg)
{
	char *ptr = map();

	(void)arg;
	child_expect(dumped_up_to(ptr, 0, SIZE));
	pcpu_mem_keep_in_cores(ptr + 200 * KIB, 10);
	child_expect(dumped_up_to(ptr, steps_up_to(ptr, 200 * KIB + 10), SIZE));
	pcpu_mem_keep_in_cores(ptr + 10 * KIB, 10);
	child_expect(dumped_up_to(ptr, steps_up_to(ptr, 200 * KIB + 10), SIZE));
	pcpu_mem_keep_in_cores(ptr + SIZE - 1, 1);
	child_expect(dumped_up_to(ptr, SIZE, SIZE));
	child_expect(pcpu_je_munmap(ptr, SIZE) == 0);
}

static void other_memory_is_left_alone(void *arg)
{
	char *ptr = map(), *other = mmap(NULL, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	child_expect(madvise(other, SIZE, MADV_DONTDUMP) == 0);
	pcpu_mem_keep_in_cores(other, SIZE);
	child_expect(dumped_up_to(other, 0, SIZE) && dumped_up_to(ptr, 0, SIZE));
}

/* As jemalloc cuts what it has mapped for the sake of alignment; what comes there is not ours. */
static void ends_that_were_given_back_are_not_touched(void *arg)
{
	char *ptr = map();

	(void)arg;
	child_expect(pcpu_je_munmap(ptr, 128 * KIB) == 0);
	child_expect(pcpu_je_munmap(ptr + 512 * KIB, 512 * KIB) == 0);
	child_expect(mmap(ptr, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
		     ptr);
	child_expect(madvise(ptr, SIZE, MADV_DONTDUMP) == 0);
	pcpu_mem_keep_in_cores(ptr, 100);
	pcpu_mem_keep_in_cores(ptr + 512 * KIB, 100);
	child_expect(dumped_up_to(ptr, 0, SIZE));
	pcpu_mem_keep_in_cores(ptr + 512 * KIB - 1, 100);
	child_expect(dumped_bytes((uintptr_t)ptr, SIZE) == 384 * KIB);
	child_expect(dumped_bytes((uintptr_t)ptr + 128 * KIB, 384 * KIB) == 384 * KIB);
}

static void place_is_forgotten_with_the_last_of_it(void *arg)
{
	char *ptr = map();

	(void)arg;
	child_expect(pcpu_je_munmap(ptr, SIZE) == 0);
	child_expect(mmap(ptr, SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
		     ptr);
	child_expect(madvise(ptr, SIZE, MADV_DONTDUMP) == 0);
	pcpu_mem_keep_in_cores(ptr, SIZE);
	child_expect(dumped_up_to(ptr, 0, SIZE));
}

/* Not every mapping is looked after for ever: then cores have all of it, and miss no record. */
static void further_mappings_are_in_cores_whole(void *arg)
{
	char *last = NULL;

	(void)arg;
	for (int i = 0; i < 100; i++)
		last = map();
	child_expect(dumped_up_to(last, SIZE, SIZE));
}

static void mapping_that_cannot_be_kept_out_is_in_cores(void *arg)
{
	char *ptr;

	(void)arg;
	/* where there are no filters there is nothing to see */
	if (!refuse(SYS_madvise, REFUSE_WITH(EINVAL)))
		return;
	ptr = map();
	pcpu_mem_keep_in_cores(ptr, 10);
	child_expect(dumped_up_to(ptr, SIZE, SIZE));
}

static void mapping_that_cannot_be_had_is_none(void *arg)
{
	(void)arg;
	child_expect(pcpu_je_mmap(NULL, 0, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		     MAP_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(mapping_is_in_cores_up_to_the_last_record),
		child_test(other_memory_is_left_alone),
		child_test(ends_that_were_given_back_are_not_touched),
		child_test(place_is_forgotten_with_the_last_of_it),
		child_test(further_mappings_are_in_cores_whole),
		child_test(mapping_that_cannot_be_kept_out_is_in_cores),
		child_test(mapping_that_cannot_be_had_is_none),
	};

	return cmocka_run_group_tests_name("mappings", tests, NULL, NULL);
}
