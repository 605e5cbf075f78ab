/* SPDX-License-Identifier: MIT */
/*
 * test_smp_call.c - functions that are called on CPUs: where, in which order, who waits for whom,
 * and from where it may be done. CPU SPARE is possible, and is not there: it is called as well.
 */
#include "support/cpus.h"
#include "support/fact.h"
#include "support/faults.h"
#include "support/records.h"
#include "support/spares.h"
#include "support/threads.h"

#include "interrupts/cpu_queue.h"

#include <percpu/cpu.h>
#include <percpu/percpu.h>
#include <percpu/smp.h>

#include <errno.h>

static DEFINE_PER_CPU(long, calls);

/* What the last function saw. */
static struct {
	unsigned int cpu, count;
	int running_on;
	bool off;
} seen;
static uint64_t times;

static void see(void *info)
{
	seen.cpu = smp_processor_id();
	seen.running_on = sched_getcpu();
	seen.count = preempt_count();
	seen.off = irqs_disabled();
	__this_cpu_inc(calls);
	if (info)
		++*(int *)info;
	tell(&times, told(&times) + 1);
}

static bool await_times(uint64_t at_least)
{
	return await_told(&times, 1, at_least);
}

static long sum(void)
{
	unsigned int cpu;
	long all = 0;

	for_each_possible_cpu(cpu)
		all += per_cpu(calls, cpu);
	return all;
}

static void plug_in(unsigned int cpu)
{
	set_cpu_present(cpu, true);
	set_cpu_online(cpu, true);
}

/* The spares are online in this process, beside those of the machine. */
static void plug_in_spares(void)
{
	plug_in(SPARE);
	plug_in(OTHER_SPARE);
}

/* --- one CPU --- */

static const char *function_runs_on_the_other_cpu_as_an_interrupt(void)
{
	unsigned int cpu;
	int counted = 0;

	SKIP_IF(nr_cpus < 2);
	cpu = other_than(stay_here());
	RETURN_UNLESS(smp_call_function_single((int)cpu, see, &counted, 1) == 0);
	RETURN_UNLESS(counted == 1 && seen.cpu == cpu && seen.running_on == (int)cpu);
	RETURN_UNLESS(seen.off && seen.count == HARDIRQ_OFFSET);
	return differ("the CPU's copy", (uint64_t)per_cpu(calls, cpu), 1);
}

static const char *this_cpu_calls_it_itself(void)
{
	const unsigned int cpu = stay_here();

	RETURN_UNLESS(smp_call_function_single((int)cpu, see, NULL, 1) == 0);
	RETURN_UNLESS(seen.cpu == cpu && seen.off && seen.count == PREEMPT_OFFSET);
	RETURN_UNLESS(preempt_count() == 0 && !irqs_disabled());
	return NULL;
}

static const char *cpu_that_is_not_there_is_called_elsewhere(void)
{
	plug_in_spares();
	RETURN_UNLESS(smp_call_function_single(SPARE, see, NULL, 1) == 0);
	RETURN_UNLESS(seen.cpu == SPARE && seen.count == HARDIRQ_OFFSET);
	return differ("the CPU's copy", (uint64_t)per_cpu(calls, SPARE), 1);
}

static const char *cpu_that_is_not_online_is_refused(void)
{
	call_single_data_t call = CSD_INIT(see, NULL);

	RETURN_UNLESS(smp_call_function_single((int)nr_cpu_ids, see, NULL, 1) == -ENXIO);
	RETURN_UNLESS(smp_call_function_single(-1, see, NULL, 1) == -ENXIO);
	plug_in_spares();
	set_cpu_online(SPARE, false);
	RETURN_UNLESS(smp_call_function_single(SPARE, see, NULL, 0) == -ENXIO);
	RETURN_UNLESS(smp_call_function_single_async(SPARE, &call) == -ENXIO);
	RETURN_UNLESS(smp_call_on_cpu(SPARE, NULL, NULL, false) == -ENXIO);
	RETURN_UNLESS(times == 0);
	return NULL;
}

static const char *who_does_not_wait_goes_on(void)
{
	int counted = 0;

	plug_in_spares();
	RETURN_UNLESS(percpu_remote_begin(SPARE) == 0);
	percpu_remote_end(SPARE);
	for (int i = 0; i < 50; i++)
		RETURN_UNLESS(smp_call_function_single(SPARE, see, &counted, 0) == 0);
	RETURN_UNLESS(await_times(50));
	return differ("the CPU's copy", (uint64_t)per_cpu(calls, SPARE), 50);
}

/* The order of calls, and that of one's own that is waited for comes behind them. */
static unsigned int order;

static void first(void *info)
{
	(void)info;
	order = order * 10 + 1;
}

static void second(void *info)
{
	(void)info;
	order = order * 10 + 2;
}

static const char *calls_are_done_in_their_order(void)
{
	plug_in_spares();
	for (int i = 0; i < 3; i++) {
		RETURN_UNLESS(smp_call_function_single(SPARE, first, NULL, 0) == 0);
		RETURN_UNLESS(smp_call_function_single(SPARE, second, NULL, i == 2) == 0);
	}
	return differ("order", order, 121212);
}

static bool may_end;

static void takes_long(void *info)
{
	(void)info;
	while (!__atomic_load_n(&may_end, __ATOMIC_SEQ_CST))
		usleep(100);
}

static const char *asynchronous_call_is_busy_until_it_begins(void)
{
	call_single_data_t blocks = CSD_INIT(takes_long, NULL), call;

	INIT_CSD(&call, see, NULL);
	plug_in_spares();
	RETURN_UNLESS(smp_call_function_single_async(SPARE, &blocks) == 0);
	RETURN_UNLESS(smp_call_function_single_async(SPARE, &call) == 0);
	RETURN_UNLESS(smp_call_function_single_async(SPARE, &call) == -EBUSY);
	__atomic_store_n(&may_end, true, __ATOMIC_SEQ_CST);
	RETURN_UNLESS(await_times(1));
	RETURN_UNLESS(smp_call_function_single_async(SPARE, &call) == 0);
	RETURN_UNLESS(await_times(2));
	return NULL;
}

static const char *any_is_this_cpu_if_it_is_one_of_them(void)
{
	const unsigned int cpu = stay_here();
	struct cpumask mask;

	plug_in_spares();
	cpumask_copy(&mask, cpu_online_mask);
	RETURN_UNLESS(smp_call_function_any(&mask, see, NULL, 1) == 0 && seen.cpu == cpu);
	cpumask_clear(&mask);
	cpumask_set_cpu(SPARE, &mask);
	RETURN_UNLESS(smp_call_function_any(&mask, see, NULL, 1) == 0 && seen.cpu == SPARE);
	cpumask_clear(&mask);
	RETURN_UNLESS(smp_call_function_any(&mask, see, NULL, 1) == -ENXIO);
	return NULL;
}

/* --- many --- */

static bool is_odd(int cpu, void *info)
{
	(void)info;
	return cpu % 2;
}

static unsigned int nr_odd(void)
{
	unsigned int cpu, nr = 0;

	for_each_online_cpu(cpu) nr += cpu % 2;
	return nr;
}

static const char *every_cpu_is_called_once(void)
{
	unsigned int cpu;

	plug_in_spares();
	on_each_cpu(see, NULL, 1);
	for_each_online_cpu(cpu)
		RETURN_IF_WRONG(differ("a copy", (uint64_t)per_cpu(calls, cpu), 1));
	smp_call_function(see, NULL, 1);
	RETURN_IF_WRONG(differ("all others", (uint64_t)sum(), 2 * num_online_cpus() - 1));
	on_each_cpu_cond(is_odd, see, NULL, true);
	RETURN_IF_WRONG(differ("those that are odd", (uint64_t)sum(),
			       2 * num_online_cpus() - 1 + nr_odd()));
	on_each_cpu_mask(cpumask_of(SPARE), see, NULL, true);
	RETURN_UNLESS(seen.cpu == SPARE);
	return differ("preempt_count", preempt_count(), 0);
}

static const char *many_may_be_called_without_waiting(void)
{
	plug_in_spares();
	for (int i = 0; i < 10; i++)
		on_each_cpu(see, NULL, 0);
	RETURN_UNLESS(await_times(1));
	on_each_cpu(see, NULL, 1);
	return differ("calls", (uint64_t)sum(), 11 * num_online_cpus());
}

static const char *kick_reaches_all_others(void)
{
	plug_in_spares();
	kick_all_cpus_sync();
	return NULL;
}

static int in_a_thread(void *arg)
{
	*(bool *)arg = preemptible() && in_task();
	/* it may wait */
	usleep(100);
	return 42;
}

static const char *smp_call_on_cpu_is_no_interrupt(void)
{
	bool was_preemptible = false;

	plug_in_spares();
	RETURN_UNLESS(smp_call_on_cpu(SPARE, in_a_thread, &was_preemptible, false) == 42);
	RETURN_UNLESS(was_preemptible);
	return NULL;
}

/* --- from sections --- */

#define CALLS_EACH 2000

static void add(void *info)
{
	(void)info;
	__this_cpu_inc(calls);
}

/* Holds one CPU, and calls the other; the other thread the other way round. */
static void *call_from_a_section(void *arg)
{
	const unsigned int mine = *(unsigned int *)arg, other = mine == SPARE ? OTHER_SPARE : SPARE;

	for (int i = 0; i < CALLS_EACH; i++) {
		if (percpu_remote_begin(mine) != 0)
			abort();
		if (smp_call_function_single((int)other, add, NULL, 1) != 0)
			abort();
		percpu_remote_end(mine);
	}
	return NULL;
}

static const char *two_that_hold_cpus_and_call_each_other_do_not_wait_for_ever(void)
{
	unsigned int of[2] = {SPARE, OTHER_SPARE};
	pthread_t threads[2];

	plug_in_spares();
	start_all(threads, 2, call_from_a_section, of, sizeof(of[0]));
	join_all(threads, 2);
	RETURN_IF_WRONG(differ("calls of one", (uint64_t)per_cpu(calls, SPARE), CALLS_EACH));
	return differ("of the other", (uint64_t)per_cpu(calls, OTHER_SPARE), CALLS_EACH);
}

static void *call_all(void *arg)
{
	(void)arg;
	for (int i = 0; i < 300; i++) {
		if (i % 2)
			preempt_disable();
		on_each_cpu(add, NULL, i % 3 != 0);
		if (i % 2)
			preempt_enable();
	}
	return NULL;
}

static const char *many_who_call_all_lose_nothing(void)
{
	pthread_t threads[4];
	char none[4] = {0};

	plug_in_spares();
	start_all(threads, 4, call_all, none, 1);
	join_all(threads, 4);
	on_each_cpu(add, NULL, 1);
	return differ("calls", (uint64_t)sum(), (4 * 300 + 1) * num_online_cpus());
}

/* Plain additions of a section and of a function on the same CPU. */
static void *add_in_sections(void *arg)
{
	(void)arg;
	for (int i = 0; i < CALLS_EACH; i++) {
		if (percpu_remote_begin(SPARE) != 0)
			abort();
		__this_cpu_inc(calls);
		percpu_remote_end(SPARE);
	}
	return NULL;
}

static const char *function_has_the_cpu_to_itself(void)
{
	pthread_t thread;

	plug_in_spares();
	thread = start(add_in_sections, NULL);
	for (int i = 0; i < CALLS_EACH; i++)
		RETURN_UNLESS(smp_call_function_single(SPARE, add, NULL, 0) == 0);
	pthread_join(thread, NULL);
	RETURN_UNLESS(smp_call_function_single(SPARE, add, NULL, 1) == 0);
	return differ("calls", (uint64_t)per_cpu(calls, SPARE), 2 * CALLS_EACH + 1);
}

static const char *call_with_interrupts_off_is_warned_of_once(void)
{
	unsigned long flags;

	plug_in_spares();
	records_keep(PERCPU_LOG_WARNING);
	for (int i = 0; i < 2; i++) {
		local_irq_save(flags);
		RETURN_UNLESS(smp_call_function_single(SPARE, add, NULL, 1) == 0);
		local_irq_restore(flags);
	}
	RETURN_UNLESS(nr_records == 1 && record_says(0, "with interrupts off"));
	return differ("calls", (uint64_t)per_cpu(calls, SPARE), 2);
}

/* --- CPUs that go --- */

static void *take_it_down_and_up(void *arg)
{
	(void)arg;
	for (int i = 0; i < 100; i++)
		if (cpu_down(SPARE) != 0 || cpu_up(SPARE) != 0)
			abort();
	set_stop(true);
	return NULL;
}

static const char *cpus_may_go_while_they_are_called(void)
{
	uint64_t done = 0;
	pthread_t thread;

	plug_in_spares();
	thread = start(take_it_down_and_up, NULL);
	while (!must_stop()) {
		const int err = smp_call_function_single(SPARE, add, NULL, 1);

		RETURN_UNLESS(err == 0 || err == -ENXIO);
		done += err == 0;
	}
	pthread_join(thread, NULL);
	return differ("calls", (uint64_t)per_cpu(calls, SPARE), done);
}

/* --- without threads or memory, and in children --- */

static const char *call_without_a_thread_is_an_error(void)
{
	plug_in_spares();
	faults_fail_nth(PCPU_FAULT_THREAD, 1);
	RETURN_UNLESS(smp_call_function_single(SPARE, see, NULL, 1) == -EAGAIN);
	RETURN_UNLESS(faults_end() == 1 && times == 0);
	RETURN_UNLESS(smp_call_function_single(SPARE, see, NULL, 1) == 0 && times == 1);
	return NULL;
}

static const char *call_without_memory_is_an_error(void)
{
	call_single_data_t call = CSD_INIT(see, NULL);

	plug_in_spares();
	faults_fail_nth(PCPU_FAULT_MEM, 1);
	RETURN_UNLESS(smp_call_function_single_async(SPARE, &call) == -ENOMEM);
	RETURN_UNLESS(faults_end() == 1);
	RETURN_UNLESS(smp_call_function_single_async(SPARE, &call) == 0 && await_times(1));
	return NULL;
}

static const char *call_of_all_without_threads(void)
{
	plug_in_spares();
	faults_fail_all(PCPU_FAULT_THREAD);
	on_each_cpu(see, NULL, 1);
	return NULL;
}

static void call_of_all_without_threads_is_fatal(void **state)
{
	(void)state;
	assert_fatal(call_of_all_without_threads, "no thread for CPU");
}

static const char *call_in_a_child(void)
{
	const long before = per_cpu(calls, SPARE);

	RETURN_UNLESS(smp_call_function_single(SPARE, add, NULL, 1) == 0);
	return differ("calls", (uint64_t)per_cpu(calls, SPARE), (uint64_t)before + 1);
}

static const char *children_call_too(void)
{
	plug_in_spares();
	RETURN_UNLESS(smp_call_function_single(SPARE, add, NULL, 1) == 0);
	RETURN_IF_WRONG(differ("a child", (uint64_t)status_of_fork(call_in_a_child), 0));
	return call_in_a_child();
}

/* What the parent has called for, and has not been done yet, is not done in the child. */
static call_single_data_t waits = CSD_INIT(add, NULL);

static const char *calls_of_a_parent_in(void)
{
	RETURN_UNLESS(!pcpu_queue_is_locked(&waits));
	RETURN_IF_WRONG(call_in_a_child());
	RETURN_UNLESS(smp_call_function_single_async(SPARE, &waits) == 0);
	RETURN_UNLESS(smp_call_function_single(SPARE, add, NULL, 1) == 0);
	return differ("calls with the parent's", (uint64_t)per_cpu(calls, SPARE), 3);
}

static const char *calls_of_a_parent_are_not_its_childs(void)
{
	call_single_data_t blocks = CSD_INIT(takes_long, NULL);
	int status;

	plug_in_spares();
	RETURN_UNLESS(smp_call_function_single_async(SPARE, &blocks) == 0);
	RETURN_UNLESS(smp_call_function_single_async(SPARE, &waits) == 0);
	status = status_of_fork(calls_of_a_parent_in);
	__atomic_store_n(&may_end, true, __ATOMIC_SEQ_CST);
	RETURN_IF_WRONG(differ("a child", (uint64_t)status, 0));
	RETURN_UNLESS(smp_call_function_single(SPARE, add, NULL, 1) == 0);
	return differ("calls", (uint64_t)per_cpu(calls, SPARE), 2);
}

/* --- shared copies --- */

static const char *call_from_a_child_that_shares(void)
{
	RETURN_UNLESS(smp_call_function_single((int)cpus[nr_cpus - 1], add, NULL, 1) == 0);
	on_each_cpu(add, NULL, 1);
	return NULL;
}

static const char *children_that_share_copies_call_too(void)
{
	RETURN_UNLESS(percpu_share() == 0);
	RETURN_IF_WRONG(call_from_a_child_that_shares());
	RETURN_IF_WRONG(
		differ("a child", (uint64_t)status_of_fork(call_from_a_child_that_shares), 0));
	return differ("calls", (uint64_t)sum(), 2 * (1 + num_online_cpus()));
}

static const char *call_of_a_cpu_that_is_not_there(void)
{
	if (percpu_share() != 0)
		return "the copies are not shared";
	plug_in_spares();
	return smp_call_function_single(SPARE, add, NULL, 1) == 0 ? NULL : "it is refused";
}

static void call_that_needs_to_go_there_is_fatal(void **state)
{
	(void)state;
	assert_fatal(call_of_a_cpu_that_is_not_there, "on which the process may not run");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(function_runs_on_the_other_cpu_as_an_interrupt),
		fact_test(this_cpu_calls_it_itself),
		fact_test(cpu_that_is_not_there_is_called_elsewhere),
		fact_test(cpu_that_is_not_online_is_refused),
		fact_test(who_does_not_wait_goes_on),
		fact_test(calls_are_done_in_their_order),
		fact_test(asynchronous_call_is_busy_until_it_begins),
		fact_test(any_is_this_cpu_if_it_is_one_of_them),
		fact_test(every_cpu_is_called_once),
		fact_test(many_may_be_called_without_waiting),
		fact_test(kick_reaches_all_others),
		fact_test(smp_call_on_cpu_is_no_interrupt),
		fact_test(two_that_hold_cpus_and_call_each_other_do_not_wait_for_ever),
		fact_test(many_who_call_all_lose_nothing),
		fact_test(function_has_the_cpu_to_itself),
		fact_test(call_with_interrupts_off_is_warned_of_once),
		fact_test(cpus_may_go_while_they_are_called),
		fact_test(call_without_a_thread_is_an_error),
		fact_test(call_without_memory_is_an_error),
		cmocka_unit_test(call_of_all_without_threads_is_fatal),
		fact_test(children_call_too),
		fact_test(calls_of_a_parent_are_not_its_childs),
		fact_test(children_that_share_copies_call_too),
		cmocka_unit_test(call_that_needs_to_go_there_is_fatal),
	};

	find_cpus();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
