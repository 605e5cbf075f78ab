/* SPDX-License-Identifier: MIT */
/*
 * test_counter_shared.c - percpu_counter with shared copies: what several processes count is one
 * value, and its resets and limits are exact among them.
 */
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/tier.h"
#include "support/wait_for.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CHILDREN 4
#define COUNTS 20000
#define SECONDS 240

DEFINE_STATIC_PERCPU_COUNTER_FROM(counter, 1000);
static struct percpu_counter made;
static char said[512];

/* What children say to each other, outside of the library. */
static struct board {
	int64_t taken, granted;
	int stop;
} * board;

static void keep(enum percpu_log_level level, const char *message)
{
	(void)level;
	strncpy(said, message, sizeof(said) - 1);
}

static bool starts_shared(void)
{
	const char *conf = getenv("PERCPU_CONF");

	return conf && strstr(conf, "shared:yes");
}

static pid_t in_child(void (*body)(void))
{
	const pid_t child = fork();

	if (child == 0) {
		body();
		_exit(0);
	}
	assert_true(child > 0);
	return child;
}

static void start_children(pid_t *children, void (*body)(void))
{
	for (int i = 0; i < CHILDREN; i++)
		children[i] = in_child(body);
}

static void end_children(const pid_t *children)
{
	for (int i = 0; i < CHILDREN; i++)
		assert_int_equal(wait_for(children[i], SECONDS), 0);
}

/* --- from one process's copies to all processes' --- */

static void share_is_refused_while_there_are_counters_of_init(void **state)
{
	static struct percpu_counter too_many[10000];
	struct percpu_counter other;

	(void)state;
	if (starts_shared())
		skip();
	assert_int_equal(percpu_counter_init(&other, 5, GFP_KERNEL), 0);
	percpu_set_log_handler(keep, PERCPU_LOG_WARNING);
	assert_int_equal(percpu_share(), -EBUSY);
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
	assert_non_null(strstr(said, "percpu_counter_init() has made"));
	percpu_counter_inc(&other);
	assert_true(percpu_counter_sum(&other) == 6);
	percpu_counter_destroy(&other);
	/* and one that has failed is in nobody's way */
	assert_int_equal(percpu_counter_init_many(too_many, 0, GFP_KERNEL | __GFP_NOWARN, 10000),
			 -ENOMEM);
}

static void what_was_counted_before_is_kept(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		percpu_counter_add(&counter, 7);
	percpu_counter_inc(&counter);
	assert_true(percpu_counter_sum(&counter) == 1701);
	assert_int_equal(percpu_share(), 0);
	assert_true(percpu_counter_sum(&counter) == 1701);
	assert_true(percpu_counter_read(&counter) == 1701);
	assert_int_equal(percpu_counter_compare(&counter, 1702), -1);
	assert_int_equal(percpu_counter_init(&made, 10, GFP_KERNEL), 0);
}

/* --- counting --- */

static void count(void)
{
	for (int i = 0; i < COUNTS; i++) {
		percpu_counter_inc(&counter);
		percpu_counter_add_batch(&made, 3, i % 3 ? 100 : 0);
		if (i % 10 == 0)
			percpu_counter_add_local(&counter, -2);
		if (i % 100 == 0)
			percpu_counter_sync(&made);
		if (i % 500 == 0 && percpu_counter_read(&made) < 10)
			_exit(1);
	}
}

static void all_processes_count_into_one_value(void **state)
{
	const int64_t before = percpu_counter_sum(&counter);
	pid_t children[CHILDREN];

	(void)state;
	start_children(children, count);
	count();
	end_children(children);
	assert_true(percpu_counter_sum(&counter) ==
		    before + (CHILDREN + 1) * (COUNTS - 2 * (COUNTS / 10)));
	assert_true(percpu_counter_sum(&made) == 10 + (CHILDREN + 1) * 3 * COUNTS);
}

static void set_in_a_child(void)
{
	percpu_counter_set(&made, -5);
}

static void what_a_child_sets_is_set_for_all(void **state)
{
	(void)state;
	assert_int_equal(wait_for(in_child(set_in_a_child), SECONDS), 0);
	assert_true(percpu_counter_read(&made) == -5);
	percpu_counter_set(&made, INT64_MAX);
	percpu_counter_inc(&made);
	assert_true(percpu_counter_sum(&made) == INT64_MIN);
	percpu_counter_set(&made, 0);
}

/* --- resets, and limits --- */

static void count_and_take(void)
{
	for (int i = 0; i < COUNTS; i++) {
		percpu_counter_inc(&counter);
		if (i % 16 == 0)
			__atomic_fetch_add(&board->taken, percpu_counter_sum_and_reset(&counter),
					   __ATOMIC_SEQ_CST);
	}
}

static void each_addition_is_in_one_reset(void **state)
{
	pid_t children[CHILDREN];

	(void)state;
	percpu_counter_set(&counter, 0);
	start_children(children, count_and_take);
	end_children(children);
	assert_true(board->taken + percpu_counter_sum(&counter) == CHILDREN * COUNTS);
}

static void fill(void)
{
	for (int i = 0; i < COUNTS; i++) {
		if (percpu_counter_limited_add(&made, CHILDREN * COUNTS, 3))
			__atomic_fetch_add(&board->granted, 3, __ATOMIC_SEQ_CST);
		if (percpu_counter_sum(&made) > CHILDREN * COUNTS)
			_exit(1);
	}
}

static void processes_fill_a_limit_exactly(void **state)
{
	pid_t children[CHILDREN];

	(void)state;
	assert_true(percpu_counter_sum(&made) == 0);
	start_children(children, fill);
	end_children(children);
	assert_true(percpu_counter_sum(&made) == board->granted);
	assert_true(board->granted == CHILDREN * COUNTS / 3 * 3);
	assert_false(percpu_counter_limited_add(&made, CHILDREN * COUNTS, 3));
	assert_true(percpu_counter_limited_add(&made, 0, -board->granted));
	assert_false(percpu_counter_limited_add(&made, 0, -1));
}

/* --- processes that are killed --- */

static void count_until_killed(void)
{
	while (!board->stop) {
		percpu_counter_inc(&counter);
		__atomic_fetch_add(&board->granted, 1, __ATOMIC_SEQ_CST);
	}
}

/* Of what it did, its last call alone is in doubt. */
static void who_is_killed_takes_one_call_with_him(void **state)
{
	const int killed = 20;
	int64_t value;

	(void)state;
	percpu_counter_set(&counter, 0);
	board->granted = 0;
	for (int i = 0; i < killed; i++) {
		const pid_t child = in_child(count_until_killed);

		usleep(1000 + 300 * (useconds_t)i);
		kill(child, SIGKILL);
		wait_for(child, SECONDS);
	}
	value = percpu_counter_sum(&counter);
	assert_true(board->granted > 0);
	assert_true(value >= board->granted && value <= board->granted + killed);
}

/* --- a process's own --- */

static void make_and_count(void)
{
	struct percpu_counter own;

	if (percpu_counter_init(&own, 4, GFP_KERNEL))
		_exit(1);
	percpu_counter_add(&own, 100000);
	percpu_counter_inc(&own);
	if (percpu_counter_sum(&own) != 100005 || percpu_counter_sum_and_reset(&own) != 100005 ||
	    percpu_counter_read(&own) != 0)
		_exit(2);
	percpu_counter_destroy(&own);
}

static void what_a_child_makes_is_its_own(void **state)
{
	const int64_t before = percpu_counter_sum(&made);

	(void)state;
	assert_int_equal(wait_for(in_child(make_and_count), SECONDS), 0);
	make_and_count();
	assert_true(percpu_counter_sum(&made) == before);
	percpu_counter_destroy(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(share_is_refused_while_there_are_counters_of_init),
		cmocka_unit_test(what_was_counted_before_is_kept),
		cmocka_unit_test(all_processes_count_into_one_value),
		cmocka_unit_test(what_a_child_sets_is_set_for_all),
		cmocka_unit_test(each_addition_is_in_one_reset),
		cmocka_unit_test(processes_fill_a_limit_exactly),
		cmocka_unit_test(who_is_killed_takes_one_call_with_him),
		cmocka_unit_test(what_a_child_makes_is_its_own),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	assert_true(board != MAP_FAILED);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
