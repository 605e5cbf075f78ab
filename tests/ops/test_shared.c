/* SPDX-License-Identifier: MIT */
/*
 * test_shared.c - eight processes on the same copies.
 *
 * Started with PERCPU_CONF=shared:yes, or with the argument "call" to have percpu_share() called;
 * then also in the fallback tier. With the argument "used" it is called when copies have been used,
 * with "threads" while there is another thread, and with "fails" each of its steps fails once; with
 * "opens" units open when there are children.
 */
#include "support/closed_cpu.h"
#include "support/cmocka_all.h"

#include "ground/fault.h"
#include "memory/entry.h"

#include <percpu/percpu.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS 8
#define ROUNDS 60000

struct shared {
	local_lock_t lock;
	long locked;
	int small;
	long taken_from;
};

static DEFINE_PER_CPU(long, in_static) = 5;
static DEFINE_PER_CPU(long, in_sections);
static struct shared __percpu *shared;

enum { counted_before = 3 };
static DEFINE_PER_CPU(char[3 * 4096], large);
static long __percpu *before_sharing;

/* As a library's constructor may: also in an area, in a section, and with a local lock. */
static void __attribute__((__constructor__)) count_before_main(void)
{
	this_cpu_add(in_static, counted_before);
	get_cpu_var(in_sections)++;
	put_cpu_var(in_sections);
	before_sharing = alloc_percpu(long);
	this_cpu_add(*before_sharing, 0x123456789);
	this_cpu_write(large[2 * 4096 + 5], 'x');
}

/* What the workers say to the parent, in memory that all have. */
static struct {
	long taken;
	int failures;
	volatile int stop, ready;
	struct board_of_daemon {
		int done;
		long in_static;
	} daemon;
} * board;

static char warned[1000];

static void keep_warning(enum percpu_log_level level, const char *message)
{
	if (level <= PERCPU_LOG_WARNING)
		snprintf(warned + strlen(warned), sizeof(warned) - strlen(warned), "%s\n", message);
}

static pid_t start(void (*work)(unsigned int number), unsigned int number)
{
	pid_t child = fork();

	if (child == 0) {
		/* cmocka's handler would have it go on with the next test */
		signal(SIGSEGV, SIG_DFL);
		work(number);
		exit(0);
	}
	return child;
}

/* Every worker's exit status is 0. */
static void run_workers(void (*work)(unsigned int number))
{
	pid_t workers[WORKERS];
	int status;

	for (unsigned int i = 0; i < WORKERS; i++) {
		workers[i] = start(work, i);
		assert_true(workers[i] > 0);
	}
	for (int i = 0; i < WORKERS; i++) {
		assert_int_equal(waitpid(workers[i], &status, 0), workers[i]);
		if (status != 0)
			fail_msg("worker %d: status %#x", i, status);
	}
}

static void move(unsigned int random)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(random % (unsigned int)sysconf(_SC_NPROCESSORS_CONF), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* Longer than one instruction, and in the middle of it others get their turn. */
static void add_slowly(long *copy, unsigned int i)
{
	long before = *(volatile long *)copy;

	if (i % 512 == 0)
		sched_yield();
	*(volatile long *)copy = before + 1;
}

static void count(unsigned int number)
{
	for (unsigned int i = 0; i < ROUNDS; i++) {
		this_cpu_inc(in_static);
		this_cpu_add(shared->small, 3);
		add_slowly(&get_cpu_var(in_sections), i);
		put_cpu_var(in_sections);
		this_cpu_inc(in_sections);
		local_lock(&shared->lock);
		add_slowly(&this_cpu_ptr(shared)->locked, i);
		local_unlock(&shared->lock);
		this_cpu_inc(shared->taken_from);
		if (i % 1000 == 0)
			move(i / 1000 + number);
		if (i % 500 == 1) {
			const unsigned int first_two = nr_cpu_ids < 2 ? 1 : 2;
			long taken = per_cpu_xchg(shared->taken_from, i / 500 % first_two, 0);

			__atomic_fetch_add(&board->taken, taken, __ATOMIC_RELAXED);
		}
	}
}

static void counts_of_all_processes_are_in_one_sum(void **state)
{
	long before = per_cpu_sum(in_static);

	(void)state;
	run_workers(count);
	assert_int_equal(per_cpu_sum(in_static) - before, WORKERS * ROUNDS);
	assert_int_equal(per_cpu_sum(shared->small), 3 * WORKERS * ROUNDS);
	assert_int_equal(per_cpu_sum(shared->locked), WORKERS * ROUNDS);
	assert_int_equal(per_cpu_sum(in_sections), 1 + 2 * WORKERS * ROUNDS);
	assert_int_equal(board->taken + per_cpu_sum(shared->taken_from), WORKERS * ROUNDS);
}

static void initial_values_are_there_once(void **state)
{
	unsigned int cpu;

	(void)state;
	for (cpu = 0; cpu < (unsigned int)sysconf(_SC_NPROCESSORS_ONLN); cpu++)
		assert_true(percpu_unit_is_open(cpu) || !cpu_possible(cpu));
	assert_int_equal(per_cpu_sum(in_static), counted_before + 5 * (int)num_possible_cpus());
}

static void count_1000(unsigned int number)
{
	(void)number;
	for (int i = 0; i < 1000; i++)
		this_cpu_inc(in_static);
	get_cpu_var(in_sections)++;
	put_cpu_var(in_sections);
}

static void free_in_child(unsigned int number)
{
	(void)number;
	percpu_set_log_handler(keep_warning, PERCPU_LOG_WARNING);
	free_percpu(shared);
	if (!strstr(warned, "does nothing to what was allocated before the fork"))
		_exit(1);
	warned[0] = '\0';
	/* also when it has books of its own, whose areas are cached */
	free_percpu(alloc_percpu(struct shared));
	free_percpu(shared);
	if (alloc_percpu(struct shared) == shared || warned[0])
		_exit(2);
	percpu_trim();
	/* what the parent has is still there */
	this_cpu_inc(shared->small);
}

static void children_do_not_free_what_is_others_too(void **state)
{
	long before = per_cpu_sum(shared->small);

	(void)state;
	run_workers(free_in_child);
	assert_int_equal(per_cpu_sum(shared->small), before + WORKERS);
	free_percpu(alloc_percpu(long));
}

/* An area of each kind: a cached one, one with a chunk of its own. */
static long __percpu *own[2];

static void count_in_own(unsigned int number)
{
	(void)number;
	for (int i = 0; i < 1000; i++) {
		this_cpu_inc(*own[0]);
		this_cpu_add(own[1][1000], 2);
	}
}

static void run_or_exit(void (*work)(unsigned int number), unsigned int times)
{
	int status;

	for (unsigned int i = 0; i < times; i++)
		if (start(work, i) < 0)
			_exit(10);
	for (unsigned int i = 0; i < times; i++)
		if (wait(&status) < 0 || status != 0)
			_exit(11);
}

static void allocate_and_fork(unsigned int number)
{
	own[0] = alloc_percpu(long);
	own[1] = __alloc_percpu(32768, 8);
	if (!own[0] || !own[1] || per_cpu_sum(*own[0]) != 0 || per_cpu_sum(own[1][1000]) != 0)
		_exit(1);
	run_or_exit(count_in_own, number + 1);
	if (per_cpu_sum(*own[0]) != 1000 * (number + 1) ||
	    per_cpu_sum(own[1][1000]) != 2000 * (number + 1))
		_exit(2);
	free_percpu(own[0]);
	free_percpu(own[1]);
	/* zero again, for those that are forked later too */
	own[0] = alloc_percpu(long);
	own[1] = __alloc_percpu(32768, 8);
	run_or_exit(count_in_own, 1);
	if (per_cpu_sum(*own[0]) != 1000 || per_cpu_sum(own[1][1000]) != 2000)
		_exit(3);
}

/* Each of them at the same coordinates as the others, most likely, and as the parent. */
static void children_allocate_for_themselves_and_their_children(void **state)
{
	long __percpu *mine[200];

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		mine[i] = __alloc_percpu(i % 2 ? 32768 : sizeof(long), 8);
		assert_non_null(mine[i]);
		this_cpu_write(*mine[i], 77);
	}
	run_workers(allocate_and_fork);
	for (size_t i = 0; i < 200; i++) {
		assert_int_equal(per_cpu_sum(*mine[i]), 77);
		free_percpu(mine[i]);
	}
}

/* As by daemon(): the process that has begun to share is gone when the workers are forked. */
static void become_a_daemon(unsigned int number)
{
	struct board_of_daemon *result = &board->daemon;

	(void)number;
	if (fork() != 0)
		_exit(0);
	allocate_and_fork(3);
	run_or_exit(count_1000, 4);
	result->in_static = per_cpu_sum(in_static);
	__atomic_store_n(&result->done, 1, __ATOMIC_RELEASE);
	_exit(0);
}

static void child_that_outlives_its_parent_is_a_master_like_it(void **state)
{
	long before = per_cpu_sum(in_static);
	int status;
	pid_t child = start(become_a_daemon, 0);

	(void)state;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	for (int ms = 0; ms < 60000 && !__atomic_load_n(&board->daemon.done, __ATOMIC_ACQUIRE);
	     ms++)
		usleep(1000);
	assert_int_equal(board->daemon.in_static, before + 4000);
}

static void parent_allocates_for_itself_and_later_children(void **state)
{
	long __percpu *later = alloc_percpu(long);
	pid_t child;
	int status;

	(void)state;
	assert_non_null(later);
	child = fork();
	if (child == 0) {
		this_cpu_add(*later, 7);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(per_cpu_sum(*later), 7);
	free_percpu(later);
	/* and is zero again when it is handed out anew, in all processes */
	later = alloc_percpu(long);
	assert_int_equal(per_cpu_sum(*later), 0);
	free_percpu(later);
}

static void hold_and_be_killed(unsigned int number)
{
	(void)number;
	if (percpu_remote_begin(0))
		_exit(1);
	board->ready = 1;
	for (;;)
		pause();
}

static void cpu_of_a_killed_process_is_let_go(void **state)
{
	pid_t child = start(hold_and_be_killed, 0);
	int status;

	(void)state;
	while (!board->ready)
		usleep(1000);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	percpu_set_log_handler(keep_warning, PERCPU_LOG_WARNING);
	warned[0] = '\0';
	(void)per_cpu_xchg(in_static, 0, 0);
	percpu_set_log_handler(NULL, PERCPU_LOG_WARNING);
	assert_non_null(strstr(warned, "ended inside of a section: CPU 0 is let go"));
}

static void stay_here_and_lock(unsigned int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		_exit(1);
	local_lock(&shared->lock);
	board->ready = 2;
	for (;;)
		pause();
}

/* Nobody can say what state the killed one has left behind, so nobody gets the lock. */
static void local_lock_of_a_killed_process_stays_taken(void **state)
{
	unsigned int cpu = (unsigned int)sched_getcpu();
	cpu_set_t before, one;
	pid_t child = start(stay_here_and_lock, cpu);
	int status;

	(void)state;
	while (board->ready != 2)
		usleep(1000);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	sched_getaffinity(0, sizeof(before), &before);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_false(local_trylock(&shared->lock));
	/* operations do not mind */
	this_cpu_inc(shared->locked);
	sched_setaffinity(0, sizeof(before), &before);
	per_cpu_ptr(shared, cpu)->lock.owner = 0;
}

static void be_pinned(unsigned int cpu)
{
	board->ready = percpu_thread_pin(cpu) == 0 ? 3 : 4;
	for (;;)
		pause();
}

static void pin_of_a_killed_process_stays_counted(void **state)
{
	unsigned int cpu = (unsigned int)sched_getcpu();
	pid_t child = start(be_pinned, cpu);
	int pinned, status;
	long before;

	(void)state;
	while ((pinned = board->ready) < 3)
		usleep(1000);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	/* there is none in the fallback tier */
	if (pinned == 4)
		return;
	assert_int_equal(percpu_remote_begin(cpu), -EBUSY);
	/* but what takes one instruction is done, on that CPU */
	before = per_cpu_sum(in_static);
	per_cpu_xchg(in_static, cpu, per_cpu_xchg(in_static, cpu, 0) + 7);
	assert_int_equal(per_cpu_sum(in_static), before + 7);
}

/* Wherever it was in that: its books, and its chunks, were its own. */
static void allocate_for_ever(unsigned int number)
{
	for (unsigned int i = number;; i++) {
		long __percpu *area = __alloc_percpu(8 + (i % 64) * 512, 8);

		if (!area)
			_exit(1);
		this_cpu_inc(*area);
		this_cpu_inc(shared->small);
		if (i % 3)
			free_percpu(area);
	}
}

static void process_that_is_killed_allocating_takes_nothing_with_it(void **state)
{
	long __percpu *mine = alloc_percpu(long);
	int status;

	(void)state;
	for (unsigned int i = 0; i < 20; i++) {
		long before = per_cpu_sum(shared->small);
		pid_t child = start(allocate_for_ever, i);

		for (int n = 0; n < 300000 && per_cpu_sum(shared->small) < before + 10; n++)
			usleep(100);
		usleep(i * 50);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		free_percpu(alloc_percpu(struct shared));
		this_cpu_inc(*mine);
	}
	assert_int_equal(per_cpu_sum(*mine), 20);
	free_percpu(mine);
}

static void child_of_a_holder_holds_nothing(void **state)
{
	pid_t child;
	int status;

	(void)state;
	assert_int_equal(percpu_remote_begin(0), 0);
	child = fork();
	if (child == 0) {
		/* the parent holds it: this waits until it does not any more */
		(void)per_cpu_xchg(in_static, 0, 0);
		_exit(board->stop ? 0 : 1);
	}
	usleep(100000);
	board->stop = 1;
	percpu_remote_end(0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void sharing_twice_is_no_error(void **state)
{
	(void)state;
	assert_int_equal(percpu_share(), 0);
}

/* --- what was counted before --- */

static void expect_what_was_counted_before(unsigned int number)
{
	long before;
	int x = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		x += per_cpu(large, cpu)[2 * 4096 + 5] == 'x';
	before = per_cpu_sum(*before_sharing);
	if (x != 1 || before != 0x123456789 + (long)number)
		_exit(1);
	this_cpu_inc(*before_sharing);
}

static void counts_from_before_are_kept(void **state)
{
	const long initial = counted_before + 5 * (long)num_possible_cpus();
	int status;

	(void)state;
	assert_true(percpu_unit_is_open(raw_smp_processor_id()) || num_possible_cpus() > 1);
	assert_int_equal(percpu_share(), 0);
	for (unsigned int i = 0; i < 4; i++) {
		assert_true(waitpid(start(expect_what_was_counted_before, i), &status, 0) > 0);
		assert_int_equal(status, 0);
	}
	run_workers(count_1000);
	assert_int_equal(per_cpu_sum(in_static), initial + WORKERS * 1000);
	assert_int_equal(per_cpu_sum(in_sections), 1 + WORKERS);
	assert_int_equal(per_cpu_sum(*before_sharing), 0x123456789 + 4);
}

/* The thread counts before, and after: in the same copies. */
static void *count_twice(void *arg)
{
	pthread_barrier_t *barrier = arg;

	this_cpu_inc(in_static);
	pthread_barrier_wait(barrier);
	pthread_barrier_wait(barrier);
	for (int i = 0; i < 1000; i++) {
		this_cpu_inc(in_static);
		get_cpu_var(in_sections)++;
		put_cpu_var(in_sections);
	}
	return NULL;
}

static void threads_that_were_there_before_share_too(void **state)
{
	long before = per_cpu_sum(in_static);
	pthread_barrier_t barrier;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_barrier_init(&barrier, NULL, 2), 0);
	assert_int_equal(pthread_create(&thread, NULL, count_twice, &barrier), 0);
	pthread_barrier_wait(&barrier);
	assert_int_equal(percpu_share(), 0);
	pthread_barrier_wait(&barrier);
	run_workers(count_1000);
	pthread_join(thread, NULL);
	assert_int_equal(per_cpu_sum(in_static), before + 1001 + WORKERS * 1000);
	assert_int_equal(per_cpu_sum(in_sections), 1 + 1000 + WORKERS);
}

/* --- units that open later --- */

static void open_and_count(unsigned int cpu)
{
	per_cpu(in_static, cpu) += 10;
	*per_cpu_ptr(before_sharing, cpu) += 20;
}

static void count_too(unsigned int cpu)
{
	if (!percpu_unit_is_open(cpu) || per_cpu(in_static, cpu) != 5 + 10)
		_exit(1);
	open_and_count(cpu);
}

static void unit_that_a_child_opens_is_open_for_all(void **state)
{
	unsigned int cpu = closed_cpu();
	long before = per_cpu_sum(in_static), in_area = per_cpu_sum(*before_sharing);
	int status;

	(void)state;
	assert_true(waitpid(start(open_and_count, cpu), &status, 0) > 0);
	assert_int_equal(status, 0);
	assert_true(percpu_unit_is_open(cpu));
	assert_true(waitpid(start(count_too, cpu), &status, 0) > 0);
	assert_int_equal(status, 0);
	assert_int_equal(per_cpu(in_static, cpu), 5 + 2 * 10);
	assert_int_equal(per_cpu_sum(in_static), before + 2 * 10);
	assert_int_equal(per_cpu_sum(*before_sharing), in_area + 2 * 20);
}

/* What a child has opened is cleared by its parent, which gives out the area anew. */
static long __percpu *handed_out;

static void write_to_area(unsigned int cpu)
{
	*per_cpu_ptr(handed_out, cpu) = 0x55;
	*per_cpu_ptr(handed_out, closed_cpu()) = 0x66;
}

static void area_is_zero_in_units_that_children_have_opened(void **state)
{
	int status;

	(void)state;
	for (int i = 0; i < 10; i++) {
		handed_out = __alloc_percpu(i % 2 ? 8 : 512, 8);
		assert_int_equal(per_cpu_sum(*handed_out), 0);
		assert_true(waitpid(start(write_to_area, closed_cpu()), &status, 0) > 0);
		assert_int_equal(status, 0);
		assert_int_equal(per_cpu_sum(*handed_out), 0x55 + 0x66);
		free_percpu(handed_out);
	}
}

void __real_pcpu_vm_keep_in_cores(const void *ptr, size_t size);
void __wrap_pcpu_vm_keep_in_cores(const void *ptr, size_t size);

static bool killed_when_it_opens;

/* In the midst of opening a unit, under the lock that all processes have for that. */
void __wrap_pcpu_vm_keep_in_cores(const void *ptr, size_t size)
{
	if (killed_when_it_opens)
		kill(getpid(), SIGKILL);
	__real_pcpu_vm_keep_in_cores(ptr, size);
}

static void be_killed_opening(unsigned int cpu)
{
	killed_when_it_opens = true;
	open_and_count(cpu);
}

static void who_is_killed_opening_keeps_nobody_out(void **state)
{
	long before = per_cpu_sum(in_static);
	unsigned int cpu;
	int status;

	(void)state;
	for (int i = 0; i < 3; i++) {
		cpu = closed_cpu();
		assert_true(waitpid(start(be_killed_opening, cpu), &status, 0) > 0);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		assert_false(percpu_unit_is_open(cpu));
		open_and_count(cpu);
		assert_int_equal(per_cpu(in_static, cpu), 5 + 10);
	}
	assert_int_equal(per_cpu_sum(in_static), before + 3 * 10);
}

/* It runs nothing that would have to be kept out. */
static void cpu_that_is_not_there_can_be_visited(void **state)
{
	unsigned int cpu = closed_cpu();
	long before = per_cpu_sum(in_static);

	(void)state;
	assert_int_equal(per_cpu_xchg(in_static, cpu, 50), 5);
	assert_int_equal(percpu_remote_begin(cpu), 0);
	__this_cpu_add(in_static, 7);
	percpu_remote_end(cpu);
	assert_int_equal(per_cpu_sum(in_static), before + 45 + 7);
}

/* As if who opened it had been killed between the last two stores. */
static void unit_that_is_published_by_half_is_finished_by_the_next(void **state)
{
	unsigned int cpu = (unsigned int)sched_getcpu(), absent = closed_cpu();
	long before = per_cpu_sum(in_static);
	cpu_set_t all, one;

	(void)state;
	open_and_count(absent);
	__atomic_store_n(&pcpu_unit_entry(absent)->window, PCPU_CLOSED, __ATOMIC_SEQ_CST);
	assert_int_equal(per_cpu_xchg(in_static, absent, 25), 15);
	sched_getaffinity(0, sizeof(all), &all);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	__atomic_store_n(&pcpu_unit_entry(cpu)->window, PCPU_CLOSED, __ATOMIC_SEQ_CST);
	this_cpu_inc(in_static);
	__atomic_store_n(&pcpu_unit_entry(cpu)->window, PCPU_CLOSED, __ATOMIC_SEQ_CST);
	get_cpu_var(in_static)++;
	put_cpu_var(in_static);
	sched_setaffinity(0, sizeof(all), &all);
	assert_int_equal(per_cpu_sum(in_static), before + 20 + 2);
}

static void open_one_after_the_other(unsigned int number)
{
	unsigned int cpu;

	(void)number;
	for_each_possible_cpu(cpu)
		__atomic_fetch_add(per_cpu_ptr(&in_static, cpu), 1, __ATOMIC_RELAXED);
}

static void unit_that_many_processes_want_opens_once(void **state)
{
	long before = per_cpu_sum(in_static);
	unsigned int cpu;

	(void)state;
	run_workers(open_one_after_the_other);
	for_each_possible_cpu(cpu)
		assert_true(percpu_unit_is_open(cpu));
	assert_int_equal(per_cpu_sum(in_static), before + WORKERS * (long)num_possible_cpus());
}

/* --- a call that fails --- */

static unsigned int steps, failing_step;

static bool fail_at_step(enum pcpu_fault_site site)
{
	return (site == PCPU_FAULT_RESERVE || site == PCPU_FAULT_MEM || site == PCPU_FAULT_COMMIT ||
		site == PCPU_FAULT_POPULATE) &&
	       ++steps == failing_step;
}

static int share_failing_at(unsigned int step)
{
	int err;

	steps = 0;
	failing_step = step;
	pcpu_fault_hook = fail_at_step;
	err = percpu_share();
	pcpu_fault_hook = NULL;
	return err;
}

/* In a child of its own, that shares nothing: what the parent has is what is called as it was. */
static void share_in_vain(unsigned int step)
{
	const long initial = counted_before + 5 * (long)num_possible_cpus();
	int err = share_failing_at(step), status;

	if (err == 0)
		_exit(0);
	this_cpu_inc(in_static);
	if (waitpid(start(count_1000, 0), &status, 0) < 0 || status != 0 || err != -ENOMEM)
		_exit(2);
	_exit(per_cpu_sum(in_static) == initial + 1 && per_cpu_sum(in_sections) == 1 &&
			      per_cpu_sum(*before_sharing) == 0x123456789
		      ? 1
		      : 3);
}

static void share_the_second_time(unsigned int step)
{
	const long initial = counted_before + 5 * (long)num_possible_cpus();
	int status;

	if (share_failing_at(step) == 0)
		_exit(0);
	if (percpu_share() != 0 || waitpid(start(count_1000, 0), &status, 0) < 0 || status != 0)
		_exit(2);
	_exit(per_cpu_sum(in_static) == initial + 1000 && per_cpu_sum(in_sections) == 2 &&
			      per_cpu_sum(*before_sharing) == 0x123456789
		      ? 1
		      : 3);
}

static unsigned int steps_until_none_fails(void (*attempt)(unsigned int step))
{
	unsigned int step = 0;
	int status;

	do {
		assert_int_equal(waitpid(start(attempt, ++step), &status, 0) > 0, true);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
	} while (WEXITSTATUS(status) == 1);
	return step - 1;
}

/* A window a CPU and the entries; in the fallback tier, the marks. */
static void failed_call_leaves_all_as_it_was(void **state)
{
	(void)state;
	assert_true(steps_until_none_fails(share_in_vain) > num_possible_cpus());
	assert_true(steps_until_none_fails(share_the_second_time) > num_possible_cpus());
}

static int set_up(void **state)
{
	(void)state;
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	shared = alloc_percpu(struct shared);
	return board == MAP_FAILED || !shared;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest opening[] = {
		cmocka_unit_test(unit_that_a_child_opens_is_open_for_all),
		cmocka_unit_test(area_is_zero_in_units_that_children_have_opened),
		cmocka_unit_test(who_is_killed_opening_keeps_nobody_out),
		cmocka_unit_test(cpu_that_is_not_there_can_be_visited),
		cmocka_unit_test(unit_that_is_published_by_half_is_finished_by_the_next),
		cmocka_unit_test(unit_that_many_processes_want_opens_once),
	};
	const struct CMUnitTest late[] = {
		cmocka_unit_test(counts_from_before_are_kept),
	};
	const struct CMUnitTest with_threads[] = {
		cmocka_unit_test(threads_that_were_there_before_share_too),
	};
	const struct CMUnitTest failing[] = {
		cmocka_unit_test(failed_call_leaves_all_as_it_was),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(initial_values_are_there_once),
		cmocka_unit_test(counts_of_all_processes_are_in_one_sum),
		cmocka_unit_test(children_do_not_free_what_is_others_too),
		cmocka_unit_test(children_allocate_for_themselves_and_their_children),
		cmocka_unit_test(child_that_outlives_its_parent_is_a_master_like_it),
		cmocka_unit_test(parent_allocates_for_itself_and_later_children),
		cmocka_unit_test(cpu_of_a_killed_process_is_let_go),
		cmocka_unit_test(child_of_a_holder_holds_nothing),
		cmocka_unit_test(local_lock_of_a_killed_process_stays_taken),
		cmocka_unit_test(process_that_is_killed_allocating_takes_nothing_with_it),
		cmocka_unit_test(sharing_twice_is_no_error),
		/* the last: nobody takes that back */
		cmocka_unit_test(pin_of_a_killed_process_stays_counted),
	};

	if (argc > 1 && strcmp(argv[1], "opens") == 0)
		return percpu_share() ? 1 : cmocka_run_group_tests(opening, set_up, NULL);
	if (argc > 1 && strcmp(argv[1], "used") == 0)
		return cmocka_run_group_tests(late, NULL, NULL);
	if (argc > 1 && strcmp(argv[1], "threads") == 0)
		return cmocka_run_group_tests(with_threads, NULL, NULL);
	if (argc > 1 && strcmp(argv[1], "fails") == 0)
		return cmocka_run_group_tests(failing, NULL, NULL);
	if (argc > 1 && percpu_share() != 0)
		return 1;
	return cmocka_run_group_tests(tests, set_up, NULL);
}
