/* SPDX-License-Identifier: MIT */
/*
 * main.c - what must hold of static per-CPU variables in any executable.
 *
 * Prints one line for each thing that does not hold, and a last line with what it has counted.
 */
#include "matrix.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define NR_THREADS 4
#define ROUNDS 2500UL

struct variable {
	const char *name;
	char __percpu *ptr;
	size_t size, alignment;
	const void *initial;
};

#define MATRIX_ROW(variant, type, name, alignment, ...) \
	{#name, (char __percpu *)&name, sizeof(name), alignment, &name##_initial},

static const int hidden_initial_one = HIDDEN_INITIAL_ONE;
static const int hidden_initial_two = HIDDEN_INITIAL_TWO;

static const struct variable variables[] = {MATRIX_VARIABLES_ONE(MATRIX_ROW)
						    MATRIX_VARIABLES_TWO(MATRIX_ROW)};
#define NR_VARIABLES (sizeof(variables) / sizeof(variables[0]))

static unsigned int failures;

static void expect(bool holds, const char *what, const char *name, unsigned int cpu)
{
	if (holds)
		return;
	printf("%s: %s, CPU %u\n", name, what, cpu);
	failures++;
}

static void check_initial_copy(const struct variable *var, unsigned int cpu)
{
	const char *copy = per_cpu_ptr(var->ptr, cpu);

	expect((uintptr_t)copy % var->alignment == 0, "copy is not aligned", var->name, cpu);
	expect(copy != var->ptr, "copy is the template", var->name, cpu);
	expect(memcmp(copy, var->initial, var->size) == 0, "not the initial value", var->name, cpu);
}

static void check_initial_copies(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		for (size_t i = 0; i < NR_VARIABLES; i++)
			check_initial_copy(&variables[i], cpu);
		expect(*per_cpu_ptr(hidden_of_one(), cpu) == hidden_initial_one,
		       "not the initial value", "hidden of one.c", cpu);
		expect(*per_cpu_ptr(hidden_of_two(), cpu) == hidden_initial_two,
		       "not the initial value", "hidden of two.c", cpu);
	}
}

static void check_templates(void)
{
	for (size_t i = 0; i < NR_VARIABLES; i++)
		expect(memcmp(variables[i].ptr, variables[i].initial, variables[i].size) == 0,
		       "template has changed", variables[i].name, 0);
	expect(*(volatile int *)hidden_of_one() == hidden_initial_one, "template has changed",
	       "hidden of one.c", 0);
	expect(*(volatile int *)hidden_of_two() == hidden_initial_two, "template has changed",
	       "hidden of two.c", 0);
}

static unsigned char pattern(size_t variable, unsigned int cpu, size_t byte)
{
	return (unsigned char)(variable * 31 + cpu * 101 + byte + byte / 251);
}

static void fill_copies(unsigned int cpu)
{
	for (size_t i = 0; i < NR_VARIABLES; i++)
		for (size_t byte = 0; byte < variables[i].size; byte++)
			per_cpu_ptr(variables[i].ptr, cpu)[byte] = (char)pattern(i, cpu, byte);
}

static void check_filled_copy(size_t i, unsigned int cpu)
{
	const char *copy = per_cpu_ptr(variables[i].ptr, cpu);
	bool same = true;

	for (size_t byte = 0; byte < variables[i].size; byte++)
		same = same && (unsigned char)copy[byte] == pattern(i, cpu, byte);
	expect(same, "another copy's write is visible", variables[i].name, cpu);
}

/* Every byte of every copy of every variable is its own. Puts the initial values back. */
static void check_copies_are_separate(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		fill_copies(cpu);
	for_each_possible_cpu(cpu)
		for (size_t i = 0; i < NR_VARIABLES; i++)
			check_filled_copy(i, cpu);
	for_each_possible_cpu(cpu)
		for (size_t i = 0; i < NR_VARIABLES; i++)
			memcpy(per_cpu_ptr(variables[i].ptr, cpu), variables[i].initial,
			       variables[i].size);
}

static void *count(void *unused)
{
	count_in_one(ROUNDS);
	count_in_two(ROUNDS);
	return unused;
}

static unsigned long counted;

/* The sum of the changes of all copies, in the variable's own width. */
#define EXPECT_COUNT(var, initial, expected)                                                      \
	do {                                                                                      \
		__typeof__((var) + 0) sum = 0;                                                    \
		unsigned int cpu;                                                                 \
                                                                                                  \
		for_each_possible_cpu(cpu)                                                        \
			sum += per_cpu(var, cpu) - (initial);                                     \
		expect((__typeof__(var))sum == (__typeof__(var))(expected),                       \
		       "threads' counts were lost", #var, 0);                                     \
		counted += (unsigned long)((__typeof__(var))sum == (__typeof__(var))(expected)) * \
			   (expected);                                                            \
	} while (0)

static void check_counts(void)
{
	const unsigned long each = NR_THREADS * ROUNDS;
	pthread_t threads[NR_THREADS];

	for (int i = 0; i < NR_THREADS; i++)
		expect(pthread_create(&threads[i], NULL, count, NULL) == 0, "cannot start",
		       "thread", (unsigned int)i);
	for (int i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	EXPECT_COUNT(plain, plain_initial, 2 * each);
	EXPECT_COUNT(plain_zero, plain_zero_initial, 2 * each);
	EXPECT_COUNT(plain_byte, plain_byte_initial, each);
	EXPECT_COUNT(plain_short, plain_short_initial, each);
	EXPECT_COUNT(plain_votes[0], plain_votes_initial[0], 0UL);
	EXPECT_COUNT(plain_votes[2], plain_votes_initial[2], each);
	EXPECT_COUNT(plain_stats.hits, plain_stats_initial.hits, each);
	EXPECT_COUNT(first_word, first_word_initial, each);
	EXPECT_COUNT(first_page[4096], first_page_initial[4096], each);
	EXPECT_COUNT(mostly_word, mostly_word_initial, 0UL);
	EXPECT_COUNT(shared_word, shared_word_initial, each);
	EXPECT_COUNT(aligned_stats.hits, aligned_stats_initial.hits, each);
	EXPECT_COUNT(two_word, two_word_initial, each);
	EXPECT_COUNT(two_first, two_first_initial, each);
	EXPECT_COUNT(two_page, two_page_initial, each);
	EXPECT_COUNT(two_shared, two_shared_initial, each);
	EXPECT_COUNT(two_line[64], two_line_initial[64], each);
	EXPECT_COUNT(*hidden_of_one(), hidden_initial_one, each);
	EXPECT_COUNT(*hidden_of_two(), hidden_initial_two, each);
	expect(per_cpu_sum(plain) == num_possible_cpus() * plain_initial + 2 * each,
	       "per_cpu_sum() differs", "plain", 0);
}

/* Operations with a result, on whatever CPU this is. */
static void check_results(void)
{
	const char *text = this_cpu_read(two_text);

	expect(text == matrix_text + 1 && text[0] == 'e', "read differs", "two_text", 0);
	expect(this_cpu_xchg(two_text, matrix_text) == matrix_text + 1 &&
		       per_cpu_sum(mostly_word) == num_possible_cpus() * mostly_word_initial,
	       "xchg differs", "two_text", 0);
	expect(this_cpu_cmpxchg(two_mostly, 4, 9) == 5, "failing cmpxchg differs", "two_mostly", 0);
	expect(per_cpu_sum(two_mostly) == 5 * num_possible_cpus(), "failing cmpxchg has stored",
	       "two_mostly", 0);
}

static void check_early(void)
{
	expect(per_cpu_sum(early_count) == EARLY_COUNTS, "constructors' counts were lost",
	       "early_count", 0);
	expect(*(volatile unsigned long *)&early_count == 0, "template has changed", "early_count",
	       0);
}

static void check_backend(void)
{
	const char *backend = percpu_backend();

	expect(strncmp(backend, "rseq: ", 6) == 0 || strncmp(backend, "fallback: ", 10) == 0,
	       "names no tier", backend, 0);
}

int main(void)
{
	check_backend();
	check_early();
	check_initial_copies();
	check_copies_are_separate();
	check_results();
	check_templates();
	check_counts();
	check_templates();
	printf("matrix: %zu variables, %u CPUs, counted %lu\n", NR_VARIABLES, num_possible_cpus(),
	       counted);
	return failures != 0;
}
