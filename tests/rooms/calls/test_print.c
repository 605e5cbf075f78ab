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
#include <stdarg.h>
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

/* Eight CPUs or more are possible (table.cmake), of which no more are used than are said. */
#define LAST (nr_cpu_ids - 1)

static bool __attribute__((__format__(__printf__, 2, 3)))
is_printed(const char *text, const char *format, ...)
{
	char expected[4096];
	va_list values;

	va_start(values, format);
	vsnprintf(expected, sizeof(expected), format, values);
	va_end(values);
	return strcmp(text, expected) == 0;
}

#define PRINTED(ptr, size, ...) child_expect(is_printed(printed(ptr, size), __VA_ARGS__))

static void numbers_and_their_sum(void *arg)
{
	(void)arg;
	PRINTED(&requests, 8, "CPUs 0-%u: not open, each would begin with 0\nsum: 0\ntemplate: 0\n",
		LAST);
	per_cpu(requests, 0) = 3;
	per_cpu(requests, 5) = 4;
	PRINTED(&requests, 8,
		"CPU 0: 3\nCPU 5: 4\nCPUs 1-4,6-%u: not open, each would begin with 0\nsum: 7\n"
		"template: 0\n",
		LAST);
	per_cpu(balance, 0) = -7;
	PRINTED(&balance, 4,
		"CPU 0: 4294967289 (-7)\nCPU 5: 5\nCPUs 1-4,6-%u: not open, each would begin with "
		"5\nsum: %u\ntemplate: 5\n",
		LAST, 5 * LAST - 7);
	per_cpu(middle, 5) = 65535;
	PRINTED(&middle, 2,
		"CPU 0: 0\nCPU 5: 65535 (-1)\nCPUs 1-4,6-%u: not open, each would begin with 0\n"
		"sum: 65535 (-1)\ntemplate: 0\n",
		LAST);
	if (nr_cpu_ids <= 128) /* -1 of each, as long as the sum has a sign */
		PRINTED(&small, 1,
			"CPU 0: 255 (-1)\nCPU 5: 255 (-1)\nCPUs 1-4,6-%u: not open, each would "
			"begin with 255 (-1)\nsum: %u (-%u)\ntemplate: 255 (-1)\n",
			LAST, 256 - nr_cpu_ids, nr_cpu_ids);
}

static void all_units_open(void *arg)
{
	const char *text;
	unsigned int cpu;
	char line[32];

	(void)arg;
	for_each_possible_cpu(cpu)
		per_cpu(requests, cpu) = cpu;
	text = printed(&requests, 8);
	for_each_possible_cpu(cpu) {
		snprintf(line, sizeof(line), "CPU %u: %u\n", cpu, cpu);
		child_expect(strncmp(text, line, strlen(line)) == 0);
		text += strlen(line);
	}
	child_expect(is_printed(text, "sum: %u\ntemplate: 0\n", nr_cpu_ids * LAST / 2));
}

static void structures_as_words(void *arg)
{
	(void)arg;
	per_cpu(record.a, 2) = 0xabcdef;
	PRINTED(&record, 16,
		"CPU 2: 0x0000000000abcdef 0x0003020100000007\nCPUs 0-1,3-%u: not open, each would "
		"begin with 0x0000000000001234 0x0003020100000007\ntemplate: 0x0000000000001234 "
		"0x0003020100000007\n",
		LAST);
	PRINTED(&record, 11,
		"CPU 2: 0x0000000000abcdef 0x000007\nCPUs 0-1,3-%u: not open, each would "
		"begin with 0x0000000000001234 0x000007\n"
		"template: 0x0000000000001234 0x000007\n",
		LAST);
	/* a number that is not aligned is none */
	PRINTED((const char *)&record + 1, 4,
		"CPU 2: 0x0000abcd\nCPUs 0-1,3-%u: not open, each would begin with 0x00000012\n"
		"template: 0x00000012\n",
		LAST);
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
		"  +0x00c0 0x0000000000000000\nCPUs 0,2-%u: not open, each would begin with "
		"zeros\n",
		LAST);
	PRINTED(area + 160, 8,
		"CPU 1: 119\nCPUs 0,2-%u: not open, each would begin with 0\nsum: 119\n", LAST);
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
