/* SPDX-License-Identifier: MIT */
/* test_thread_life.c - whether a thread is still there, and is the one that was meant. */
#include "support/cmocka_all.h"
#include "support/patience.h"
#include "support/threads.h"

#include "ground/system/thread_life.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

static int my_number(void)
{
	return (int)syscall(SYS_gettid);
}

static void calling_thread_is_not_gone(void **state)
{
	(void)state;
	assert_false(pcpu_thread_is_gone((int)syscall(SYS_gettid), 0));
}

static void *tell_the_number(void *tid)
{
	*(pid_t *)tid = (pid_t)syscall(SYS_gettid);
	return NULL;
}

static void thread_that_has_ended_is_gone(void **state)
{
	struct patience patience = be_patient();
	pid_t tid = 0;

	(void)state;
	pthread_join(start(tell_the_number, &tid), NULL);
	/* a moment after it could be joined */
	while (!pcpu_thread_is_gone(tid, 0) && !is_out_of_patience(&patience))
		usleep(1000);
	assert_true(pcpu_thread_is_gone(tid, 0));
}

static void process_that_nobody_has_waited_for_is_gone(void **state)
{
	pid_t child = fork();
	siginfo_t info;

	(void)state;
	if (child == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	assert_true(pcpu_thread_is_gone(child, 0));
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_true(pcpu_thread_is_gone(child, 0));
}

static void process_that_lives_is_not_gone(void **state)
{
	pid_t child = fork();

	(void)state;
	if (child == 0)
		for (;;)
			pause();
	assert_false(pcpu_thread_is_gone(child, 0));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* --- another one of the same number --- */

static void *find_birth(void *birth)
{
	*(unsigned int *)birth = pcpu_thread_birth(my_number());
	return NULL;
}

/* Far enough apart for the system's clock of births. */
static void threads_have_their_own_births(void **state)
{
	unsigned int mine = pcpu_thread_birth(my_number()), other = 0;

	(void)state;
	assert_true(mine != 0 && mine >> PCPU_BIRTH_BITS == 0);
	assert_true(mine == pcpu_thread_birth(my_number()));
	usleep(50000);
	pthread_join(start(find_birth, &other), NULL);
	assert_true(other != 0 && other != mine);
}

static void thread_of_another_birth_is_gone(void **state)
{
	unsigned int mine = pcpu_thread_birth(my_number());

	(void)state;
	assert_false(pcpu_thread_is_gone(my_number(), mine));
	assert_true(pcpu_thread_is_gone(my_number(), mine + 1));
}

static void number_of_no_thread_has_no_birth(void **state)
{
	(void)state;
	assert_int_equal(pcpu_thread_birth(0x7ffffff0), 0);
}

/* Where the clock is another one, nobody is gone for his birth. Where it may be had. */
static void births_in_another_time_are_unknown(void **state)
{
	unsigned int mine;
	pid_t child;
	int status;

	(void)state;
	pcpu_births_begin();
	mine = pcpu_thread_birth(my_number());
	if (unshare(CLONE_NEWTIME) != 0)
		skip();
	child = fork();
	if (child == 0) {
		pcpu_births_begin();
		_exit(pcpu_thread_birth(my_number()) != 0 ||
		      pcpu_thread_is_gone(getppid(), mine + 1));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void errno_is_kept(void **state)
{
	(void)state;
	errno = 1234;
	pcpu_thread_is_gone(getpid(), 0);
	pcpu_thread_is_gone(0x7ffffff0, 0);
	pcpu_thread_birth(0x7ffffff0);
	pcpu_births_begin();
	assert_int_equal(errno, 1234);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calling_thread_is_not_gone),
		cmocka_unit_test(thread_that_has_ended_is_gone),
		cmocka_unit_test(process_that_nobody_has_waited_for_is_gone),
		cmocka_unit_test(process_that_lives_is_not_gone),
		cmocka_unit_test(threads_have_their_own_births),
		cmocka_unit_test(thread_of_another_birth_is_gone),
		cmocka_unit_test(number_of_no_thread_has_no_birth),
		cmocka_unit_test(errno_is_kept),
		cmocka_unit_test(births_in_another_time_are_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
