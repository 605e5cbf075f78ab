/* SPDX-License-Identifier: MIT */
/* test_futex.c - sleeping until a word changes. */
#include "support/cmocka_all.h"
#include "support/patience.h"
#include "support/threads.h"

#include "ground/system/futex.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static uint32_t word;

static void word_that_has_another_value_is_not_waited_for(void **state)
{
	(void)state;
	word = 1;
	assert_true(pcpu_futex_wait(&word, 0, false));
	assert_true(pcpu_futex_wait(&word, 0, true));
}

static void wait_in_which_nothing_happens_ends_and_says_so(void **state)
{
	(void)state;
	word = 7;
	assert_false(pcpu_futex_wait(&word, 7, false));
	assert_false(pcpu_futex_wait(&word, 7, true));
}

struct sleeper {
	pid_t tid; /* atomic */
	bool woken;
};

static void *sleep_on_the_word(void *arg)
{
	struct sleeper *sleeper = arg;

	__atomic_store_n(&sleeper->tid, (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	sleeper->woken = pcpu_futex_wait(&word, 0, false);
	return NULL;
}

/* Whether one call has woken three. A sleep may have ended of itself just before. */
static bool three_are_woken(void)
{
	struct sleeper sleepers[3] = {{0}};
	pthread_t threads[3];

	start_all(threads, 3, sleep_on_the_word, sleepers, sizeof(sleepers[0]));
	for (int i = 0; i < 3; i++) {
		while (__atomic_load_n(&sleepers[i].tid, __ATOMIC_SEQ_CST) == 0)
			usleep(100);
		usleep(1000);
	}
	pcpu_futex_wake(&word, false);
	join_all(threads, 3);
	return sleepers[0].woken && sleepers[1].woken && sleepers[2].woken;
}

static void wake_wakes_all_that_sleep(void **state)
{
	struct patience patience = be_patient();
	bool woken = false;

	(void)state;
	word = 0;
	while (!woken && !is_out_of_patience(&patience))
		woken = three_are_woken();
	assert_true(woken);
}

/*
 * A word in memory that both processes have, in turn: the parent sleeps until the child has woken
 * it. A wait that nothing but its time ends says false.
 */
static void wake_the_parent_until_told(uint32_t *shared)
{
	while (__atomic_load_n(shared, __ATOMIC_SEQ_CST) == 0) {
		pcpu_futex_wake(shared, true);
		usleep(1000);
	}
	_exit(0);
}

static void shared_word_is_waited_for_across_processes(void **state)
{
	uint32_t *shared =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct patience patience = be_patient();
	bool woken = false;
	pid_t child;
	int status;

	(void)state;
	assert_ptr_not_equal(shared, MAP_FAILED);
	child = fork();
	if (child == 0)
		wake_the_parent_until_told(shared);
	while (!woken && !is_out_of_patience(&patience))
		woken = pcpu_futex_wait(shared, 0, true);
	__atomic_store_n(shared, 1, __ATOMIC_SEQ_CST);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(woken && status == 0);
	munmap(shared, 4096);
}

static void errno_is_kept(void **state)
{
	(void)state;
	word = 7;
	errno = 1234;
	pcpu_futex_wait(&word, 7, false);
	pcpu_futex_wait(&word, 0, false);
	pcpu_futex_wake(&word, false);
	pcpu_futex_wake((void *)16, true);
	assert_int_equal(errno, 1234);
}

/* A timer's, more often than a wait ends of itself. */
static void ignore_signal(int sig)
{
	(void)sig;
}

static void signal_is_not_taken_for_a_change(void **state)
{
	const struct sigaction action = {.sa_handler = ignore_signal};
	const struct itimerval often = {{0, 10000}, {0, 10000}}, never = {{0, 0}, {0, 0}};

	(void)state;
	word = 7;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	assert_false(pcpu_futex_wait(&word, 7, false));
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(word_that_has_another_value_is_not_waited_for),
		cmocka_unit_test(wait_in_which_nothing_happens_ends_and_says_so),
		cmocka_unit_test(wake_wakes_all_that_sleep),
		cmocka_unit_test(shared_word_is_waited_for_across_processes),
		cmocka_unit_test(errno_is_kept),
		cmocka_unit_test(signal_is_not_taken_for_a_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
