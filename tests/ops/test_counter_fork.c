/* SPDX-License-Identifier: MIT */
/* test_counter_fork.c - percpu_counter in the child of a program whose other threads were using it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wait_for.h"

#include <percpu/percpu.h>

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#define FORKS 300
#define DEADLOCK_SECONDS 5

static struct percpu_counter counter;
static volatile bool stop;

/* A batch of 1 folds every time, under the counter's lock. */
static void *fold_often(void *arg)
{
	while (!stop)
		percpu_counter_add_batch(&counter, 1, 1);
	return arg;
}

static int use_the_counter(void)
{
	int64_t before = percpu_counter_sum(&counter);

	percpu_counter_add_batch(&counter, 1, 1);
	return percpu_counter_sum(&counter) == before + 1 ? 0 : 1;
}

static void forked_children_can_use_a_counter_that_others_fold(void **state)
{
	pthread_t thread;
	int status = 0, i;

	(void)state;
	assert_int_equal(percpu_counter_init(&counter, 0, GFP_KERNEL), 0);
	assert_int_equal(pthread_create(&thread, NULL, fold_often, NULL), 0);
	for (i = 0; i < FORKS && status == 0; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(use_the_counter());
		status = wait_for(child, DEADLOCK_SECONDS);
	}
	stop = true;
	pthread_join(thread, NULL);
	percpu_counter_destroy(&counter);
	if (status)
		fail_msg("child %d hangs or counts wrongly: its status is %#x", i, status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forked_children_can_use_a_counter_that_others_fold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
