/* SPDX-License-Identifier: MIT */
/* up_toolkit.c - the toolkit with PERCPU_UP: one CPU, plain variables, and handlers of signals. */
#include "support/cmocka_all.h"

#include <percpu/counter_set.h>
#include <percpu/metrics.h>
#include <percpu/percpu.h>
#include <percpu/ratelimit.h>
#include <percpu/seq_stats.h>
#include <percpu/tree_counter.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

struct pair {
	uint64_t one, two;
};
PERCPU_STATS(pair_stats, struct pair);
static DEFINE_PER_CPU(struct pair_stats, pairs);
static DEFINE_PER_CPU(struct pair, plain);

static volatile sig_atomic_t nr_handled, nr_torn;

static void update(int sig)
{
	struct pair sum;

	(void)sig;
	this_cpu_stats_add(pairs, 1, 2);
	percpu_stats_sum(pairs, &sum);
	nr_torn += sum.two != 2 * sum.one;
	nr_handled++;
}

static void updates_are_whole_to_handlers_too(void **state)
{
	const struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
	struct pair sum;
	uint64_t n = 0;

	(void)state;
	signal(SIGALRM, update);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	while (nr_handled < 500) {
		this_cpu_stats_add(pairs, 1, 2);
		n++;
		assert_int_equal(percpu_stats_read(pairs, 0, &sum), 0);
		nr_torn += sum.two != 2 * sum.one;
	}
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	percpu_stats_sum(pairs, &sum);
	assert_true(sum.one == n + (uint64_t)nr_handled);
	assert_true(nr_torn == 0);
}

static void there_is_cpu_0_and_no_other(void **state)
{
	struct pair pair = {5, 6};

	(void)state;
	assert_int_equal(percpu_stats_read(pairs, 1, &pair), -EINVAL);
	assert_int_equal(percpu_snapshot(&plain, 1, &pair), -EINVAL);
	assert_true(pair.one == 5 && pair.two == 6);
	this_cpu_inc(plain.two);
	assert_int_equal(percpu_snapshot(&plain, 0, &pair), 0);
	assert_true(pair.one == 0 && pair.two == 1);
}

static void a_rate_limit_has_its_burst(void **state)
{
	struct percpu_ratelimit limit;
	static DEFINE_RATELIMIT_STATE(rs, 3600000, 3);
	int passed = 0;

	(void)state;
	assert_int_equal(percpu_ratelimit_init(&limit, 0, 1, GFP_KERNEL), -EINVAL);
	assert_int_equal(percpu_ratelimit_init(&limit, UINT64_C(1) << 54, 100, GFP_KERNEL), 0);
	assert_true(percpu_ratelimit_take_many(&limit, 0));
	assert_true(percpu_ratelimit_take_many(&limit, 99));
	assert_false(percpu_ratelimit_take_many(&limit, 2));
	assert_true(percpu_ratelimit_take(&limit));
	assert_false(percpu_ratelimit_take(&limit));
	percpu_ratelimit_give_back(&limit, 10);
	percpu_ratelimit_gather(&limit);
	assert_true(percpu_ratelimit_available(&limit) == 10);
	percpu_ratelimit_reset(&limit);
	assert_true(percpu_ratelimit_available(&limit) == 100);
	percpu_ratelimit_destroy(&limit);
	for (int i = 0; i < 10; i++)
		passed += __ratelimit(&rs);
	assert_int_equal(passed, 3);
	assert_int_equal(ratelimit_state_reset_miss(&rs), 7);
	ratelimit_state_exit(&rs);
}

static void a_tree_counter_is_one_count(void **state)
{
	struct percpu_counter_tree trees[2];
	struct percpu_counter_tree_level_item items[2];
	unsigned long under = 1, over = 1;
	long min = 0, max = 0;

	(void)state;
	assert_true(percpu_counter_tree_items_size() == sizeof(items[0]));
	assert_int_equal(percpu_counter_tree_init_many(trees, items, 2, 3, GFP_KERNEL), -EINVAL);
	assert_int_equal(percpu_counter_tree_init_many(trees, items, 2, 32, GFP_KERNEL), 0);
	for (int i = 0; i < 100; i++)
		percpu_counter_tree_inc(&trees[0]);
	percpu_counter_tree_sub(&trees[1], 7);
	percpu_counter_tree_rebuild(&trees[0]);
	assert_true(percpu_counter_tree_precise_sum(&trees[0]) == 100);
	assert_int_equal(percpu_counter_tree_precise_compare(&trees[0], &trees[1]), 1);
	assert_int_equal(percpu_counter_tree_approximate_compare(&trees[1], &trees[0]), -1);
	assert_int_equal(percpu_counter_tree_approximate_compare_value(&trees[1], -7), 0);
	percpu_counter_tree_approximate_accuracy_range(&trees[0], &under, &over);
	percpu_counter_tree_approximate_min_max_range(100, under, over, &min, &max);
	assert_true(min == 100 && max == 100);
	percpu_counter_tree_set(&trees[0], -5);
	percpu_counter_tree_dec(&trees[0]);
	assert_true(percpu_counter_tree_approximate_sum(&trees[0]) == -6);
	percpu_counter_tree_destroy_many(trees, 2);
}

/* clang asks for the words that only the macros see */
#ifdef __clang__
#pragma clang diagnostic ignored "-Wmissing-field-initializers"
#endif

PERCPU_COUNTER_SET(taken, int, up, down, many[3]);
static DEFINE_PER_CPU(struct taken, set) = {4, 0, {0, 0, 0}};

static void a_set_is_taken_once(void **state)
{
	uint64_t __percpu *words = alloc_percpu_array(uint64_t, 5);
	struct taken sum = {0, 0, {1, 0, 0}};
	uint64_t sums[5];

	(void)state;
	this_cpu_dec(set.down);
	assert_int_equal(percpu_take(&set, sizeof(&set), &sum), -EINVAL);
	assert_int_equal(sum.many[0], 1);
	assert_int_equal(percpu_snapshot_struct(&set, &sum), 0);
	assert_true(sum.up == 4 && sum.down == -1 && sum.many[0] == 0);
	assert_int_equal(percpu_take(&set, sizeof(set), &sum), 0);
	assert_true(sum.up == 4 && sum.down == -1);
	percpu_sum_struct(&set, &sum);
	assert_true(sum.up == 0 && sum.down == 0);
	assert_non_null(words);
	this_cpu_inc(words[4]);
	assert_int_equal(percpu_take_array(words, 5, sums), 0);
	assert_true(sums[4] == 1 && sums[0] == 0);
	free_percpu(words);
	assert_null(alloc_percpu_array(uint64_t, SIZE_MAX / 8 + 2));
}

static int nr_logged;

static void listen(enum percpu_log_level level, const char *message)
{
	nr_logged += level == PERCPU_LOG_WARNING && strstr(message, "no metrics with PERCPU_UP");
}

static void metrics_are_refused_with_a_message(void **state)
{
	const struct percpu_metric_desc desc = {"name", NULL, NULL, 0, 0, 0, 0, false};
	struct percpu_metric_counter counter = {NULL};

	(void)state;
	percpu_set_log_handler(listen, PERCPU_LOG_WARNING);
	assert_int_equal(percpu_metrics_counter(NULL, &counter, &desc, "a", "1"), -EOPNOTSUPP);
	assert_null(counter.value);
	assert_null(percpu_metrics_create());
	assert_int_equal(nr_logged, 2);
	assert_null(percpu_metrics_text(NULL, PERCPU_METRICS_JSON, NULL));
	assert_int_equal(errno, EOPNOTSUPP);
	assert_int_equal(percpu_metrics_print(NULL, PERCPU_METRICS_JSON, stdout), -EOPNOTSUPP);
	assert_int_equal(percpu_metrics_unregister(NULL, "name", NULL), -ENOENT);
	assert_int_equal(percpu_metrics_destroy(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(updates_are_whole_to_handlers_too),
		cmocka_unit_test(there_is_cpu_0_and_no_other),
		cmocka_unit_test(a_rate_limit_has_its_burst),
		cmocka_unit_test(a_tree_counter_is_one_count),
		cmocka_unit_test(a_set_is_taken_once),
		cmocka_unit_test(metrics_are_refused_with_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
