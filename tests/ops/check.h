/* SPDX-License-Identifier: MIT */
/*
 * check.h - one row of a table of operations: what the copies are before, the call, and what they
 * must be after.
 *
 * Every row looks at whole objects, in the copies of all CPUs: an operation that changes a byte
 * beside its variable, or another CPU's copy, fails like one with a wrong value. The test's thread
 * stays on one CPU.
 */
#ifndef OPS_CHECK_H
#define OPS_CHECK_H

#include "support/cmocka_all.h"

#include <percpu/percpu.h>

#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* There are thousands of calls. */
#define NOT_INLINE __attribute__((__noinline__, __unused__))
#define CAT_1(a, b) a##b
#define CAT(a, b) CAT_1(a, b)

/* The largest object that a row can look at, bytes. */
#define OBJECT_MAX 128

struct row {
	char *object;
	size_t size;   /* of the object */
	size_t offset; /* of the variable in it */
	size_t width;  /* of the variable */
};

static struct row row;
static unsigned char (*row_before)[OBJECT_MAX]; /* by CPU */
static unsigned int row_cpu;
/* Indexed by mm_cid, a thread's number is not that of the CPU that it stays on. */
static bool row_cpu_may_change;

static inline unsigned char *row_copy(unsigned int cpu)
{
	return (unsigned char *)per_cpu_ptr(row.object, cpu);
}

/* Different in every byte and in every CPU's copy. */
static inline void row_fill(unsigned int cpu)
{
	for (size_t i = 0; i < row.size; i++)
		row_copy(cpu)[i] = (unsigned char)(0xa5 + 31 * i + 7 * cpu);
}

static void NOT_INLINE row_prepare(void *object, size_t size, void *var, size_t width,
				   const void *start)
{
	unsigned int cpu;

	row.object = (char *)object;
	row.size = size;
	row.offset = (size_t)((char *)var - (char *)object);
	row.width = width;
	if (row_cpu_may_change)
		row_cpu = raw_smp_processor_id();
	assert_true(size <= OBJECT_MAX);
	for_each_possible_cpu(cpu) {
		row_fill(cpu);
		if (cpu == row_cpu)
			memcpy(row_copy(cpu) + row.offset, start, width);
		memcpy(row_before[cpu], row_copy(cpu), size);
	}
}

/* What bytes an integer of @width bytes at @bytes is, for messages. */
static inline unsigned long long row_bits(const void *bytes, size_t width)
{
	unsigned long long bits = 0;

	memcpy(&bits, bytes, width < sizeof(bits) ? width : sizeof(bits));
	return bits;
}

static void NOT_INLINE row_check(int line, const char *call, const void *after)
{
	const unsigned char *var = row_copy(row_cpu) + row.offset;
	unsigned int cpu;

	if (memcmp(var, after, row.width) != 0)
		fail_msg("line %d: %s leaves %#llx, expected %#llx", line, call,
			 row_bits(var, row.width), row_bits(after, row.width));
	memcpy(row_before[row_cpu] + row.offset, after, row.width);
	for_each_possible_cpu(cpu)
		if (memcmp(row_copy(cpu), row_before[cpu], row.size) != 0)
			fail_msg("line %d: %s changes %s", line, call,
				 cpu == row_cpu ? "what is beside its variable"
						: "the copy of another CPU");
}

static void NOT_INLINE row_check_result(int line, const char *call, const void *got,
					const void *result)
{
	if (memcmp(got, result, row.width) != 0)
		fail_msg("line %d: %s gives %#llx, expected %#llx", line, call,
			 row_bits(got, row.width), row_bits(result, row.width));
}

/* @var of @object starts as @start; after @call it is @after. */
#define ROW(object, var, start, call, after)                                             \
	do {                                                                             \
		const __typeof__(var) row_start = (__typeof__(var))(start);              \
		const __typeof__(var) row_after = (__typeof__(var))(after);              \
		row_prepare(&(object), sizeof(object), &(var), sizeof(var), &row_start); \
		call;                                                                    \
		row_check(__LINE__, #call, &row_after);                                  \
	} while (0)

/* The same, of a @call that gives @result. */
#define ROW_GIVES(object, var, start, call, result, after)                               \
	do {                                                                             \
		const __typeof__(var) row_start = (__typeof__(var))(start);              \
		const __typeof__(var) row_after = (__typeof__(var))(after);              \
		const __typeof__(var) row_result = (__typeof__(var))(result);            \
		row_prepare(&(object), sizeof(object), &(var), sizeof(var), &row_start); \
		const __typeof__(var) row_got = call;                                    \
		row_check(__LINE__, #call, &row_after);                                  \
		row_check_result(__LINE__, #call, &row_got, &row_result);                \
	} while (0)

/* @value, in a way that no compiler knows it. */
static uint64_t NOT_INLINE opaque(uint64_t value)
{
	__asm__ volatile("" : "+r"(value));
	return value;
}

/* Keeps the test on one CPU, the highest that it may use; with PERCPU_UP it is on CPU 0 anyway. */
static inline void stay_on_one_cpu(void)
{
#ifndef PERCPU_UP
	cpu_set_t set;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	for (row_cpu = CPU_SETSIZE - 1; !CPU_ISSET(row_cpu, &set);)
		row_cpu--;
	CPU_ZERO(&set);
	CPU_SET(row_cpu, &set);
	assert_int_equal(sched_setaffinity(0, sizeof(set), &set), 0);
#endif
	row_cpu_may_change = strstr(percpu_backend(), "mm_cid") != NULL;
	if (row_cpu_may_change)
		row_cpu = raw_smp_processor_id();
	row_before = (unsigned char(*)[OBJECT_MAX])calloc(nr_cpu_ids, OBJECT_MAX);
	assert_non_null(row_before);
}

/* Runs @fn in a child, which must end by SIGABRT, with @message on its standard error. */
static void NOT_INLINE expect_death(void (*fn)(void), const char *message)
{
	const struct rlimit no_core = {0, 0};
	char text[1024] = "";
	size_t len = 0;
	ssize_t got;
	int status, fds[2];
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(fds[1], STDERR_FILENO);
		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		fn();
		_exit(0);
	}
	close(fds[1]);
	while (len < sizeof(text) - 1 &&
	       (got = read(fds[0], text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)got;
	close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
		fail_msg("the child did not abort: status %#x, it said: %s", status, text);
	if (!strstr(text, message))
		fail_msg("the child said: %s", text);
}

#endif /* OPS_CHECK_H */
