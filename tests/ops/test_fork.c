/* SPDX-License-Identifier: MIT */
/*
 * test_fork.c - fork() while other threads are anywhere in the library, and in signal handlers that
 * have interrupted it; and children of _Fork(), of which the library is not told.
 *
 * The argument says how many areas the threads allocate and free while others fork.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/wait_for.h"

#include "cpu/mark.h"
#include "cpu/self.h"
#include "ground/log.h"
#include "ground/system/new_process.h"
#include "memory/counter_lock.h"
#include "memory/entry.h"
#include "memory/span.h"
#include "memory/unit.h"

#include <percpu/percpu.h>

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLOCK_SECONDS 240

static DEFINE_PER_CPU(long, counted);
static struct percpu_counter counter;
static unsigned long allocations = 20000;

/* As _Fork() does, which not every C library has. */
static pid_t fork_untold(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

/* --- everything at once --- */

#define ALLOCATORS 2
static uint64_t allocated[ALLOCATORS];
static atomic_ulong in_handlers;

/* What handlers may do: each of these takes a lock of those that fork() does not. */
static void count_in_handler(int sig)
{
	(void)sig;
	percpu_counter_add_batch(&counter, 1, 1);
	this_cpu_inc(counted);
	atomic_fetch_add_explicit(&in_handlers, 1, memory_order_relaxed);
}

/* Some come from the caches, and some do not; some of all of it from the C library. */
static void *allocate_and_free(void *arg)
{
	uint64_t *mine = arg;
	timer_t storm = start_storm_of(100000, count_in_handler);
	void __percpu *areas[64] = {NULL};

	for (unsigned int i = 0; !must_stop(); i++) {
		free_percpu(areas[i % 64]);
		areas[i % 64] = __alloc_percpu(i % 3 ? 8 : 2048, 8);
		free(malloc(i % 1000));
		tell(mine, i + 1);
	}
	for (int i = 0; i < 64; i++)
		free_percpu(areas[i]);
	end_storm(storm);
	return NULL;
}

/* The counter is what it was: nobody folds here but this thread. */
static void use_everything_in_child(void)
{
	int64_t before = percpu_counter_sum(&counter);
	long __percpu *area = alloc_percpu(long);

	percpu_counter_add_batch(&counter, 1, 1);
	this_cpu_inc(*area);
	this_cpu_inc(counted);
	_exit(!(percpu_counter_sum(&counter) == before + 1 && per_cpu_sum(*area) == 1));
}

static int fork_once(void)
{
	pid_t child = fork();

	if (child == 0)
		use_everything_in_child();
	return wait_for(child, DEADLOCK_SECONDS);
}

static bool all_have_allocated(uint64_t at_least)
{
	uint64_t sum = 0;

	for (int i = 0; i < ALLOCATORS; i++)
		sum += told(&allocated[i]);
	return sum >= at_least;
}

static void forks_handlers_and_allocations_do_not_wait_for_each_other(void **state)
{
	pthread_t threads[ALLOCATORS];
	unsigned int forks = 0;
	int status = 0;

	(void)state;
	set_stop(false);
	start_all(threads, ALLOCATORS, allocate_and_free, allocated, sizeof(allocated[0]));
	while (status == 0 && (forks < 50 || !all_have_allocated(allocations))) {
		status = fork_once();
		forks++;
	}
	set_stop(true);
	if (status)
		fail_msg("child %u: status %#x", forks, (unsigned int)status);
	join_all(threads, ALLOCATORS);
	assert_int_equal(percpu_counter_sum(&counter), atomic_load(&in_handlers));
}

/* --- what handlers take, and fork() does not --- */

/* The step that the thread is behind when the process forks, L1 to L5 of memory/counter_lock.h. */
static int half;

static void stop_behind(int number)
{
	if (half != number)
		return;
	reach(1);
	await(2);
}

/* A thread that folds 7, which it has added before, and 50. */
static void *fold_half(void *arg)
{
	struct pcpu_counter_lock *lock = pcpu_counter_lock_of(&counter);
	int32_t part;

	go_to(cpus[0]);
	percpu_counter_add_local(&counter, 7);
	part = this_cpu_read(*counter.counters);
	if (!pcpu_counter_trylock(lock))
		abort();
	stop_behind(1);
	pcpu_counter_note_fold(lock, &counter, pcpu_part_amount(part));
	stop_behind(3);
	if (this_cpu_cmpxchg(*counter.counters, part, !(part & 1)) != part)
		abort();
	stop_behind(4);
	pcpu_counter_fold(lock, 50);
	stop_behind(5);
	pcpu_counter_unlock(lock);
	return arg;
}

/* One that sets it to 1000, and has cleared the parts. */
static void *set_half(void *arg)
{
	struct pcpu_counter_lock *lock = pcpu_counter_lock_of(&counter);

	if (!pcpu_counter_trylock(lock))
		abort();
	pcpu_counter_note_set(lock, &counter, 1000 - counter.extra);
	stop_behind(3);
	pcpu_counter_clear(lock);
	stop_behind(5);
	pcpu_counter_unlock(lock);
	return arg;
}

/* One that opens a unit, and has all of it but the last step. */
static unsigned int opened;
static void *open_half(void *arg)
{
	struct percpu_entry *entry = pcpu_unit_entry(opened);
	sigset_t saved;

	pcpu_unit_open(opened);
	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	entry->window = PCPU_CLOSED;
	reach(1);
	await(2);
	entry->window = entry->rest;
	pcpu_unlock_sigrestore(&pcpu_unit_lock, &saved);
	return arg;
}

/* Has @work half done by another thread, @expect looked at in a child of each kind. */
static void with_half(void *(*work)(void *arg), void (*expect)(void))
{
	pid_t (*const ways[])(void) = {fork, fork_untold};
	pthread_t thread;

	reach(0);
	thread = start(work, NULL);
	await(1);
	for (int i = 0; i < 2; i++) {
		pid_t child = ways[i]();

		if (child == 0) {
			child_die_of_signals();
			expect();
			_exit(0);
		}
		assert_int_equal(wait_for(child, DEADLOCK_SECONDS), 0);
	}
	reach(2);
	pthread_join(thread, NULL);
}

static int64_t expected;

/* A child's counters are as good as new ones: nobody else has their locks. */
static void look_at_the_value(void)
{
	int64_t read;

	go_to(cpus[0]);
	child_expect(percpu_counter_sum(&counter) == expected);
	percpu_counter_add_local(&counter, 3);
	child_expect(percpu_counter_sum(&counter) == expected + 3);
	read = percpu_counter_read(&counter);
	percpu_counter_sync(&counter);
	child_expect(percpu_counter_read(&counter) != read);
	child_expect(percpu_counter_sum(&counter) == expected + 3);
	child_expect(!percpu_counter_limited_add(&counter, expected + 3, 1));
	child_expect(percpu_counter_limited_add(&counter, expected + 4, 1));
	child_expect(percpu_counter_sum_and_reset(&counter) == expected + 4);
	percpu_counter_destroy(&counter);
}

static void child_has_the_amount_that_another_thread_was_moving(void **state)
{
	static const int halves[] = {1, 3, 4, 5};

	(void)state;
	for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
		half = halves[i];
		percpu_counter_set(&counter, 100);
		expected = 107;
		with_half(fold_half, look_at_the_value);
		assert_int_equal(percpu_counter_sum(&counter), 157);
	}
}

static void child_has_the_value_that_another_thread_was_setting(void **state)
{
	(void)state;
	for (half = 3; half <= 5; half += 2) {
		percpu_counter_set(&counter, 100);
		percpu_counter_add_local(&counter, 7);
		expected = 1000;
		with_half(set_half, look_at_the_value);
		assert_int_equal(percpu_counter_sum(&counter), 1000);
	}
	percpu_counter_set(&counter, 0);
}

static void count_on_the_opened_one(void)
{
	go_to(opened);
	this_cpu_inc(counted);
	(void)per_cpu_xchg(counted, opened, 0);
	/* and another one */
	child_expect(pcpu_unit_open(nr_cpu_ids - 1) != 0);
}

static void child_can_use_the_unit_that_another_thread_was_opening(void **state)
{
	(void)state;
	opened = cpus[0];
	with_half(open_half, count_on_the_opened_one);
}

/* --- CPUs that are held --- */

static void *hold_a_cpu(void *arg)
{
	if (percpu_remote_begin(cpus[0]))
		abort();
	reach(1);
	await(2);
	percpu_remote_end(cpus[0]);
	return arg;
}

static void use_the_held_one(void)
{
	go_to(cpus[0]);
	this_cpu_inc(counted);
	get_cpu_var(counted)++;
	put_cpu_var(counted);
	(void)per_cpu_xchg(counted, cpus[0], 0);
	child_expect(percpu_remote_begin(cpus[0]) == 0);
	percpu_remote_end(cpus[0]);
}

static void child_can_use_the_cpu_that_another_thread_held(void **state)
{
	(void)state;
	with_half(hold_a_cpu, use_the_held_one);
}

/* Its thread's operation, which has been interrupted, shows in a mark in the fallback tier. */
static void *show_an_operation(void *arg)
{
	go_to(cpus[0]);
	this_cpu_inc(counted);
	if (pcpu_self.mark)
		pcpu_self.mark->busy = (intptr_t)pcpu_unit_entry(cpus[0]);
	reach(1);
	await(2);
	if (pcpu_self.mark)
		pcpu_self.mark->busy = 0;
	return arg;
}

static void child_does_not_wait_for_its_parents_operations(void **state)
{
	(void)state;
	with_half(show_an_operation, use_the_held_one);
}

/* The memory is the parent's, and so are its threads: who holds a CPU is there. */
static int hold_and_wait(void *arg)
{
	(void)arg;
	_exit(pcpu_mend_new_process() ? 1 : 0);
}

static void child_with_its_parents_memory_is_not_taken_for_a_new_process(void **state)
{
	static char stack[64 << 10] __attribute__((__aligned__(16)));
	int status;
	pid_t child =
		clone(hold_and_wait, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);

	(void)state;
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* --- fork() in handlers --- */

static volatile sig_atomic_t forks_in_handler, failed_forks;

static void fork_in_handler(int sig)
{
	pid_t child = fork();

	(void)sig;
	if (child == 0) {
		this_cpu_inc(counted);
		_exit(0);
	}
	if (wait_for(child, DEADLOCK_SECONDS) != 0)
		failed_forks++;
	forks_in_handler++;
}

/* It interrupts the allocator with any of its locks. */
static void handler_that_interrupts_the_allocator_can_fork(void **state)
{
	timer_t storm = start_storm_of(1000000, fork_in_handler);
	struct patience patience = be_patient();
	void __percpu *areas[64] = {NULL};

	(void)state;
	for (unsigned int i = 0; forks_in_handler < 100 && !is_out_of_patience(&patience); i++) {
		free_percpu(areas[i % 64]);
		areas[i % 64] = __alloc_percpu(i % 3 ? 8 : 2048, 8);
	}
	end_storm(storm);
	for (int i = 0; i < 64; i++)
		free_percpu(areas[i]);
	assert_true(forks_in_handler >= 100);
	assert_int_equal(failed_forks, 0);
}

/* --- fork() in the handler of a fatal message --- */

static void limit_data(rlim_t bytes)
{
	struct rlimit limit;

	getrlimit(RLIMIT_DATA, &limit);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	setrlimit(RLIMIT_DATA, &limit);
}

static void report_and_exit(int sig)
{
	pid_t child = fork();
	int status = -1;

	(void)sig;
	if (child == 0) {
		/* on whichever CPU it is, whose unit may not be open */
		limit_data(RLIM_INFINITY);
		this_cpu_inc(counted);
		_exit(0);
	}
	waitpid(child, &status, 0);
	_exit(status == 0 ? 4 : 5);
}

static void open_a_unit_without_memory(void *arg)
{
	(void)arg;
	signal(SIGABRT, report_and_exit);
	/* where all CPUs that there are have been used, there is none to open */
	if (pcpu_unit_is_open(nr_cpu_ids - 1))
		pcpu_fatal("as if there were no memory");
	limit_data(1 << 20);
	per_cpu(counted, nr_cpu_ids - 1) = 1;
}

static void free_twice(void *arg)
{
	void __percpu *area = __alloc_percpu(64, 8);

	(void)arg;
	signal(SIGABRT, report_and_exit);
	free_percpu(area);
	free_percpu(area);
}

/* With every lock that there is, while another thread wants them too. */
static void die_with_locks(void *arg)
{
	sigset_t saved;

	(void)arg;
	signal(SIGABRT, report_and_exit);
	pcpu_alloc_lock();
	if (!pcpu_counter_trylock(pcpu_counter_lock_of(&counter)))
		abort();
	pcpu_lock_sigsave(&pcpu_unit_lock, &saved);
	pcpu_fatal_unlock("as if something were wrong");
}

static void *take_the_allocators_mutex(void *arg)
{
	pcpu_alloc_lock();
	reach(1);
	for (;;)
		pause();
	return arg;
}

/* Which another thread has, who waits for something that this one has. */
static void die_while_another_has_the_mutex(void *arg)
{
	(void)arg;
	signal(SIGABRT, report_and_exit);
	reach(0);
	start(take_the_allocators_mutex, NULL);
	await(1);
	pcpu_fatal("as if something were wrong");
}

static void fatal_message_whose_handler_forks_ends_the_process(void **state)
{
	void (*const deaths[])(void *arg) = {free_twice, open_a_unit_without_memory, die_with_locks,
					     die_while_another_has_the_mutex};

	(void)state;
	for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
		struct child_end end = child_run(deaths[i], NULL);

		if (!child_exited_with(&end, 4))
			fail_msg("death %zu: status %#x: %s", i, (unsigned int)end.status,
				 end.output);
	}
}

static int set_up(void **state)
{
	(void)state;
	find_cpus();
	return percpu_counter_init(&counter, 0, GFP_KERNEL);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forks_handlers_and_allocations_do_not_wait_for_each_other),
		cmocka_unit_test(child_has_the_amount_that_another_thread_was_moving),
		cmocka_unit_test(child_has_the_value_that_another_thread_was_setting),
		cmocka_unit_test(child_can_use_the_unit_that_another_thread_was_opening),
		cmocka_unit_test(child_can_use_the_cpu_that_another_thread_held),
		cmocka_unit_test(child_does_not_wait_for_its_parents_operations),
		cmocka_unit_test(child_with_its_parents_memory_is_not_taken_for_a_new_process),
		cmocka_unit_test(handler_that_interrupts_the_allocator_can_fork),
		cmocka_unit_test(fatal_message_whose_handler_forks_ends_the_process),
	};

	if (argc > 1)
		allocations = (unsigned long)strtod(argv[1], NULL);
	return cmocka_run_group_tests(tests, set_up, NULL);
}
