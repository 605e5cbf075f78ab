/* SPDX-License-Identifier: MIT */
/*
 * test_counter_static.c - counters that nobody initializes: in constructors, in structures, and in
 * other files.
 */
#include <percpu/percpu.h>
#include <stdio.h>

static int failures;

#define EXPECT(what)                                                      \
	do {                                                              \
		if (!(what)) {                                            \
			fprintf(stderr, "%d: not %s\n", __LINE__, #what); \
			failures++;                                       \
		}                                                         \
	} while (0)

DECLARE_PERCPU_COUNTER(counter_of_all);
DEFINE_PERCPU_COUNTER(counter_of_all);
DEFINE_PERCPU_COUNTER_FROM(counter_from, -7);
DEFINE_STATIC_PERCPU_COUNTER(counter_of_file);
DEFINE_STATIC_PERCPU_COUNTER_FROM(counter_of_file_from, 9);

static DEFINE_PER_CPU(struct percpu_counter_parts, entry_parts);
static DEFINE_PER_CPU(struct percpu_counter_parts, error_parts);
static struct table {
	const char *name;
	struct percpu_counter entries, errors;
} table = {"table", PERCPU_COUNTER_INIT(entry_parts, 1), PERCPU_COUNTER_INIT(error_parts, 0)};

static void __attribute__((__constructor__)) count_early(void)
{
	percpu_counter_add(&counter_of_all, 5);
	percpu_counter_inc(&table.entries);
}

static void constructors_count(void)
{
	EXPECT(percpu_counter_sum(&counter_of_all) == 5);
	EXPECT(percpu_counter_sum(&table.entries) == 2);
}

static void they_are_initialized_and_start_where_they_say(void)
{
	EXPECT(percpu_counter_initialized(&counter_from));
	EXPECT(percpu_counter_sum(&counter_from) == -7);
	EXPECT(percpu_counter_read(&counter_of_file_from) == 9);
	EXPECT(percpu_counter_sum(&counter_of_file) == 0);
	EXPECT(percpu_counter_sum(&table.errors) == 0 && table.name);
}

static void they_count_as_others_do(void)
{
	for (int i = 0; i < 1000; i++) {
		percpu_counter_add(&counter_of_file, 3);
		percpu_counter_dec(&table.errors);
		percpu_counter_add_batch(&counter_from, 2, 1000000);
	}
	EXPECT(percpu_counter_sum(&counter_of_file) == 3000);
	EXPECT(percpu_counter_sum(&table.errors) == -1000);
	EXPECT(percpu_counter_sum(&counter_from) == 1993);
	EXPECT(__percpu_counter_compare(&counter_from, 1993, 1000000) == 0);
	EXPECT(percpu_counter_sum_and_reset(&counter_of_file) == 3000);
	EXPECT(percpu_counter_limited_add(&counter_of_file, 10, 10));
	EXPECT(!percpu_counter_limited_add(&counter_of_file, 10, 1));
	percpu_counter_set(&counter_of_file, 4);
	EXPECT(percpu_counter_read(&counter_of_file) == 4);
}

/* There is nothing to be given back; and afterwards it may be made as any other. */
static void one_may_be_destroyed_and_made_again(void)
{
	percpu_counter_destroy(&table.errors);
	EXPECT(!percpu_counter_initialized(&table.errors));
	percpu_counter_destroy(&table.errors);
	EXPECT(percpu_counter_init(&table.errors, 3, GFP_KERNEL) == 0);
	percpu_counter_inc(&table.errors);
	EXPECT(percpu_counter_sum(&table.errors) == 4);
	percpu_counter_destroy(&table.errors);
	/* of the others nothing is gone */
	EXPECT(percpu_counter_sum(&table.entries) == 2);
}

int main(void)
{
	constructors_count();
	they_are_initialized_and_start_where_they_say();
	they_count_as_others_do();
	one_may_be_destroyed_and_made_again();
	return failures != 0;
}
