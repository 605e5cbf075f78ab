/* SPDX-License-Identifier: MIT */
/*
 * test_tree_counter.c - percpu_counter_tree: the precise value is precise, and the approximate one
 * is never further from it than is said.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/faults.h"
#include "support/random.h"
#include "support/storm.h"
#include "support/threads.h"

#include <percpu/percpu.h>
#include <percpu/tree_counter.h>

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static struct percpu_counter_tree tree, other;
static struct percpu_counter_tree_level_item *items;

static void begin(unsigned long batch)
{
	items = malloc(2 * percpu_counter_tree_items_size());
	assert_non_null(items);
	/* what was there before does not matter */
	memset(items, 0x55, 2 * percpu_counter_tree_items_size());
	assert_int_equal(percpu_counter_tree_init(&tree, items, batch, GFP_KERNEL), 0);
}

static void end(void)
{
	percpu_counter_tree_destroy(&tree);
	free(items);
}

/* As an addition on @cpu; the calling thread stays where it is. */
static void add_on(unsigned int cpu, long inc)
{
	unsigned long *count = per_cpu_ptr(tree.level0, cpu), before = *count, carry;

	*count += (unsigned long)inc;
	carry = __pcpu_tree_carried(*count, tree.batch_size) -
		__pcpu_tree_carried(before, tree.batch_size);
	if (!carry)
		return;
	if (percpu_remote_begin(cpu))
		abort();
	__percpu_counter_tree_carry(&tree, carry);
	percpu_remote_end(cpu);
}

/* How far the approximate value is above the precise one; not further than is said. */
static long check_range(long precise)
{
	const long approximate = percpu_counter_tree_approximate_sum(&tree);
	const long above = (long)((unsigned long)approximate - (unsigned long)precise);
	unsigned long under, over;
	long min, max;

	percpu_counter_tree_approximate_accuracy_range(&tree, &under, &over);
	percpu_counter_tree_approximate_min_max_range(approximate, under, over, &min, &max);
	assert_true(above >= -(long)under && above <= (long)over);
	assert_true(precise - min >= 0 && precise - max <= 0);
	assert_true(percpu_counter_tree_precise_sum(&tree) == precise);
	return above;
}

/* --- life --- */

static void there_is_an_item_for_eight_and_so_on_to_the_root(void **state)
{
	unsigned int nr = nr_cpu_ids;
	size_t all = 0;

	(void)state;
	do {
		nr = (nr + 7) / 8;
		all += nr;
	} while (nr > 1);
	assert_int_equal(percpu_counter_tree_items_size(), 64 * all);
}

static void what_no_batch_can_be_is_an_error(void **state)
{
	static const unsigned long wrong[] = {0, 1, 3, 33, (1ul << 32) + 1, 1ul << 33, ULONG_MAX};

	(void)state;
	items = malloc(percpu_counter_tree_items_size());
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(percpu_counter_tree_init(&tree, items, wrong[i], GFP_KERNEL),
				 -EINVAL);
	assert_int_equal(percpu_counter_tree_init_many(&tree, items, 0, 32, GFP_KERNEL), -EINVAL);
	percpu_counter_tree_destroy(&tree);
	free(items);
}

static void many_counters_count_apart(void **state)
{
	struct percpu_counter_tree many[5];

	(void)state;
	items = malloc(5 * percpu_counter_tree_items_size());
	assert_int_equal(percpu_counter_tree_init_many(many, items, 5, 2, GFP_KERNEL), 0);
	for (int i = 0; i < 5; i++)
		for (int n = 0; n <= 100 * i; n++)
			percpu_counter_tree_inc(&many[i]);
	for (int i = 0; i < 5; i++) {
		assert_true(percpu_counter_tree_precise_sum(&many[i]) == 100 * i + 1);
		assert_true(percpu_counter_tree_approximate_compare_value(&many[i], 100 * i + 1) ==
			    0);
	}
	percpu_counter_tree_destroy_many(many, 5);
	free(items);
}

static void without_memory_there_is_none(void **state)
{
	int err = 0;

	(void)state;
	items = malloc(percpu_counter_tree_items_size());
	for (int i = 0; i < 1000000 && !err; i++) {
		faults_fail_all(PCPU_FAULT_COMMIT);
		err = percpu_counter_tree_init(&tree, items, 32, GFP_NOWAIT);
		faults_end();
	}
	assert_int_equal(err, -ENOMEM);
	percpu_counter_tree_destroy(&tree);
	free(items);
}

/* --- the bound --- */

static long amount(struct random *random, unsigned long batch)
{
	const uint64_t draw = random_next(random);
	const long small = (long)(draw >> 8) % (long)(2 * batch);

	switch (draw & 7) {
	case 0:
		return (long)(draw >> 20) % 1000000000;
	case 1:
		return -((long)(draw >> 20) % 1000000000);
	case 2:
		return draw & 8 ? 1 : -1;
	default:
		return draw & 8 ? small : -small;
	}
}

/* Additions of any size on any CPUs, and after each one a look. */
static void random_walks_stay_within_the_bound(void **state)
{
	static const unsigned long batches[] = {2, 32, 1024, 1ul << 32};
	struct random random = random_from(random_seed());

	(void)state;
	for (size_t i = 0; i < sizeof(batches) / sizeof(batches[0]); i++) {
		unsigned long precise = 0;

		begin(batches[i]);
		for (int n = 0; n < 3000; n++) {
			const unsigned int cpu =
				(unsigned int)random_below(&random, (int)nr_cpu_ids);
			const long inc = amount(&random, batches[i]);

			add_on(cpu, inc);
			precise += (unsigned long)inc;
			check_range((long)precise);
		}
		end();
	}
}

/*
 * The worst that there is: every CPU, and every count above, has as much as it may without carrying
 * it, upwards or downwards. The bound is reached, so it is no larger than it has to be.
 */
static void the_worst_case_is_the_bound_and_below_n_log_n(void **state)
{
	const unsigned long batch = 32;
	unsigned long under, over, levels = 0;
	unsigned int cpu;
	long precise = 0;

	(void)state;
	begin(batch);
	percpu_counter_tree_approximate_accuracy_range(&tree, &under, &over);
	for (unsigned int nr = nr_cpu_ids; nr > 1; nr = (nr + 7) / 8)
		levels++;
	assert_true(under < over && over <= batch * nr_cpu_ids / 2 * levels + batch * nr_cpu_ids);
	if (nr_cpu_ids >= 8)
		assert_true(over <= batch * nr_cpu_ids * 12);
	for_each_possible_cpu(cpu) {
		add_on(cpu, (long)batch / 2 - 1);
		precise += (long)batch / 2 - 1;
	}
	assert_true(check_range(precise) == -((long)batch / 2 - 1) * (long)num_possible_cpus());
	for_each_possible_cpu(cpu) {
		add_on(cpu, 1 - (long)batch);
		precise += 1 - (long)batch;
	}
	assert_true(check_range(precise) == (long)batch / 2 * (long)num_possible_cpus());
	end();
}

/* On all of 4,096 CPUs, of which most are not there. */
static void the_bound_holds_among_4096_cpus(void *arg)
{
	struct random random = random_from(random_seed());
	const unsigned long batch = 32;
	unsigned long under, over, precise = 0;
	long lowest = 0, highest = 0, above;
	unsigned int cpu;

	(void)arg;
	items = malloc(percpu_counter_tree_items_size());
	child_expect(nr_cpu_ids == 4096);
	child_expect(!percpu_counter_tree_init(&tree, items, batch, GFP_KERNEL));
	percpu_counter_tree_approximate_accuracy_range(&tree, &under, &over);
	child_expect(over == batch / 2 * 4096 * 4 && over < batch * 4096 * 12);
	for (int n = 0; n < 3; n++)
		for_each_possible_cpu(cpu) {
			/* where carries are made, and just before */
			const long inc = random_below(&random, 2) ? (long)batch / 2 - 1
								  : amount(&random, batch);

			add_on(cpu, inc);
			precise += (unsigned long)inc;
			above = (long)((unsigned long)percpu_counter_tree_approximate_sum(&tree) -
				       precise);
			child_expect(above >= -(long)under && above <= (long)over);
			lowest = above < lowest ? above : lowest;
			highest = above > highest ? above : highest;
		}
	printf("from %ld to %ld; said are %ld to %ld\n", lowest, highest, -(long)under, (long)over);
	child_expect((unsigned long)percpu_counter_tree_precise_sum(&tree) == precise);
}

/* --- values --- */

static void a_counter_is_what_it_is_set_to(void **state)
{
	static const long values[] = {5,    100,  127,  128,  255,   4095,    500000,   0,       -5,
				      -100, -127, -128, -255, -4096, -500000, LONG_MAX, LONG_MIN};

	(void)state;
	begin(32);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const unsigned long v = (unsigned long)values[i];

		percpu_counter_tree_set(&tree, (long)v);
		assert_true(percpu_counter_tree_precise_sum(&tree) == (long)v);
		percpu_counter_tree_add(&tree, (long)v);
		assert_true(percpu_counter_tree_precise_sum(&tree) == (long)(2 * v));
		percpu_counter_tree_sub(&tree, (long)(2 * v));
		assert_true(percpu_counter_tree_precise_sum(&tree) == 0);
		check_range(0);
		percpu_counter_tree_dec(&tree);
		assert_true(percpu_counter_tree_precise_compare_value(&tree, 0) == -1);
		percpu_counter_tree_inc(&tree);
	}
	end();
}

static int sign(long a, long b)
{
	return (a > b) - (a < b);
}

static void compare_once(struct random *random, long *a, long *b)
{
	const long x = amount(random, 32) / 1000, y = amount(random, 32) / 1000;

	percpu_counter_tree_add(&tree, x);
	percpu_counter_tree_add(&other, y);
	*a += x;
	*b += y;
	assert_int_equal(percpu_counter_tree_precise_compare(&tree, &other), sign(*a, *b));
	assert_int_equal(percpu_counter_tree_precise_compare_value(&tree, *b), sign(*a, *b));
	/* it says nothing, or what is right */
	if (percpu_counter_tree_approximate_compare(&tree, &other))
		assert_int_equal(percpu_counter_tree_approximate_compare(&tree, &other),
				 sign(*a, *b));
	if (percpu_counter_tree_approximate_compare_value(&tree, *b))
		assert_int_equal(percpu_counter_tree_approximate_compare_value(&tree, *b),
				 sign(*a, *b));
	assert_int_equal(percpu_counter_tree_approximate_compare_value(&tree, *a), 0);
}

static void comparisons_are_right(void **state)
{
	struct random random = random_from(random_seed());
	long a = 0, b = 0;

	(void)state;
	begin(32);
	assert_int_equal(percpu_counter_tree_init(
				 &other, items + percpu_counter_tree_items_size() / sizeof(*items),
				 32, GFP_KERNEL),
			 0);
	for (int n = 0; n < 20000; n++)
		compare_once(&random, &a, &b);
	percpu_counter_tree_set(&tree, LONG_MAX / 2);
	assert_int_equal(percpu_counter_tree_approximate_compare_value(&tree, LONG_MIN), 1);
	assert_int_equal(percpu_counter_tree_precise_compare_value(&tree, LONG_MIN), 1);
	percpu_counter_tree_destroy(&other);
	end();
}

/* --- many threads, and handlers --- */

#define ADDERS 4
#define STORM 50000 /* ns */
static uint64_t in_handlers;

static void add_in_handler(int sig)
{
	(void)sig;
	percpu_counter_tree_add(&tree, 17);
	__atomic_fetch_add(&in_handlers, 17, __ATOMIC_RELAXED);
}

static void *add_often(void *arg)
{
	const timer_t storm = start_storm_of(STORM, add_in_handler);
	struct random random = random_from((uintptr_t)arg);
	uint64_t sum = 0;

	for (int n = 0; n < 300000; n++) {
		const long inc = random_below(&random, 100) - 30;

		percpu_counter_tree_add(&tree, inc);
		sum += (uint64_t)inc;
		if (n % 1000 == 0)
			go_to(cpus[random_below(&random, (int)nr_cpus)]);
	}
	end_storm(storm);
	*(uint64_t *)arg = sum;
	return NULL;
}

static void threads_and_handlers_lose_nothing_and_stay_within_the_bound(void **state)
{
	uint64_t sums[ADDERS], sum = 0;
	pthread_t adders[ADDERS];

	(void)state;
	begin(2);
	in_handlers = 0;
	start_all(adders, ADDERS, add_often, sums, sizeof(sums[0]));
	join_all(adders, ADDERS);
	for (int i = 0; i < ADDERS; i++)
		sum += sums[i];
	check_range((long)(sum + in_handlers));
	assert_true(in_handlers > 0);
	end();
}

/* --- processes --- */

static void count_in_a_child(void *arg)
{
	const long before = percpu_counter_tree_precise_sum(&tree);
	long approximate = percpu_counter_tree_approximate_sum(&tree);

	(void)arg;
	/* what a thread had been carrying when the child was made, say */
	tree.root->count -= 1000000;
	percpu_counter_tree_rebuild(&tree);
	child_expect(percpu_counter_tree_approximate_sum(&tree) == approximate);
	for (int i = 0; i < 1000; i++)
		percpu_counter_tree_inc(&tree);
	child_expect(percpu_counter_tree_precise_sum(&tree) == before + 1000);
	child_expect(percpu_counter_tree_approximate_compare_value(&tree, before + 1000) == 0);
}

static void a_child_counts_for_itself_and_can_rebuild_its_tree(void **state)
{
	unsigned int cpu;

	(void)state;
	begin(8);
	for_each_possible_cpu(cpu)
		add_on(cpu, 1000 * (long)cpu + 3);
	assert_content(count_in_a_child, NULL);
	assert_true(percpu_counter_tree_precise_sum(&tree) ==
		    500l * nr_cpu_ids * (nr_cpu_ids - 1) + 3 * (long)nr_cpu_ids);
	end();
}

static void share_and_init(void *arg)
{
	(void)arg;
	items = malloc(percpu_counter_tree_items_size());
	child_expect(percpu_share() == 0);
	child_expect(percpu_counter_tree_init(&tree, items, 32, GFP_KERNEL) == -EOPNOTSUPP);
	percpu_counter_tree_destroy(&tree);
}

static void with_shared_copies_it_is_refused_and_says_so(void **state)
{
	struct child_end end_of = child_run(share_and_init, NULL);

	(void)state;
	assert_child_was_content(end_of);
	assert_non_null(strstr(end_of.output, "most of the tree would not be shared"));
}

static void start_with_4096_cpus(void *arg)
{
	char *argv[] = {arg, (char *)"4096", NULL};
	char conf[200];

	snprintf(conf, sizeof(conf), "%s,possible:4096", getenv("PERCPU_CONF") ?: "");
	setenv("PERCPU_CONF", conf, 1);
	execv("/proc/self/exe", argv);
	_exit(126);
}

static void the_bound_holds_on_4096_cpus(void **state)
{
	(void)state;
	assert_content(start_with_4096_cpus, (void *)"test_tree_counter");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_is_an_item_for_eight_and_so_on_to_the_root),
		cmocka_unit_test(what_no_batch_can_be_is_an_error),
		cmocka_unit_test(many_counters_count_apart),
		cmocka_unit_test(random_walks_stay_within_the_bound),
		cmocka_unit_test(the_worst_case_is_the_bound_and_below_n_log_n),
		cmocka_unit_test(the_bound_holds_on_4096_cpus),
		cmocka_unit_test(a_counter_is_what_it_is_set_to),
		cmocka_unit_test(comparisons_are_right),
		cmocka_unit_test(threads_and_handlers_lose_nothing_and_stay_within_the_bound),
		cmocka_unit_test(a_child_counts_for_itself_and_can_rebuild_its_tree),
		cmocka_unit_test(with_shared_copies_it_is_refused_and_says_so),
		/* last: it takes all the areas that there are */
		cmocka_unit_test(without_memory_there_is_none),
	};

	(void)argv;
	find_cpus();
	if (argc > 1) {
		the_bound_holds_among_4096_cpus(NULL);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
