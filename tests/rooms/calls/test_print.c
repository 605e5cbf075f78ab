/* SPDX-License-Identifier: MIT */
/*
 * test_print.c - percpu_print(): what is printed of variables and areas, that threads may count
 * meanwhile, and that nothing is printed of anything else.
 */
#include "support/child.h"
#include "support/cmocka_all.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct three {
	uint64_t a;
	uint32_t b;
	unsigned char c[3];
};

static DEFINE_PER_CPU(unsigned long, requests);
static DEFINE_PER_CPU(int, balance) = 5;
static DEFINE_PER_CPU(unsigned char, small) = 255;
static DEFINE_PER_CPU(unsigned short, middle);
static DEFINE_PER_CPU(struct three, record) = {.a = 0x1234, .b = 7, .c = {1, 2, 3}};

/* What is printed, or the error, in words. */
static const char *printed(const volatile void *ptr, size_t size)
{
	static char *text;
	size_t length;
	FILE *stream;
	int err;

	free(text);
	text = NULL;
	stream = open_memstream(&text, &length);
	assert_non_null(stream);
	err = percpu_print(stream, ptr, size);
	fclose(stream);
	if (!err)
		return text;
	if (length)
		return "an error, and text";
	return err == -EINVAL   ? "EINVAL"
	       : err == -EFAULT ? "EFAULT"
	       : err == -ERANGE ? "ERANGE"
				: "another error";
}

/* Eight CPUs are possible (table.cmake), of which no more are used than are said. */
#define PRINTED(ptr, size, text) child_expect(!strcmp(printed(ptr, size), text))

static void numbers_and_their_sum(void *arg)
{
	(void)arg;
	PRINTED(&requests, 8, "CPUs 0-7: not open, each would begin with 0\nsum: 0\ntemplate: 0\n");
	per_cpu(requests, 0) = 3;
	per_cpu(requests, 5) = 4;
	PRINTED(&requests, 8,
		"CPU 0: 3\nCPU 5: 4\nCPUs 1-4,6-7: not open, each would begin with 0\nsum: 7\n"
		"template: 0\n");
	per_cpu(balance, 0) = -7;
	PRINTED(&balance, 4,
		"CPU 0: 4294967289 (-7)\nCPU 5: 5\nCPUs 1-4,6-7: not open, each would begin with "
		"5\nsum: 28\ntemplate: 5\n");
	PRINTED(&small, 1,
		"CPU 0: 255 (-1)\nCPU 5: 255 (-1)\nCPUs 1-4,6-7: not open, each would begin with "
		"255 (-1)\nsum: 248 (-8)\ntemplate: 255 (-1)\n");
	per_cpu(middle, 5) = 65535;
	PRINTED(&middle, 2,
		"CPU 0: 0\nCPU 5: 65535 (-1)\nCPUs 1-4,6-7: not open, each would begin with 0\n"
		"sum: 65535 (-1)\ntemplate: 0\n");
}

static void all_units_open(void *arg)
{
	unsigned int cpu;

	(void)arg;
	for_each_possible_cpu(cpu)
		per_cpu(requests, cpu) = cpu;
	PRINTED(&requests, 8,
		"CPU 0: 0\nCPU 1: 1\nCPU 2: 2\nCPU 3: 3\nCPU 4: 4\nCPU 5: 5\nCPU 6: 6\nCPU 7: "
		"7\nsum: 28\ntemplate: 0\n");
}

static void structures_as_words(void *arg)
{
	(void)arg;
	per_cpu(record.a, 2) = 0xabcdef;
	PRINTED(&record, 16,
		"CPU 2: 0x0000000000abcdef 0x0003020100000007\nCPUs 0-1,3-7: not open, each would "
		"begin with 0x0000000000001234 0x0003020100000007\ntemplate: 0x0000000000001234 "
		"0x0003020100000007\n");
	PRINTED(&record, 11,
		"CPU 2: 0x0000000000abcdef 0x000007\nCPUs 0-1,3-7: not open, each would begin with "
		"0x0000000000001234 0x000007\ntemplate: 0x0000000000001234 0x000007\n");
	/* a number that is not aligned is none */
	PRINTED((const char *)&record + 1, 4,
		"CPU 2: 0x0000abcd\nCPUs 0-1,3-7: not open, each would begin with 0x00000012\n"
		"template: 0x00000012\n");
}

static void long_areas_by_offset(void *arg)
{
	unsigned char __percpu *area = __alloc_percpu(200, 8);

	(void)arg;
	child_expect(area != NULL);
	*(uint64_t *)(uintptr_t)per_cpu_ptr(area + 160, 1) = 0x77;
	PRINTED(area, 200,
		"CPU 1: \n"
		"  +0x0000 0x0000000000000000 0x0000000000000000 0x0000000000000000 "
		"0x0000000000000000\n  *\n"
		"  +0x00a0 0x0000000000000077 0x0000000000000000 0x0000000000000000 "
		"0x0000000000000000\n"
		"  +0x00c0 0x0000000000000000\nCPUs 0,2-7: not open, each would begin with "
		"zeros\n");
	PRINTED(area + 160, 8,
		"CPU 1: 119\nCPUs 0,2-7: not open, each would begin with 0\nsum: 119\n");
	free_percpu(area);
	PRINTED(area, 8, "EFAULT");
}

static void what_is_wrong_prints_nothing(void *arg)
{
	unsigned long __percpu *area = __alloc_percpu(24, 8);
	int ordinary = 3;

	(void)arg;
	child_expect(area != NULL);
	child_expect(percpu_print(NULL, &requests, 8) == -EINVAL);
	PRINTED(NULL, 8, "EINVAL");
	PRINTED(&requests, 0, "EINVAL");
	PRINTED(&ordinary, 4, "EFAULT");
	PRINTED((const void *)16, 4, "EFAULT");
	PRINTED(per_cpu_ptr(&requests, 1), 8, "EFAULT");
	PRINTED((const char *)area + (1 << 20), 8, "EFAULT");
	PRINTED(area, 32, "ERANGE");
	PRINTED(area + 2, 16, "ERANGE");
	PRINTED(area, SIZE_MAX, "ERANGE");
	PRINTED(&requests, 1UL << 30, "ERANGE");
	child_expect(strncmp(printed(area + 2, 8), "CPU 1: 0\n", 9) == 0);
}

/* --- while others count --- */

static bool stop;

static void *count(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED))
		this_cpu_add(requests, 0x100000001);
	return arg;
}

/* The two halves of each number are the same, or it is not whole; and the sum is that of them. */
static void expect_whole(const char *text)
{
	unsigned long long number, sum = 0;
	int cpu;

	for (; sscanf(text, "CPU %d: %llu", &cpu, &number) == 2; text = strchr(text, '\n') + 1) {
		child_expect((uint32_t)number == number >> 32);
		sum += number;
	}
	text = strstr(text, "sum: ");
	child_expect(text && sscanf(text, "sum: %llu", &number) == 1 && number == sum);
}

static void numbers_are_whole_while_others_count(void *arg)
{
	pthread_t threads[2];

	(void)arg;
	for (int i = 0; i < 2; i++)
		child_expect(pthread_create(&threads[i], NULL, count, NULL) == 0);
	for (int i = 0; i < 2000; i++)
		expect_whole(printed(&requests, 8));
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	expect_whole(printed(&requests, 8));
}

#define IN_CHILD(body)                                        \
	static void body##_in_child(void **state)             \
	{                                                     \
		struct child_end end = child_run(body, NULL); \
                                                              \
		(void)state;                                  \
		assert_child_was_content(end);                \
	}
IN_CHILD(numbers_and_their_sum)
IN_CHILD(all_units_open)
IN_CHILD(structures_as_words)
IN_CHILD(long_areas_by_offset)
IN_CHILD(what_is_wrong_prints_nothing)
IN_CHILD(numbers_are_whole_while_others_count)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_their_sum_in_child),
		cmocka_unit_test(all_units_open_in_child),
		cmocka_unit_test(structures_as_words_in_child),
		cmocka_unit_test(long_areas_by_offset_in_child),
		cmocka_unit_test(what_is_wrong_prints_nothing_in_child),
		cmocka_unit_test(numbers_are_whole_while_others_count_in_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
