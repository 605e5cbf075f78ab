/* SPDX-License-Identifier: MIT */
/*
 * test_longjmp.c - operations that a handler interrupts and never comes back to, because it is left
 * by siglongjmp(); and those that it does come back to, late.
 */
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/storm.h"
#include "support/threads.h"
#include "support/tier.h"

#include "cpu/mark.h"
#include "cpu/self.h"
#include "memory/entry.h"

#include <percpu/percpu.h>

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static DEFINE_PER_CPU(long, counted);
static unsigned int cpu_in_question;

/* In the rseq tier an operation that is interrupted begins again, and shows nothing. */
static bool shows_an_operation(void)
{
	return pcpu_self.mark && pcpu_self.mark->busy != 0;
}

/* --- left for good --- */

static __thread sigjmp_buf out;

static volatile bool counting;

static void jump_out_of_operations(int sig)
{
	(void)sig;
	if (!counting)
		return;
	if (shows_an_operation() || has_sequences())
		siglongjmp(out, 1);
}

/* Deeper than the operation was: nothing is to be concluded from that. */
static void __attribute__((__noinline__)) sleep_deep(void)
{
	char room[16384];

	/* where the handler's frame was */
	memset(room, 1, sizeof(room));
	__asm__ volatile("" : : "r"(room) : "memory");
	reach(1);
	await(2);
	__asm__ volatile("" : : "r"(room) : "memory");
}

static void *count_until_left(void *arg)
{
	struct patience patience = be_patient();
	static timer_t storm;

	go_to(cpu_in_question);
	this_cpu_inc(counted);
	if (sigsetjmp(out, 1) == 0) {
		storm = start_storm(jump_out_of_operations);
		counting = true;
		while (!is_out_of_patience(&patience))
			for (int i = 0; i < 1000; i++)
				this_cpu_inc(counted);
	}
	counting = false;
	end_storm(storm);
	*(bool *)arg = shows_an_operation() || has_sequences();
	/* operations go on, whatever is shown */
	this_cpu_inc(counted);
	sleep_deep();
	/* and as before, when somebody has found that it was left */
	this_cpu_inc(counted);
	*(bool *)arg = *(bool *)arg && !shows_an_operation();
	return NULL;
}

static void operation_that_was_left_is_not_waited_for(void **state)
{
	bool left = false;
	pthread_t thread;

	(void)state;
	reach(0);
	thread = start(count_until_left, &left);
	await(1);
	/* each of these waits for whoever may be in the middle of an operation there */
	(void)per_cpu_xchg(counted, cpu_in_question, 0);
	assert_int_equal(percpu_remote_begin(cpu_in_question), 0);
	percpu_remote_end(cpu_in_question);
	reach(2);
	pthread_join(thread, NULL);
	assert_true(left);
}

/* --- interrupted, and gone on with --- */

static int released, seen_released; /* atomic */

static void wait_in_operations(int sig)
{
	(void)sig;
	if (is_reached(1) || !(shows_an_operation() || has_sequences()))
		return;
	reach(1);
	/* asleep for far longer than whoever waits takes before he looks whether this goes on */
	for (int i = 0; i < 20; i++)
		usleep(10000);
	__atomic_store_n(&released, 1, __ATOMIC_SEQ_CST);
}

static void use_alternate_stack(void)
{
	const size_t size = (size_t)64 << 10;
	const stack_t alternate = {
		.ss_sp = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			      0),
		.ss_size = size,
	};

	if (alternate.ss_sp == MAP_FAILED || sigaltstack(&alternate, NULL))
		abort();
}

static void *count_and_be_interrupted(void *arg)
{
	struct patience patience = be_patient();
	struct sigaction action;
	timer_t storm;

	go_to(cpu_in_question);
	this_cpu_inc(counted);
	storm = start_storm(wait_in_operations);
	if (*(bool *)arg) {
		use_alternate_stack();
		sigaction(SIGUSR1, NULL, &action);
		action.sa_flags |= SA_ONSTACK;
		sigaction(SIGUSR1, &action, NULL);
	}
	while (!__atomic_load_n(&released, __ATOMIC_SEQ_CST) && !is_out_of_patience(&patience))
		for (int i = 0; i < 1000; i++)
			this_cpu_inc(counted);
	end_storm(storm);
	return NULL;
}

static void assert_waited_for(bool on_alternate_stack)
{
	pthread_t thread;

	/* nothing is interrupted in the middle there */
	if (has_sequences())
		skip();
	reach(0);
	released = 0;
	thread = start(count_and_be_interrupted, &on_alternate_stack);
	await(1);
	assert_int_equal(percpu_remote_begin(cpu_in_question), 0);
	seen_released = __atomic_load_n(&released, __ATOMIC_SEQ_CST);
	percpu_remote_end(cpu_in_question);
	pthread_join(thread, NULL);
	assert_true(seen_released);
}

static void operation_that_a_handler_comes_back_to_is_waited_for(void **state)
{
	(void)state;
	assert_waited_for(false);
}

static void handler_on_another_stack_comes_back_as_well(void **state)
{
	(void)state;
	assert_waited_for(true);
}

static int set_up(void **state)
{
	(void)state;
	find_cpus();
	cpu_in_question = cpus[0];
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operation_that_was_left_is_not_waited_for),
		cmocka_unit_test(operation_that_a_handler_comes_back_to_is_waited_for),
		cmocka_unit_test(handler_on_another_stack_comes_back_as_well),
		cmocka_unit_test(tier_is_the_one_that_was_asked_for),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
