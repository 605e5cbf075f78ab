/* SPDX-License-Identifier: MIT */
/* test_counter_fork.c - percpu_counter in the child of a program whose other threads were using it.
 */
#include "support/cmocka_all.h"
#include "support/threads.h"
#include "support/wait_for.h"

#include <percpu/percpu.h>

#include <unistd.h>

#define FORKS 300
#define DEADLOCK_SECONDS 240

static struct percpu_counter counter;

/* A batch of 2 folds every other time, under the counter's lock. */
static void *fold_often(void *arg)
{
	while (!must_stop())
		percpu_counter_add_batch(&counter, 1, 2);
	return arg;
}

static int use_the_counter(void)
{
	int64_t before = percpu_counter_sum(&counter);

	for (int i = 0; i < 3; i++)
		percpu_counter_add_batch(&counter, 1, 2);
	return percpu_counter_sum(&counter) == before + 3 ? 0 : 1;
}

static void forked_children_can_use_a_counter_that_others_fold(void **state)
{
	pthread_t thread;
	int status = 0, i;

	(void)state;
	assert_int_equal(percpu_counter_init(&counter, 0, GFP_KERNEL), 0);
	thread = start(fold_often, NULL);
	for (i = 0; i < FORKS && status == 0; i++) {
		pid_t child = fork();

		if (child == 0)
			_exit(use_the_counter());
		status = wait_for(child, DEADLOCK_SECONDS);
	}
	set_stop(true);
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
