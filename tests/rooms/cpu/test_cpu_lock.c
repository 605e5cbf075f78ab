/* SPDX-License-Identifier: MIT */
/*
 * test_cpu_lock.c - the CPUs' locks: one holder at a time, whatever interrupts him, and nobody
 * between stop and resume. The protocol itself is modelled in tests/model/cpu_lock.pml.
 *
 * The locks here are the test's own; no cache has any, since nothing is allocated.
 */
#include "support/child.h"
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/no_rseq.h"
#include "support/patience.h"
#include "support/sanitized.h"
#include "support/threads.h"
#include "support/traps.h"

#include "alloc/alloc.h"
#include "alloc/cache.h"
#include "cpu/cpu_lock.h"
#include "ground/layout.h"
#include "ground/mem.h"
#include "ground/system/fence.h"
#include "machine/tier.h"

#include <percpu/percpu.h>

#include <errno.h>

/* How often a try is made again that an interrupt may have spoilt. */
#define TRIES 1000

/* What a CPU has behind its lock: a number that only the holder changes, plainly. */
struct guarded {
	/* whoever forks counts what caches have served, of which these are */
	union {
		struct pcpu_cpu_lock lock;
		struct pcpu_cache cache;
	};
	volatile unsigned long number;
};

static struct guarded *guarded; /* by CPU number */
static struct pcpu_stat_size nothing_served[PCPU_STAT_SIZES];

static struct guarded *of_lock(struct pcpu_cpu_lock *lock)
{
	return (struct guarded *)lock;
}

/* The lock of the CPU that the caller is on; NULL only if it is taken, stopped or not there. */
static struct pcpu_cpu_lock *take(void)
{
	struct pcpu_cpu_lock *lock = NULL;

	for (int i = 0; i < TRIES && !lock; i++)
		lock = pcpu_cpu_trylock();
	return lock;
}

static void stop_locks(void)
{
	pcpu_alloc_lock();
	pcpu_cpu_locks_stop();
	pcpu_alloc_unlock();
}

static void resume_locks(void)
{
	pcpu_alloc_lock();
	pcpu_cpu_locks_resume();
	pcpu_alloc_unlock();
}

static struct pcpu_cpu_lock *first_lock(void)
{
	struct pcpu_cpu_lock *lock;

	pcpu_alloc_lock();
	lock = pcpu_cpu_locks();
	pcpu_alloc_unlock();
	return lock;
}

static int stay_on_the_first_cpu(void **state)
{
	(void)state;
	find_cpus();
	go_to(cpus[0]);
	return 0;
}

/* --- one thread --- */

/* Comes first: there is no way back. */
static void cpu_without_a_lock_has_none_to_take(void **state)
{
	(void)state;
	assert_null(first_lock());
	assert_null(pcpu_cpu_trylock());
	stop_locks();
	resume_locks();
	assert_null(pcpu_cpu_trylock());
}

static void locks_that_are_added_are_all_listed(void **state)
{
	unsigned int found = 0;

	(void)state;
	guarded = pcpu_mem_zalloc(nr_cpu_ids * sizeof(*guarded));
	assert_non_null(guarded);
	pcpu_alloc_lock();
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		guarded[cpu].cache.by_size = nothing_served;
		pcpu_cpu_lock_add(cpu, &guarded[cpu].lock);
	}
	for (struct pcpu_cpu_lock *lock = pcpu_cpu_locks(); lock; lock = lock->next)
		found++;
	pcpu_alloc_unlock();
	assert_int_equal(found, nr_cpu_ids);
}

static void lock_is_that_of_the_cpu_the_thread_is_on(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < nr_cpus; i++) {
		struct pcpu_cpu_lock *lock;

		go_to(cpus[i]);
		lock = take();
		assert_ptr_equal(lock, &guarded[cpus[i]].lock);
		pcpu_cpu_unlock(lock);
	}
	go_to(cpus[0]);
}

static void lock_that_is_held_is_not_had_again_until_it_is_dropped(void **state)
{
	struct pcpu_cpu_lock *lock = take();

	(void)state;
	assert_int_equal(lock->taken, pcpu_cpu_lock_me());
	assert_null(take());
	pcpu_cpu_unlock(lock);
	assert_int_equal(lock->taken, 0);
	assert_ptr_equal(take(), lock);
	pcpu_cpu_unlock(lock);
}

static void lock_is_held_by_cpu_not_by_thread(void **state)
{
	struct pcpu_cpu_lock *here, *there;

	(void)state;
	if (nr_cpus < 2)
		skip();
	here = take();
	go_to(cpus[1]);
	there = take();
	assert_ptr_equal(here, &guarded[cpus[0]].lock);
	assert_ptr_equal(there, &guarded[cpus[1]].lock);
	pcpu_cpu_unlock(here);
	assert_null(take());
	pcpu_cpu_unlock(there);
	go_to(cpus[0]);
	assert_ptr_equal(take(), here);
	pcpu_cpu_unlock(here);
}

/* --- stopped --- */

static void nobody_takes_a_lock_while_it_is_stopped(void **state)
{
	(void)state;
	stop_locks();
	for (unsigned int i = 0; i < nr_cpus; i++) {
		go_to(cpus[i]);
		assert_null(take());
	}
	resume_locks();
	lock_is_that_of_the_cpu_the_thread_is_on(state);
}

static void stops_nest(void **state)
{
	struct pcpu_cpu_lock *lock;

	(void)state;
	stop_locks();
	stop_locks();
	resume_locks();
	assert_null(take());
	stop_locks();
	resume_locks();
	assert_null(take());
	resume_locks();
	lock = take();
	assert_non_null(lock);
	pcpu_cpu_unlock(lock);
}

/* A thread that holds a lock for a while, and perhaps goes elsewhere with it. */
struct holder {
	pthread_barrier_t holds;
	bool migrates;
	int dropped; /* atomic */
	struct pcpu_cpu_lock *lock;
};

static void *hold_for_a_while(void *arg)
{
	struct holder *holder = arg;

	go_to(cpus[nr_cpus - 1]);
	while ((holder->lock = take()) == NULL)
		;
	if (holder->migrates)
		go_to(cpus[0]);
	pthread_barrier_wait(&holder->holds);
	usleep(50000);
	__atomic_store_n(&holder->dropped, 1, __ATOMIC_SEQ_CST);
	pcpu_cpu_unlock(holder->lock);
	return NULL;
}

static void stop_while_held(bool migrates)
{
	struct holder holder = {.migrates = migrates};
	pthread_t thread;

	pthread_barrier_init(&holder.holds, NULL, 2);
	thread = start(hold_for_a_while, &holder);
	pthread_barrier_wait(&holder.holds);
	stop_locks();
	assert_int_equal(__atomic_load_n(&holder.dropped, __ATOMIC_SEQ_CST), 1);
	assert_int_equal(holder.lock->taken, 0);
	resume_locks();
	pthread_join(thread, NULL);
	pthread_barrier_destroy(&holder.holds);
}

static void stop_returns_when_the_holder_has_dropped_the_lock(void **state)
{
	(void)state;
	stop_while_held(false);
}

static void stop_waits_for_a_holder_that_has_migrated_too(void **state)
{
	(void)state;
	stop_while_held(true);
}

/*
 * Where a thread is between its look at the lock and the taking of it is more than a test can
 * arrange: an interrupt aborts the sequence. So this looks at whether the fence is where it has to
 * be; what it is for is in the model.
 */
static int nr_fences, nr_stopped_at_fence;

void __real_pcpu_fence_sequences(void);
void __wrap_pcpu_fence_sequences(void);

void __wrap_pcpu_fence_sequences(void)
{
	nr_fences++;
	nr_stopped_at_fence = 0;
	for (struct pcpu_cpu_lock *lock = pcpu_cpu_locks(); lock; lock = lock->next)
		nr_stopped_at_fence += lock->stopped != 0;
	__real_pcpu_fence_sequences();
}

static void sequences_are_fenced_when_all_locks_say_stopped(void **state)
{
	(void)state;
	nr_fences = 0;
	stop_locks();
	resume_locks();
	assert_int_equal(nr_fences, pcpu_tier_has_sequences());
	if (nr_fences)
		assert_int_equal(nr_stopped_at_fence, nr_cpu_ids);
}

/* --- threads without a CPU number --- */

static void *take_without_rseq(void *taken)
{
	if (!give_rseq_up())
		return NULL;
	*(struct pcpu_cpu_lock **)taken = take();
	return taken;
}

static void thread_without_rseq_has_no_lock_to_take(void **state)
{
	struct pcpu_cpu_lock *taken = NULL;
	void *unregistered = NULL;
	pthread_t thread;

	(void)state;
	/* the fallback asks for the number where there is none */
	if (!pcpu_tier_has_sequences())
		skip();
	thread = start(take_without_rseq, &taken);
	pthread_join(thread, &unregistered);
	assert_non_null(unregistered);
	assert_null(taken);
}

/* --- signals --- */

static struct pcpu_cpu_lock *taken_by_handler;

static void take_and_keep(int signo)
{
	(void)signo;
	taken_by_handler = pcpu_cpu_trylock();
}

static void handler_gets_no_lock_that_the_interrupted_code_holds(void **state)
{
	struct pcpu_cpu_lock *lock = take();

	(void)state;
	signal(SIGUSR1, take_and_keep);
	for (int i = 0; i < 100; i++) {
		raise(SIGUSR1);
		assert_null(taken_by_handler);
	}
	signal(SIGUSR1, SIG_DFL);
	pcpu_cpu_unlock(lock);
}

/*
 * There is a trap after every instruction of a try, and the handler of the one with the number
 * wanted_trap takes the lock, and keeps it: before the try, after it, and at each point between.
 */
static volatile int nr_traps, wanted_trap;
static struct pcpu_cpu_lock *volatile taken_in_trap;

static void take_at_the_wanted_trap(int signo)
{
	(void)signo;
	if (++nr_traps == wanted_trap)
		taken_in_trap = pcpu_cpu_trylock();
}

/* Returns whether there was such a trap. */
static bool try_with_a_trap(int number)
{
	struct guarded *here = &guarded[cpus[0]];
	struct pcpu_cpu_lock *lock;

	nr_traps = 0;
	taken_in_trap = NULL;
	wanted_trap = number;
	traps_begin(take_at_the_wanted_trap);
	lock = pcpu_cpu_trylock();
	traps_end();
	/* not both; and one at least, or the try was aborted after the trap could take it */
	assert_false(lock && taken_in_trap);
	assert_int_equal(here->lock.taken != 0, lock || taken_in_trap);
	if (lock)
		pcpu_cpu_unlock(lock);
	if (taken_in_trap)
		pcpu_cpu_unlock(taken_in_trap);
	return nr_traps >= number;
}

static void handler_and_interrupted_code_never_both_hold_the_lock(void **state)
{
	int by_handler = 0, number = 1;

	(void)state;
	/* whose handlers run later, outside of what is interrupted */
	if (thread_sanitized)
		skip();
	for (; try_with_a_trap(number); number++)
		by_handler += taken_in_trap != NULL;
	/* a sequence has so many instructions, and is not the only thing that traps */
	assert_true(number > 8);
	assert_true(by_handler > 8);
}

/* --- all at once --- */

#define PINNED_A_CPU 2
#define MAX_WORKERS 16
/* What has to be seen of each worker, and of all, and how often the locks are stopped meanwhile. */
#define TAKEN 1000
#define TAKEN_IN_HANDLER 1
#define STOPS 300

struct worker {
	pthread_t thread;
	unsigned int number;
	uint64_t taken, taken_in_handler; /* told */
};

static struct worker workers[MAX_WORKERS];
static unsigned int nr_workers;
static __thread struct worker *me;

/* Another holder would lose this change, or have his lost. */
static void change_number(struct guarded *one, bool slowly)
{
	unsigned long number = one->number;

	if (slowly)
		sched_yield();
	one->number = number + 1;
}

static void take_in_handler(int signo)
{
	struct pcpu_cpu_lock *lock;

	(void)signo;
	/* the thread may not know yet who it is */
	lock = me ? pcpu_cpu_trylock() : NULL;
	if (!lock)
		return;
	change_number(of_lock(lock), false);
	tell(&me->taken_in_handler, me->taken_in_handler + 1);
	pcpu_cpu_unlock(lock);
}

static void attempt(unsigned int i)
{
	struct pcpu_cpu_lock *lock = pcpu_cpu_trylock();

	if (!lock)
		return;
	change_number(of_lock(lock), i % 64 == 0);
	tell(&me->taken, me->taken + 1);
	pcpu_cpu_unlock(lock);
}

/* The first are pinned, some on each CPU; the others go round. */
static void *attempt_often(void *arg)
{
	unsigned int pinned = nr_cpus * PINNED_A_CPU;

	me = arg;
	go_to(cpus[me->number % nr_cpus]);
	for (unsigned int i = 0; !must_stop(); i++) {
		if (me->number >= pinned && i % 512 == 0)
			go_to(cpus[(me->number + i / 512) % nr_cpus]);
		attempt(i);
	}
	return NULL;
}

static unsigned long all_numbers(void)
{
	unsigned long sum = 0;

	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		sum += guarded[cpu].number;
	return sum;
}

static void start_workers(void)
{
	unsigned int wanted = nr_cpus * PINNED_A_CPU + 2;

	nr_workers = wanted < MAX_WORKERS ? wanted : MAX_WORKERS;
	set_stop(false);
	for (unsigned int i = 0; i < nr_workers; i++) {
		workers[i] = (struct worker){.number = i};
		workers[i].thread = start(attempt_often, &workers[i]);
	}
}

static void end_workers(void)
{
	set_stop(true);
	for (unsigned int i = 0; i < nr_workers; i++)
		pthread_join(workers[i].thread, NULL);
}

/* Whether each has had locks, and any in a handler. */
static bool all_have_taken(void)
{
	uint64_t in_handlers = 0;

	for (unsigned int i = 0; i < nr_workers; i++) {
		if (told(&workers[i].taken) < TAKEN)
			return false;
		in_handlers += told(&workers[i].taken_in_handler);
	}
	return in_handlers >= TAKEN_IN_HANDLER;
}

/* Nobody changes a number while the locks are stopped. */
static void stop_and_look(void)
{
	unsigned long before;

	stop_locks();
	before = all_numbers();
	sched_yield();
	for (struct pcpu_cpu_lock *lock = first_lock(); lock; lock = lock->next)
		assert_int_equal(__atomic_load_n(&lock->taken, __ATOMIC_RELAXED), 0);
	assert_int_equal(all_numbers(), before);
	resume_locks();
}

static void changes_under_the_locks_are_exact_whatever_interrupts_them(void **state)
{
	unsigned long before = all_numbers(), taken = 0;
	struct patience patience = be_patient();
	bool all = false;

	(void)state;
	signal(SIGUSR1, take_in_handler);
	start_workers();
	for (unsigned int i = 0; !all && !is_out_of_patience(&patience); i++) {
		pthread_kill(workers[i % nr_workers].thread, SIGUSR1);
		if (i % 16 == 0)
			stop_and_look();
		usleep(50);
		all = i / 16 >= STOPS && all_have_taken();
	}
	end_workers();
	for (unsigned int i = 0; i < nr_workers; i++)
		taken += workers[i].taken + workers[i].taken_in_handler;
	signal(SIGUSR1, SIG_DFL);
	assert_int_equal(all_numbers() - before, taken);
	assert_true(all);
}

/* --- fork --- */

static void take_all_locks(void *arg)
{
	(void)arg;
	for (struct pcpu_cpu_lock *lock = first_lock(); lock; lock = lock->next)
		child_expect(lock->taken == 0 && lock->stopped == 0);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		struct pcpu_cpu_lock *lock;

		go_to(cpus[i]);
		lock = take();
		child_expect(lock == &guarded[cpus[i]].lock);
		pcpu_cpu_unlock(lock);
	}
	stop_locks();
	child_expect(!take());
	resume_locks();
}

/* The locks are stopped while the address space is copied. */
static void child_has_all_locks_for_itself(void **state)
{
	struct child_end end;

	(void)state;
	/* whose own locks a child may find taken for ever */
	if (thread_sanitized)
		skip();
	start_workers();
	for (int i = 0; i < 20; i++) {
		end = child_run(take_all_locks, NULL);
		assert_child_was_content(end);
	}
	end_workers();
	take_all_locks(NULL);
	go_to(cpus[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_without_a_lock_has_none_to_take),
		cmocka_unit_test(locks_that_are_added_are_all_listed),
		cmocka_unit_test(lock_is_that_of_the_cpu_the_thread_is_on),
		cmocka_unit_test(lock_that_is_held_is_not_had_again_until_it_is_dropped),
		cmocka_unit_test(lock_is_held_by_cpu_not_by_thread),
		cmocka_unit_test(nobody_takes_a_lock_while_it_is_stopped),
		cmocka_unit_test(stops_nest),
		cmocka_unit_test(stop_returns_when_the_holder_has_dropped_the_lock),
		cmocka_unit_test(stop_waits_for_a_holder_that_has_migrated_too),
		cmocka_unit_test(sequences_are_fenced_when_all_locks_say_stopped),
		cmocka_unit_test(thread_without_rseq_has_no_lock_to_take),
		cmocka_unit_test(handler_gets_no_lock_that_the_interrupted_code_holds),
		cmocka_unit_test(handler_and_interrupted_code_never_both_hold_the_lock),
		cmocka_unit_test(changes_under_the_locks_are_exact_whatever_interrupts_them),
		cmocka_unit_test(child_has_all_locks_for_itself),
	};

	return cmocka_run_group_tests_name("cpu lock", tests, stay_on_the_first_cpu, NULL);
}
