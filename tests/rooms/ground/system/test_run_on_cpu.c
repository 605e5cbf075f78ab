/* SPDX-License-Identifier: MIT */
/*
 * test_run_on_cpu.c - having something done on a certain CPU: by a process that is sent there, and,
 * where there is none to be had, by the thread itself.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/faults.h"
#include "support/records.h"
#include "support/refuse.h"

#include "ground/layout.h"
#include "ground/system/run_on_cpu.h"

#include <errno.h>

/* The C library's sched_getcpu() looks where the kernel keeps the number for the caller. */
static void look_around(void *cpu)
{
	syscall(SYS_getcpu, cpu, NULL, NULL);
}

static bool is_allowed_all(pid_t thread)
{
	cpu_set_t set;
	bool all = true;

	if (sched_getaffinity(thread, sizeof(set), &set) != 0)
		return false;
	for (unsigned int i = 0; i < nr_cpus; i++)
		all = all && CPU_ISSET(cpus[i], &set);
	return all && (unsigned int)CPU_COUNT(&set) == nr_cpus;
}

static void function_runs_on_the_cpu_and_the_thread_where_it_could_before(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < nr_cpus; i++) {
		int cpu = -1;

		child_expect(pcpu_run_on_cpu(cpus[i], look_around, &cpu));
		child_expect(cpu == (int)cpus[i]);
		child_expect(is_allowed_all(0));
	}
}

static void function_for_a_cpu_that_is_not_there_runs_elsewhere(void *arg)
{
	int cpu = -1;

	(void)arg;
	child_expect(!pcpu_run_on_cpu(PCPU_AFFINITY_CPUS - 1, look_around, &cpu));
	child_expect(cpu >= 0);
	cpu = -1;
	child_expect(!pcpu_run_on_cpu(UINT32_MAX, look_around, &cpu));
	child_expect(cpu >= 0 && is_allowed_all(0));
}

static void errno_and_signals_are_as_before(void *arg)
{
	sigset_t before, after;
	int cpu;

	(void)arg;
	sigprocmask(SIG_BLOCK, NULL, &before);
	errno = 1234;
	pcpu_run_on_cpu(cpus[0], look_around, &cpu);
	pcpu_run_on_cpu(PCPU_AFFINITY_CPUS - 1, look_around, &cpu);
	child_expect(errno == 1234);
	sigprocmask(SIG_BLOCK, NULL, &after);
	for (int signo = 1; signo < 64; signo++)
		child_expect(sigismember(&before, signo) == sigismember(&after, signo));
}

static void look_at_mask(void *was_blocked)
{
	sigset_t now;

	sigprocmask(SIG_BLOCK, NULL, &now);
	*(bool *)was_blocked = sigismember(&now, SIGINT) && sigismember(&now, SIGUSR1);
}

static void no_handler_runs_there(void *arg)
{
	bool blocked = false;

	(void)arg;
	child_expect(pcpu_run_on_cpu(cpus[0], look_at_mask, &blocked) && blocked);
}

/* --- by a process --- */

static volatile int nr_ended;

static void count_end(int signo)
{
	(void)signo;
	nr_ended++;
}

static void process_is_no_child_that_the_program_sees(void *arg)
{
	int cpu;

	(void)arg;
	signal(SIGCHLD, count_end);
	for (int i = 0; i < 100; i++)
		child_expect(pcpu_run_on_cpu(cpus[0], look_around, &cpu));
	child_expect(nr_ended == 0);
	child_expect(waitpid(-1, NULL, __WALL) == -1 && errno == ECHILD);
}

static void look_at_caller(void *thread)
{
	int *caller = thread;

	*caller = is_allowed_all(*caller) && syscall(SYS_gettid) != *caller;
}

static void affinity_of_the_thread_is_not_touched(void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < nr_cpus; i++) {
		int caller = (int)syscall(SYS_gettid);

		child_expect(pcpu_run_on_cpu(cpus[i], look_at_caller, &caller));
		child_expect(caller == 1);
	}
}

/* --- by the thread itself --- */

/* From here on the process has no other way. False: there are no filters here. */
static bool go_oneself(void)
{
	return refuse(SYS_clone, REFUSE_WITH(EPERM));
}

static void is_itself(void *thread)
{
	*(int *)thread = syscall(SYS_gettid) == *(int *)thread;
}

static void thread_goes_itself_where_processes_are_refused(void *arg)
{
	int caller = (int)syscall(SYS_gettid);

	if (!go_oneself())
		return;
	child_expect(pcpu_run_on_cpu(cpus[0], is_itself, &caller));
	child_expect(caller == 1);
	function_runs_on_the_cpu_and_the_thread_where_it_could_before(arg);
	function_for_a_cpu_that_is_not_there_runs_elsewhere(arg);
	errno_and_signals_are_as_before(arg);
	no_handler_runs_there(arg);
}

static void process_that_cannot_be_had_is_done_without(void *arg)
{
	int caller = (int)syscall(SYS_gettid);

	(void)arg;
	faults_fail_nth(PCPU_FAULT_PROCESS, 1);
	child_expect(pcpu_run_on_cpu(cpus[0], is_itself, &caller));
	child_expect(caller == 1 && faults_end() == 1);
}

/* --- what changes meanwhile --- */

/* As somebody does from outside: taskset -p. */
static void restrict_caller(void *thread)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpus[nr_cpus - 1], &one);
	child_expect(sched_setaffinity(*(pid_t *)thread, sizeof(one), &one) == 0);
}

static void expect_restricted(void)
{
	cpu_set_t now;

	child_expect(sched_getaffinity(0, sizeof(now), &now) == 0);
	child_expect(CPU_COUNT(&now) == 1 && CPU_ISSET(cpus[nr_cpus - 1], &now));
}

static void affinity_that_is_set_meanwhile_stays(void *arg)
{
	pid_t caller = (pid_t)syscall(SYS_gettid);

	(void)arg;
	child_expect(pcpu_run_on_cpu(cpus[0], restrict_caller, &caller));
	expect_restricted();
	go_anywhere();
	/* on one CPU the thread cannot tell its own doing from another's */
	if (nr_cpus == 1 || !go_oneself())
		return;
	child_expect(pcpu_run_on_cpu(cpus[0], restrict_caller, &caller));
	expect_restricted();
}

/* --- no way back --- */

static void thread_that_cannot_go_back_may_run_anywhere_and_says_so(void *arg)
{
	int cpu;

	(void)arg;
	if (nr_cpus == 1 || !go_oneself())
		return;
	go_to(cpus[0]);
	records_keep(PERCPU_LOG_WARNING);
	/* the first call is the one that goes there */
	faults_fail_nth(PCPU_FAULT_AFFINITY, 2);
	child_expect(pcpu_run_on_cpu(cpus[1], look_around, &cpu) && cpu == (int)cpus[1]);
	child_expect(faults_end() == 1);
	child_expect(is_allowed_all(0));
	child_expect(nr_records == 1 && records[0].level == PERCPU_LOG_WARNING);
	child_expect(record_says(0, "may run wherever it is allowed to"));
}

static bool fail_after_the_first(enum pcpu_fault_site site)
{
	static int nr;

	return site == PCPU_FAULT_AFFINITY && ++nr > 1;
}

static void thread_that_cannot_leave_says_so(void *arg)
{
	int cpu;

	(void)arg;
	if (nr_cpus == 1 || !go_oneself())
		return;
	records_keep(PERCPU_LOG_WARNING);
	pcpu_fault_hook = fail_after_the_first;
	child_expect(pcpu_run_on_cpu(cpus[1], look_around, &cpu) && cpu == (int)cpus[1]);
	pcpu_fault_hook = NULL;
	child_expect(nr_records == 1 && records[0].level == PERCPU_LOG_ERR);
	child_expect(record_says(0, "cannot leave it"));
}

/* The dynamic linker takes more stack for a first call than there is where these functions run. */
static void call_everything_once(void)
{
	int number = (int)syscall(SYS_gettid);
	bool flag;

	look_around(&number);
	look_at_mask(&flag);
	look_at_caller(&number);
	is_itself(&number);
	go_anywhere();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(function_runs_on_the_cpu_and_the_thread_where_it_could_before),
		child_test(function_for_a_cpu_that_is_not_there_runs_elsewhere),
		child_test(errno_and_signals_are_as_before),
		child_test(no_handler_runs_there),
		child_test(process_is_no_child_that_the_program_sees),
		child_test(affinity_of_the_thread_is_not_touched),
		child_test(thread_goes_itself_where_processes_are_refused),
		child_test(process_that_cannot_be_had_is_done_without),
		child_test(affinity_that_is_set_meanwhile_stays),
		child_test(thread_that_cannot_go_back_may_run_anywhere_and_says_so),
		child_test(thread_that_cannot_leave_says_so),
	};

	find_cpus();
	call_everything_once();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
