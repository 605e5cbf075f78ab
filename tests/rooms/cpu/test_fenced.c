/* SPDX-License-Identifier: MIT */
/*
 * test_fenced.c - which CPUs are fenced ones, who is waited for there, and signals' handlers that
 * come between any two instructions of who takes one. ../../ops/test_torture.c changes them all the
 * time while everything else is done.
 */
#include "support/cmocka_all.h"
#include "support/cpus.h"
#include "support/slept.h"
#include "support/threads.h"
#include "support/wait_for.h"

#include "cpu/fenced.h"
#include "cpu/hold.h"
#include "ground/signals.h"
#include "machine/tier.h"

#include <percpu/percpu.h>

#define HANG_SECONDS 240

static DEFINE_PER_CPU(unsigned long, counted);
static DEFINE_PER_CPU(unsigned long, first);
static DEFINE_PER_CPU(unsigned long, twin); /* of that, in every section */

static unsigned int cpu;
static struct percpu_entry *entry;

/* In the other tier no CPU is a fenced one. */
static int stay_on_one_cpu(void **state)
{
	(void)state;
	this_cpu_inc(counted);
	find_cpus();
	cpu = stay_here();
	entry = pcpu_unit_entry(cpu);
	return 0;
}

static bool is_fenced(void)
{
	return entry->rest & PCPU_FENCED;
}

static void do_sections(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		get_cpu_var(first)++;
		this_cpu_ptr(&twin)[0]++;
		put_cpu_var(first);
	}
}

static void do_operations(unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		this_cpu_inc(counted);
}

/* By as many takes as it needs, or by none. */
static void have_it_fenced(bool fenced)
{
	pcpu_fenced_limits = (struct pcpu_fenced_limits){.takes = 1, .operations = 1};
	if (fenced) {
		do_sections(1);
	} else {
		pcpu_fenced_limits.takes = UINT32_MAX;
		pcpu_mark_of_thread()->budget = 0;
		do_operations(10);
	}
	pcpu_fenced_limits.operations = INT32_MAX;
	pcpu_mark_of_thread()->budget = INT32_MAX;
	assert_int_equal(is_fenced(), fenced);
}

static void cpu_that_is_taken_often_is_a_fenced_one_and_goes_back(void **state)
{
	(void)state;
	have_it_fenced(false);
	entry->takes = 0;
	pcpu_fenced_limits = (struct pcpu_fenced_limits){.takes = 4, .operations = 100};
	do_operations(1000);
	do_sections(3);
	assert_false(is_fenced());
	do_sections(1);
	assert_true(is_fenced());
	pcpu_mark_of_thread()->budget = 0;
	/* one that looks for the first time, and a second time when too many have come between */
	do_operations(1);
	do_sections(4);
	do_operations(101);
	assert_true(is_fenced());
	do_sections(3);
	do_operations(101);
	assert_false(is_fenced());
}

static void own_operations_are_not_looked_for(void **state)
{
	(void)state;
	have_it_fenced(true);
	do_operations(1);
	assert_ptr_equal(entry->marker, pcpu_self.mark);
	do_sections(1);
	assert_ptr_equal(entry->marker, pcpu_self.mark);
	pcpu_operations_forget(entry);
	do_operations(1);
	assert_ptr_equal(entry->marker, PCPU_MARKED_BY_MANY);
	do_sections(1);
	assert_null(entry->marker);
}

static void *operate_once(void *mark)
{
	go_to(cpu);
	do_operations(1);
	*(struct pcpu_mark **)mark = pcpu_self.mark;
	return NULL;
}

static void operations_of_two_threads_are_those_of_many(void **state)
{
	struct pcpu_mark *mark;

	(void)state;
	have_it_fenced(true);
	pthread_join(start(operate_once, &mark), NULL);
	assert_ptr_equal(entry->marker, mark);
	(void)pcpu_mark_of_thread();
	do_operations(1);
	assert_true(entry->marker == PCPU_MARKED_BY_MANY || mark == pcpu_self.mark);
}

static void mark_that_is_thawed_is_noted_anew(void **state)
{
	sigset_t saved;

	(void)state;
	have_it_fenced(true);
	do_sections(1);
	pcpu_mask_signals(&saved);
	entry->marker = NULL;
	pcpu_self.mark->busy = (intptr_t)entry;
	pcpu_self.mark->frozen = 1;
	pcpu_hold_thaw();
	assert_int_equal(pcpu_self.mark->frozen, 0);
	assert_ptr_equal(entry->marker, pcpu_self.mark);
	pcpu_self.mark->busy = 0;
	pcpu_restore_signals(&saved);
}

/* In the middle of an operation for as long as it is told. */
static void *show_an_operation(void *arg)
{
	struct pcpu_mark *mark = pcpu_mark_of_thread();

	(void)arg;
	assert_true(pcpu_operation_begin(mark, entry));
	reach(1);
	/* not asleep, or it would be in the middle of nothing */
	while (!is_reached(WAIT_MAY_END)) {
	}
	__atomic_store_n(&mark->busy, 0, __ATOMIC_SEQ_CST);
	return NULL;
}

static void assert_operation_is_waited_for(bool fenced)
{
	struct watched_wait wait;
	pthread_t thread;

	have_it_fenced(fenced);
	go_anywhere();
	reach(0);
	thread = start(show_an_operation, NULL);
	while (!is_reached(1)) {
	}
	watch_wait(&wait);
	assert_int_equal(percpu_remote_begin(cpu), 0);
	assert_true(is_reached(WAIT_MAY_END));
	percpu_remote_end(cpu);
	pthread_join(thread, NULL);
	assert_true(has_slept(&wait));
	go_to(cpu);
}

static void operation_of_another_thread_is_waited_for(void **state)
{
	(void)state;
	assert_operation_is_waited_for(false);
	assert_operation_is_waited_for(true);
}

#ifdef __x86_64__
#include "support/traps.h"

static DEFINE_PER_CPU(unsigned long, in_handlers);
static unsigned long traps, fork_at;
static pid_t child;
static bool wrong;
/* The thread has signals masked, all but the trap, which would end the process then. */
static __thread bool masked;

int __real_pthread_sigmask(int how, const sigset_t *set, sigset_t *old);
int __wrap_pthread_sigmask(int how, const sigset_t *set, sigset_t *old);
int __wrap_pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	sigset_t others;

	if (!set)
		return __real_pthread_sigmask(how, set, old);
	masked = how == SIG_SETMASK && sigismember(set, SIGHUP);
	others = *set;
	sigdelset(&others, SIGTRAP);
	return __real_pthread_sigmask(how, &others, old);
}

/* The thread's section, if it has one, is the handler's too. */
static void have_a_section(int sig)
{
	(void)sig;
	if (masked)
		return;
	traps++;
	get_cpu_var(in_handlers)++;
	if ((int)smp_processor_id() != pcpu_held_cpu())
		wrong = true;
	put_cpu_var(in_handlers);
	this_cpu_inc(counted);
}

/* The child goes on from here. */
static void fork_once(int sig)
{
	(void)sig;
	if (!masked && ++traps == fork_at)
		child = fork();
}

/* A section that nobody comes into, and an operation. */
static void section_and_operation(void (*handler)(int sig))
{
	unsigned long *copy;

	traps_begin(handler);
	copy = &get_cpu_var(first);
	++*copy;
	if (++*this_cpu_ptr(&twin) != *copy)
		wrong = true;
	put_cpu_var(first);
	this_cpu_inc(counted);
	traps_end();
}

static void *rival(void *sections)
{
	while (!must_stop()) {
		unsigned long *copy;

		if (percpu_remote_begin(cpu) != 0)
			abort();
		copy = per_cpu_ptr(&first, cpu);
		++*copy;
		if (++*per_cpu_ptr(&twin, cpu) != *copy)
			wrong = true;
		percpu_remote_end(cpu);
		per_cpu_xchg(in_handlers, cpu, 0);
		tell(sections, told(sections) + 1);
	}
	return NULL;
}

static void handlers_may_come_at_any_moment(void **state)
{
	uint64_t sections = 0;
	pthread_t thread;

	(void)state;
	wrong = false;
	set_stop(false);
	thread = start(rival, &sections);
	for (unsigned int round = 0; round < 40; round++) {
		uint64_t before = told(&sections);

		/* the rival takes the CPU too: it is a fenced one soon, if at all */
		pcpu_fenced_limits.takes = round % 2 ? 1 : UINT32_MAX;
		if (round % 2 == 0)
			have_it_fenced(false);
		traps = 0;
		section_and_operation(have_a_section);
		assert_true(traps > 20);
		assert_true(await_told(&sections, 1, before + 1));
	}
	set_stop(true);
	pthread_join(thread, NULL);
	assert_false(wrong);
	assert_true(pcpu_held_cpu() < 0 && pcpu_self.nested == 0 && !pcpu_taking.cpu);
}

/* In the child: its exit status. */
static int use_all_cpus(void)
{
	unsigned int other;

	if (pcpu_held_cpu() >= 0 || wrong)
		return 1;
	do_sections(2);
	for_each_possible_cpu(other) {
		if (percpu_remote_begin(other) != 0)
			return 2;
		percpu_remote_end(other);
	}
	this_cpu_inc(counted);
	return pcpu_held_cpu() < 0 ? 0 : 3;
}

static void assert_child_goes_on_from_anywhere(void)
{
	traps = fork_at = 0;
	while (fork_at <= traps) {
		fork_at++;
		traps = 0;
		child = -1;
		section_and_operation(fork_once);
		if (child == 0)
			_exit(use_all_cpus());
		if (child > 0)
			assert_int_equal(wait_for(child, HANG_SECONDS), 0);
	}
	assert_true(fork_at > 20);
	assert_true(pcpu_held_cpu() < 0);
}

static void child_of_a_handler_goes_on_from_anywhere(void **state)
{
	(void)state;
	wrong = false;
	have_it_fenced(true);
	assert_child_goes_on_from_anywhere();
	have_it_fenced(false);
	assert_child_goes_on_from_anywhere();
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_that_is_taken_often_is_a_fenced_one_and_goes_back),
		cmocka_unit_test(own_operations_are_not_looked_for),
		cmocka_unit_test(operations_of_two_threads_are_those_of_many),
		cmocka_unit_test(mark_that_is_thawed_is_noted_anew),
		cmocka_unit_test(operation_of_another_thread_is_waited_for),
#ifdef __x86_64__
		cmocka_unit_test(handlers_may_come_at_any_moment),
		cmocka_unit_test(child_of_a_handler_goes_on_from_anywhere),
#endif
	};

	return cmocka_run_group_tests(tests, stay_on_one_cpu, NULL);
}
