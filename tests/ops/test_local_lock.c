/* SPDX-License-Identifier: MIT */
/*
 * test_local_lock.c - locks of which every CPU has its own: whom they keep out, on which CPU their
 * holder is, how others wait, and what is fatal (percpu/local_lock.h).
 */
#include "support/asleep.h"
#include "support/clock.h"
#include "support/cpus.h"
#include "support/fact.h"
#include "support/random.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"

#include "cpu/hold.h"

#include <percpu/percpu.h>

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

struct queue {
	local_lock_t lock, inner;
	uint64_t a, b;
};
static DEFINE_PER_CPU(struct queue, queue) = {
	.lock = INIT_LOCAL_LOCK(lock),
	.inner = INIT_LOCAL_LOCK(inner),
};
static DEFINE_PER_CPU(uint64_t, number);

/* --- the holder --- */

static void this_cpu_is_the_one_whose_lock_it_is(void **state)
{
	unsigned int cpu;

	(void)state;
	local_lock(&queue.lock);
	cpu = smp_processor_id();
	assert_true(per_cpu(queue, cpu).lock.owner != 0);
	assert_ptr_equal(this_cpu_ptr(&queue), per_cpu_ptr(&queue, cpu));
	for (unsigned int i = 0; i < nr_cpus; i++) {
		go_to(cpus[i]);
		assert_int_equal(smp_processor_id(), cpu);
		assert_int_equal(get_cpu(), cpu);
		put_cpu();
	}
	local_unlock(&queue.lock);
	assert_int_equal(per_cpu(queue, cpu).lock.owner, 0);
	if (indexed_by_cpu())
		assert_int_equal(smp_processor_id(), cpus[nr_cpus - 1]);
	go_anywhere();
}

/* As with mutexes: the child's one thread has what the thread that forked had. */
static void lock_that_is_held_over_a_fork_is_given_back_by_both(void **state)
{
	pid_t child;
	int status;

	(void)state;
	local_lock(&queue.lock);
	child = fork();
	local_unlock(&queue.lock);
	local_lock(&queue.lock);
	local_unlock(&queue.lock);
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* By the number of its thread, which a later thread may have in the child but not in the parent. */
static void owner_in_a_child_has_the_name_of_its_own_thread(void **state)
{
	unsigned int mine;
	pid_t child;
	int status;

	(void)state;
	local_lock(&queue.lock);
	mine = this_cpu_ptr(&queue)->lock.owner;
	local_unlock(&queue.lock);
	child = fork();
	if (child == 0) {
		local_lock(&queue.lock);
		_exit(this_cpu_ptr(&queue)->lock.owner == mine);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

/* Takes the lock, and stays with it. Returns whose CPU's it is. */
static unsigned int lock_here(void)
{
	local_lock(&queue.lock);
	return smp_processor_id();
}

static void further_locks_are_of_the_same_cpu(void **state)
{
	const unsigned int cpu = lock_here();

	(void)state;
	for (unsigned int i = 0; i < nr_cpus; i++) {
		go_to(cpus[i]);
		local_lock(&queue.inner);
		assert_true(per_cpu(queue, cpu).inner.owner == per_cpu(queue, cpu).lock.owner);
		local_unlock(&queue.inner);
		assert_int_equal(per_cpu(queue, cpu).inner.owner, 0);
	}
	/* not in the order of taking */
	local_lock(&queue.inner);
	local_unlock(&queue.lock);
	assert_int_equal(smp_processor_id(), cpu);
	local_unlock(&queue.inner);
	assert_int_equal(__pcpu_self()->nested, 0);
	go_anywhere();
}

static void sections_inside_of_a_local_lock_hold_its_cpu(void **state)
{
	const unsigned int cpu = lock_here();

	(void)state;
	for (unsigned int i = 0; i < nr_cpus; i++) {
		go_to(cpus[i]);
		assert_int_equal(get_cpu(), cpu);
		assert_int_equal(get_cpu(), cpu);
		assert_int_equal(pcpu_held_cpu(), cpu);
		put_cpu();
		put_cpu();
		assert_int_equal(pcpu_held_cpu(), -1);
		assert_int_equal(smp_processor_id(), cpu);
	}
	local_unlock(&queue.lock);
	go_anywhere();
}

static void sections_and_local_locks_end_in_any_order(void **state)
{
	unsigned int cpu;

	(void)state;
	for (unsigned int i = 0; i < nr_cpus; i++) {
		local_lock(&queue.lock);
		cpu = get_cpu();
		go_to(cpus[i]);
		local_unlock(&queue.lock);
		assert_int_equal(pcpu_held_cpu(), cpu);
		assert_int_equal(smp_processor_id(), cpu);
		assert_true(local_trylock(&queue.lock));
		put_cpu();
		assert_int_equal(pcpu_held_cpu(), -1);
		assert_int_equal(smp_processor_id(), cpu);
		local_unlock(&queue.lock);
		assert_int_equal(__pcpu_self()->cpu, -1);
	}
	go_anywhere();
}

static void *try_the_lock_of(void *arg)
{
	unsigned int cpu = *(unsigned int *)arg;
	bool *got = (bool *)((unsigned int *)arg + 1);

	if (percpu_remote_begin(cpu))
		abort();
	*got = local_trylock(&queue.lock);
	if (*got)
		local_unlock(&queue.lock);
	percpu_remote_end(cpu);
	return NULL;
}

static void trylock_takes_what_is_free_and_nothing_else(void **state)
{
	struct {
		unsigned int cpu;
		bool got;
	} try = {0};

	(void)state;
	assert_true(local_trylock(&queue.lock));
	try.cpu = smp_processor_id();
	pthread_join(start(try_the_lock_of, &try), NULL);
	assert_false(try.got);
	assert_false(local_trylock(&queue.lock));
	local_unlock(&queue.lock);
	pthread_join(start(try_the_lock_of, &try), NULL);
	assert_true(try.got);
}

static bool all_signals_are_blocked(void)
{
	sigset_t set;

	pthread_sigmask(SIG_SETMASK, NULL, &set);
	for (int sig = 1; sig < 32; sig++)
		if (sig != SIGKILL && sig != SIGSTOP && !sigismember(&set, sig))
			return false;
	return true;
}

static bool usr1_is_blocked(void)
{
	sigset_t set;

	pthread_sigmask(SIG_SETMASK, NULL, &set);
	return sigismember(&set, SIGUSR1);
}

static void irqsave_blocks_signals_and_restores_what_was(void **state)
{
	unsigned long flags, outer;

	(void)state;
	local_lock_irqsave(&queue.lock, outer);
	assert_true(all_signals_are_blocked());
	local_lock_irqsave(&queue.inner, flags);
	local_unlock_irqrestore(&queue.inner, flags);
	assert_true(all_signals_are_blocked());
	local_unlock_irqrestore(&queue.lock, outer);
	assert_false(usr1_is_blocked());
	assert_true(local_trylock_irqsave(&queue.lock, flags));
	assert_true(all_signals_are_blocked());
	/* one that fails leaves them as they are */
	assert_false(local_trylock_irqsave(&queue.lock, outer));
	local_unlock_irqrestore(&queue.lock, flags);
	assert_false(usr1_is_blocked());
	assert_false(all_signals_are_blocked());
}

/* --- what is fatal --- */

static const char *lock_twice(void)
{
	local_lock(&queue.lock);
	local_lock(&queue.lock);
	return "local_lock() has returned";
}

static const char *lock_in_a_section(void)
{
	preempt_disable();
	local_lock(&queue.lock);
	return "local_lock() has returned";
}

static const char *unlock_without_lock(void)
{
	local_unlock(&queue.lock);
	return "local_unlock() has returned";
}

static const char *unlock_twice(void)
{
	local_lock(&queue.lock);
	local_unlock(&queue.lock);
	local_unlock(&queue.lock);
	return "local_unlock() has returned";
}

static const char *unlock_the_wrong_one(void)
{
	local_lock(&queue.lock);
	local_unlock(&queue.inner);
	return "local_unlock() has returned";
}

static void *unlock_as_another(void *arg)
{
	local_unlock(&queue.lock);
	return arg;
}

static const char *unlock_anothers(void)
{
	go_to(cpus[0]);
	local_lock(&queue.lock);
	pthread_join(start(unlock_as_another, NULL), NULL);
	return "local_unlock() has returned";
}

static void misuse_is_fatal(void **state)
{
	static const struct {
		fact_t misuse;
		const char *message;
	} rows[] = {
		{lock_twice, "local_lock() of a lock that the caller has already"},
		{lock_in_a_section, "local_lock() inside of a section"},
		{unlock_without_lock, "local_unlock() of a lock that the caller does not have"},
		{unlock_twice, "local_unlock() of a lock that the caller does not have"},
		{unlock_the_wrong_one, "local_unlock() of a lock that the caller does not have"},
		{unlock_anothers, "local_unlock() of a lock that the caller does not have"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_fatal(rows[i].misuse, rows[i].message);
}

/* --- waiting --- */

static pid_t waiter;
static bool slept;

/* Until the waiter sleeps, which it does for nothing but the lock. */
static void *lock_until_the_waiter_sleeps(void *arg)
{
	go_to(cpus[0]);
	local_lock(&queue.lock);
	reach(1);
	await(2);
	slept = await_sleep_of(waiter);
	reach(3);
	local_unlock(&queue.lock);
	return arg;
}

static const char *waiters_sleep_and_are_woken(void)
{
	pthread_t holder;

	SKIP_IF(!indexed_by_cpu());
	waiter = (pid_t)syscall(SYS_gettid);
	go_to(cpus[0]);
	holder = start(lock_until_the_waiter_sleeps, NULL);
	await(1);
	/* operations of others do not look at the lock */
	this_cpu_inc(number);
	reach(2);
	local_lock(&queue.lock);
	RETURN_UNLESS(is_reached(3));
	local_unlock(&queue.lock);
	pthread_join(holder, NULL);
	RETURN_UNLESS(slept);
	return NULL;
}

/* --- exclusion --- */

#define WORKERS 6
#define SECONDS 0.7

static struct queue __percpu *dynamic;
static pid_t worker_tids[WORKERS + 1];

struct worker {
	struct queue __percpu *queue;
	pid_t *tid;
	uint64_t times, signals; /* told */
	bool wrong;
};

static __thread struct worker *self;

static void operate_in_handler(int sig)
{
	(void)sig;
	tell(&self->signals, self->signals + 1);
	get_cpu_var(number)++;
	put_cpu_var(number);
}

static void work_once(struct worker *worker, uint64_t random)
{
	volatile struct queue *copy = this_cpu_ptr(worker->queue);
	uint64_t a = copy->a;

	worker->wrong |= a != copy->b;
	if (random % 128 == 0)
		sched_yield();
	copy->a = a + 1;
	copy->b = copy->b + 1;
	tell(&worker->times, worker->times + 1);
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	struct random random = random_from((uintptr_t)arg);
	unsigned long flags;
	timer_t timer;

	self = worker;
	__atomic_store_n(worker->tid, (pid_t)syscall(SYS_gettid), __ATOMIC_SEQ_CST);
	timer = start_storm(operate_in_handler);
	while (!must_stop()) {
		uint64_t dice = random_next(&random);

		switch (dice % 4) {
		case 0:
			if (!local_trylock(&worker->queue->lock))
				break;
			work_once(worker, dice >> 8);
			local_unlock(&worker->queue->lock);
			break;
		case 1:
			local_lock_irqsave(&worker->queue->lock, flags);
			work_once(worker, dice >> 8);
			local_unlock_irqrestore(&worker->queue->lock, flags);
			break;
		default:
			local_lock(&worker->queue->lock);
			work_once(worker, dice >> 8);
			local_unlock(&worker->queue->lock);
		}
	}
	end_storm(timer);
	return NULL;
}

/* Whether each of them has had the lock, and signals. */
static bool all_have_worked(const struct worker *workers)
{
	bool all = true;

	for (int i = 0; i < WORKERS && all; i++)
		all = await_told(&workers[i].times, 1, 100) &&
		      await_told(&workers[i].signals, 1, 1);
	return all;
}

static const char *work_together(struct queue __percpu *on)
{
	struct worker workers[WORKERS] = {{0}};
	pthread_t threads[WORKERS], driver;
	uint64_t times = 0, signals = 0;
	bool all;

	for (int i = 0; i < WORKERS; i++) {
		workers[i].queue = on;
		workers[i].tid = &worker_tids[i];
		threads[i] = start(work, &workers[i]);
		await_tid(&worker_tids[i]);
	}
	driver = start(drive_threads, worker_tids);
	nap(SECONDS);
	all = all_have_worked(workers);
	set_stop(true);
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(threads[i], NULL);
		RETURN_UNLESS(!workers[i].wrong);
		times += workers[i].times;
		signals += workers[i].signals;
	}
	pthread_join(driver, NULL);
	RETURN_UNLESS(all);
	RETURN_IF_WRONG(differ("number", per_cpu_sum(number), signals));
	RETURN_IF_WRONG(differ("a", per_cpu_sum(on->a), times));
	return differ("b", per_cpu_sum(on->b), times);
}

static const char *locks_of_static_objects_keep_others_out_through_migrations(void)
{
	return work_together(&queue);
}

static const char *locks_of_dynamic_objects_keep_others_out_through_migrations(void)
{
	dynamic = alloc_percpu(struct queue);
	RETURN_UNLESS(dynamic != NULL);
	return work_together(dynamic);
}

static void local_lock_init_makes_a_copys_lock_free(void **state)
{
	local_lock_t copy = {5, 5};

	(void)state;
	local_lock_init(&copy);
	assert_int_equal(copy.owner, 0);
	assert_int_equal(copy.waiters, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_cpu_is_the_one_whose_lock_it_is),
		cmocka_unit_test(lock_that_is_held_over_a_fork_is_given_back_by_both),
		cmocka_unit_test(owner_in_a_child_has_the_name_of_its_own_thread),
		cmocka_unit_test(further_locks_are_of_the_same_cpu),
		cmocka_unit_test(sections_inside_of_a_local_lock_hold_its_cpu),
		cmocka_unit_test(sections_and_local_locks_end_in_any_order),
		cmocka_unit_test(trylock_takes_what_is_free_and_nothing_else),
		cmocka_unit_test(irqsave_blocks_signals_and_restores_what_was),
		cmocka_unit_test(misuse_is_fatal),
		fact_test(waiters_sleep_and_are_woken),
		fact_test(locks_of_static_objects_keep_others_out_through_migrations),
		fact_test(locks_of_dynamic_objects_keep_others_out_through_migrations),
		cmocka_unit_test(local_lock_init_makes_a_copys_lock_free),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
