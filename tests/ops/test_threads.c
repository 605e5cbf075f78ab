/* SPDX-License-Identifier: MIT */
/*
 * test_threads.c - what threads and processes go through while they count: detached threads,
 * destructors of thread-specific data, handlers around fork(), vfork() and posix_spawn(), other
 * namespaces, changes of affinity. Nothing is lost, and nobody hangs.
 */
#include "support/clock.h"
#include "support/cpus.h"
#include "support/fact.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"
#include "support/wait_for.h"

#include <percpu/percpu.h>

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

extern char **environ;

static DEFINE_PER_CPU(uint64_t, counted);

/* --- ends of threads --- */

#define ROUNDS PTHREAD_DESTRUCTOR_ITERATIONS
#define KEYS 3
#define THREADS_IN_ALL 600
#define THREADS_AT_ONCE 30

static pthread_key_t keys[KEYS];
static uint64_t in_destructors; /* operations */

/* What a thread does that has not operated before, and then some. */
static void use_everything(void)
{
	uint64_t __percpu *area;

	this_cpu_inc(counted);
	get_cpu_var(counted)++;
	put_cpu_var(counted);
	area = alloc_percpu(uint64_t);
	if (!area)
		abort();
	this_cpu_add(*area, 2);
	if (per_cpu_sum(*area) != 2)
		abort();
	free_percpu(area);
}

/* Comes back in each round that there is. */
static void destroy(void *rounds)
{
	uintptr_t left = (uintptr_t)rounds - 1;

	use_everything();
	__atomic_fetch_add(&in_destructors, 2, __ATOMIC_RELAXED);
	for (int i = 0; left && i < KEYS; i++)
		if (!pthread_getspecific(keys[i]))
			pthread_setspecific(keys[i], (void *)left);
}

/* Every other one has its first operation in a destructor. */
static void *end_with_destructors(void *arg)
{
	pthread_setspecific(keys[0], (void *)(uintptr_t)ROUNDS);
	pthread_setspecific(keys[KEYS - 1], (void *)1);
	if (arg) {
		use_everything();
		__atomic_fetch_add(&in_destructors, 2, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void make_keys(void)
{
	for (int i = 0; i < KEYS; i++)
		if (pthread_key_create(&keys[i], destroy))
			abort();
}

static const char *destructors_of_several_rounds_can_operate(void)
{
	pthread_t threads[THREADS_AT_ONCE];

	make_keys();
	for (int n = 0; n < THREADS_IN_ALL / THREADS_AT_ONCE; n++) {
		for (int i = 0; i < THREADS_AT_ONCE; i++)
			threads[i] = start(end_with_destructors, i % 2 ? &threads[i] : NULL);
		join_all(threads, THREADS_AT_ONCE);
	}
	RETURN_UNLESS(in_destructors > 4 * THREADS_IN_ALL);
	return differ("counted", per_cpu_sum(counted), in_destructors);
}

static unsigned int detached_left;

static void *count_detached(void *arg)
{
	for (int i = 0; i < 100; i++)
		this_cpu_inc(counted);
	__atomic_fetch_sub(&detached_left, 1, __ATOMIC_SEQ_CST);
	return arg;
}

static const char *detached_threads_count_until_they_are_gone(void)
{
	for (int i = 0; i < THREADS_IN_ALL; i++) {
		while (__atomic_load_n(&detached_left, __ATOMIC_SEQ_CST) > THREADS_AT_ONCE)
			sched_yield();
		__atomic_fetch_add(&detached_left, 1, __ATOMIC_SEQ_CST);
		pthread_detach(start(count_detached, NULL));
	}
	while (__atomic_load_n(&detached_left, __ATOMIC_SEQ_CST))
		sched_yield();
	return differ("counted", per_cpu_sum(counted), 100 * THREADS_IN_ALL);
}

/* Threads that end between the signals that they are sent. */
static void count_a_signal(int sig)
{
	(void)sig;
	this_cpu_inc(counted);
	this_cpu_dec(counted);
	get_cpu_var(counted)++;
	this_cpu_dec(counted);
	put_cpu_var(counted);
}

static void *live_shortly(void *arg)
{
	timer_t timer = start_storm(count_a_signal);

	pthread_setspecific(keys[0], (void *)(uintptr_t)ROUNDS);
	for (int i = 0; i < 100; i++)
		use_everything();
	__atomic_fetch_add(&in_destructors, 200, __ATOMIC_RELAXED);
	*(timer_t *)arg = timer;
	return NULL;
}

static const char *threads_may_end_in_a_storm_of_signals(void)
{
	timer_t timers[4];

	make_keys();
	for (int n = 0; n < 30; n++) {
		pthread_t threads[4];

		start_all(threads, 4, live_shortly, timers, sizeof(timers[0]));
		for (int i = 0; i < 4; i++) {
			pthread_join(threads[i], NULL);
			end_storm(timers[i]);
		}
	}
	return differ("counted", per_cpu_sum(counted), in_destructors);
}

/* --- around fork --- */

static uint64_t in_handlers, in_child_handlers;

static void before_fork(void)
{
	use_everything();
	in_handlers += 2;
}

static void in_parent(void)
{
	use_everything();
	in_handlers += 2;
}

static void in_child(void)
{
	use_everything();
	in_child_handlers += 2;
}

static void *count_meanwhile(void *times)
{
	uint64_t n;

	for (n = 0; !must_stop(); n += 2) {
		this_cpu_inc(counted);
		preempt_disable();
		__this_cpu_inc(counted);
		preempt_enable();
	}
	*(uint64_t *)times = n;
	return NULL;
}

static const char *live_on(void)
{
	uint64_t before = per_cpu_sum(counted);

	RETURN_UNLESS(in_child_handlers == 2);
	use_everything();
	return differ("counted", per_cpu_sum(counted), before + 2);
}

static const char *handlers_around_fork_can_operate_and_allocate(void)
{
	pthread_t thread;
	uint64_t times;

	RETURN_UNLESS(pthread_atfork(before_fork, in_parent, in_child) == 0);
	thread = start(count_meanwhile, &times);
	for (int i = 0; i < 100; i++)
		RETURN_IF_WRONG(differ("the child's status", (uint64_t)status_of_fork(live_on), 0));
	set_stop(true);
	pthread_join(thread, NULL);
	RETURN_UNLESS(in_handlers == 400);
	return differ("counted", per_cpu_sum(counted), times + in_handlers);
}

/* --- children without a copy of the memory --- */

#define SPAWNS 60

static int spawn_once(bool by_vfork)
{
	char *argv[] = {"true", NULL};
	pid_t child;

	if (!by_vfork)
		return posix_spawnp(&child, "true", NULL, NULL, argv, environ) == 0
			       ? wait_for(child, DEADLOCK_SECONDS / 2)
			       : -1;
	child = vfork();
	if (child == 0)
		_exit(0);
	return wait_for(child, DEADLOCK_SECONDS / 2);
}

static void *spawn_often(void *arg)
{
	bool *good = arg;

	for (int i = 0; i < SPAWNS && *good; i++) {
		*good = spawn_once(i % 2) == 0;
		preempt_disable();
		*good &= spawn_once(i % 2) == 0;
		__this_cpu_inc(counted);
		preempt_enable();
	}
	return NULL;
}

static const char *children_of_vfork_and_posix_spawn_disturb_nobody(void)
{
	pthread_t spawning[2], counting;
	bool good[2] = {true, true};
	uint64_t times;

	counting = start(count_meanwhile, &times);
	start_all(spawning, 2, spawn_often, good, sizeof(good[0]));
	join_all(spawning, 2);
	set_stop(true);
	pthread_join(counting, NULL);
	RETURN_UNLESS(good[0] && good[1]);
	return differ("counted", per_cpu_sum(counted), times + 2 * SPAWNS);
}

/* --- other surroundings --- */

/* Into a new one, and back to where the thread comes from. */
static void *change_namespaces(void *permitted)
{
	const int new_uts = 0x04000000; /* CLONE_NEWUTS */
	int home = open("/proc/thread-self/ns/uts", O_RDONLY | O_CLOEXEC);

	while (!must_stop()) {
		*(int *)permitted += syscall(SYS_unshare, new_uts) == 0 &&
				     syscall(SYS_setns, home, new_uts) == 0;
		for (int i = 0; i < 1000; i++)
			this_cpu_inc(counted);
		this_cpu_sub(counted, 1000);
	}
	close(home);
	return NULL;
}

static pid_t counting_tids[4];

static void *count_and_tell(void *times)
{
	static unsigned int at;

	counting_tids[__atomic_fetch_add(&at, 1, __ATOMIC_SEQ_CST)] = (pid_t)syscall(SYS_gettid);
	reach_next();
	return count_meanwhile(times);
}

static const char *other_namespaces_and_affinities_lose_nothing(void)
{
	pthread_t counting[3], changing, driving;
	uint64_t times[3], expected = 0;
	int permitted = 0;

	for (int i = 0; i < 3; i++)
		counting[i] = start(count_and_tell, &times[i]);
	await(3);
	changing = start(change_namespaces, &permitted);
	driving = start(drive_threads, counting_tids);
	nap(0.5);
	set_stop(true);
	pthread_join(changing, NULL);
	pthread_join(driving, NULL);
	for (int i = 0; i < 3; i++) {
		pthread_join(counting[i], NULL);
		expected += times[i];
	}
	if (!permitted)
		printf("unshare() or setns() is not permitted: namespaces did not change\n");
	return differ("counted", per_cpu_sum(counted), expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(destructors_of_several_rounds_can_operate),
		fact_test(detached_threads_count_until_they_are_gone),
		fact_test(threads_may_end_in_a_storm_of_signals),
		fact_test(handlers_around_fork_can_operate_and_allocate),
		fact_test(children_of_vfork_and_posix_spawn_disturb_nobody),
		fact_test(other_namespaces_and_affinities_lose_nothing),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
