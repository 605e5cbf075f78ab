/* SPDX-License-Identifier: MIT */
/*
 * test_counter_steps.c - percpu_counter's calls with a handler of a signal behind each instruction
 * of theirs: the value is what it was or what it is going to be, whatever the handler does counts,
 * and a child that it makes goes on with the call as the parent does.
 */
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/traps.h"
#include "support/wait_for.h"

#include "memory/counter_lock.h"

#include <percpu/percpu.h>

#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEADLOCK_SECONDS 240

static struct percpu_counter counter;

/*
 * Where the library masks signals no handler comes; but a trap that is masked ends the process. So
 * it is not, and comes to nothing.
 */
int __real_pthread_sigmask(int how, const sigset_t *set, sigset_t *old);
int __wrap_pthread_sigmask(int how, const sigset_t *set, sigset_t *old);
int __wrap_pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	sigset_t but_traps;

	if (!set)
		return __real_pthread_sigmask(how, NULL, old);
	but_traps = *set;
	sigdelset(&but_traps, SIGTRAP);
	return __real_pthread_sigmask(how, &but_traps, old);
}

static void (*handler_of_run)(int sig);

static void handle(int sig)
{
	sigset_t now;

	__real_pthread_sigmask(SIG_SETMASK, NULL, &now);
	if (!sigismember(&now, SIGUSR1))
		handler_of_run(sig);
}

/* What there was, what the call adds, what handlers have added and taken since. */
static int64_t before, call, by_handlers, taken;
static unsigned int steps, wrong;
static bool done; /* the value has been seen with what the call adds */
static bool is_child;

/* Whether the value is one that it can have in the middle of the call. */
static void check(void)
{
	int64_t seen = percpu_counter_sum(&counter) + taken - before - by_handlers;

	if (seen == call)
		done = true;
	else if (seen != 0 || done)
		wrong++;
}

static void look(int sig)
{
	(void)sig;
	steps++;
	check();
}

/*
 * At which steps it changes the counter: wherever the lock is taken, and at one in so many others,
 * as an addition would never get through if there was one behind each of its instructions.
 */
#define PERIOD 5003
#define RUNS 2
static unsigned int at_step, changes;

static bool is_time_to_change(void)
{
	return steps % PERIOD == at_step ||
	       pcpu_counter_lock_of(&counter)->state % PCPU_COUNTER_PHASES != PCPU_COUNTER_FREE;
}

/* Every kind of call, in turn. The one that is interrupted does not go on meanwhile. */
static void change(int sig)
{
	int64_t sum = percpu_counter_sum(&counter);

	look(sig);
	if (!is_time_to_change())
		return;
	switch (changes++ % 5) {
	case 0:
		percpu_counter_add(&counter, 2);
		by_handlers += 2;
		break;
	case 1:
		percpu_counter_add_batch(&counter, 3, 2);
		by_handlers += 3;
		break;
	case 2:
		wrong += percpu_counter_limited_add(&counter, sum, 1);
		wrong += !percpu_counter_limited_add(&counter, sum + 1, 1);
		by_handlers++;
		break;
	case 3:
		percpu_counter_sync(&counter);
		break;
	default:
		sum = percpu_counter_sum_and_reset(&counter);
		taken += sum;
		wrong += percpu_counter_sum(&counter) != 0;
		break;
	}
	check();
}

static pid_t make_child(void)
{
#ifdef SYS_fork
	/* every other one behind the C library's back */
	if (steps % 2)
		return (pid_t)syscall(SYS_fork);
#endif
	return fork();
}

/* A child behind each of L1 to L6. It ends in run(). */
static void have_a_child(int sig)
{
	static uint64_t last;
	uint64_t state = pcpu_counter_lock_of(&counter)->state;
	pid_t child;

	if (is_child)
		return;
	look(sig);
	state = (state << 32) + (uint32_t)(counter.count << 8) + counter.folds * 128u +
		(*raw_cpu_ptr(counter.counters) & 127);
	if (state == last)
		return;
	last = state;
	child = make_child();
	if (child == 0) {
		is_child = true;
		check();
		return;
	}
	if (child < 0 || wait_for(child, DEADLOCK_SECONDS) != 0)
		wrong++;
}

/* Has @work done, which adds @amount, with @handler behind each instruction. */
static void run(void (*work)(void), int64_t amount, void (*handler)(int sig))
{
	taken = by_handlers = steps = 0;
	done = false;
	call = amount;
	before = percpu_counter_sum(&counter);
	handler_of_run = handler;
	traps_begin(handle);
	work();
	traps_end();
	check();
	if (is_child) {
		/* nobody has what the call has had */
		percpu_counter_add(&counter, 1);
		percpu_counter_sync(&counter);
		_exit(wrong || !done || percpu_counter_sum(&counter) != before + call + 1 ||
		      pcpu_counter_lock_of(&counter)->state % PCPU_COUNTER_PHASES !=
			      PCPU_COUNTER_FREE);
	}
	assert_int_equal(wrong, 0);
	assert_true(done || call == 0);
	assert_true(steps > 10);
}

static void fold(void)
{
	percpu_counter_add_batch(&counter, 5, 6);
}

static void add_to_extra(void)
{
	percpu_counter_add_batch(&counter, 5, 1);
}

static void add_limited(void)
{
	if (!percpu_counter_limited_add(&counter, INT64_MAX, 5))
		abort();
}

static void add_near(void)
{
	if (!percpu_counter_limited_add(&counter, before + 5 + 1000000, 5))
		abort();
}

/* What handlers do meanwhile may be in it or not. */
static void sum(void)
{
	(void)percpu_counter_sum(&counter);
}

static void run_all(void (*handler)(int sig))
{
	assert_int_equal(percpu_counter_init(&counter, 0, GFP_KERNEL), 0);
	percpu_counter_add_local(&counter, 4);
	run(fold, 5, handler);
	run(add_to_extra, 5, handler);
	percpu_counter_add_local(&counter, 4);
	run(add_limited, 5, handler);
	percpu_counter_add_local(&counter, percpu_counter_batch - 1);
	run(add_limited, 5, handler);
	run(add_near, 5, handler);
	run(sum, 0, handler);
	percpu_counter_destroy(&counter);
}

static void sum_is_that_before_or_after_behind_each_instruction(void **state)
{
	(void)state;
	run_all(look);
}

static void handler_behind_an_instruction_can_change_the_counter(void **state)
{
	(void)state;
	for (int i = 0; i < RUNS; i++) {
		at_step = (unsigned int)(i * (PERIOD / RUNS));
		run_all(change);
	}
}

static void child_made_behind_an_instruction_goes_on(void **state)
{
	(void)state;
	assert_int_equal(percpu_counter_init(&counter, 0, GFP_KERNEL), 0);
	percpu_counter_add_local(&counter, 4);
	run(fold, 5, have_a_child);
	percpu_counter_destroy(&counter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sum_is_that_before_or_after_behind_each_instruction),
		cmocka_unit_test(handler_behind_an_instruction_can_change_the_counter),
		cmocka_unit_test(child_made_behind_an_instruction_goes_on),
	};

	find_cpus();
	stay_here();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
