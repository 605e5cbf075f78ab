/* SPDX-License-Identifier: MIT */
/* test_up.c - interrupts, softirqs and calls of CPUs with PERCPU_UP: one thread, and no library. */
#include "support/fact.h"

#include <linux/interrupt.h>
#include <linux/notifier.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/topology.h>

#include <signal.h>

static int interrupts, actions, calls;
static unsigned int count_in_handler, count_in_action;

static irqreturn_t handler(int irq, void *dev)
{
	(void)irq;
	(void)dev;
	interrupts++;
	count_in_handler = preempt_count();
	raise_softirq(NET_RX_SOFTIRQ);
	return IRQ_HANDLED;
}

static void action(void)
{
	count_in_action = preempt_count();
	if (++actions % 5)
		raise_softirq(NET_RX_SOFTIRQ);
}

static const char *interrupts_and_softirqs_wait_as_they_do_with_more_cpus(void)
{
	unsigned long flags;

	open_softirq(NET_RX_SOFTIRQ, action);
	RETURN_UNLESS(request_irq(SIGUSR1, handler, 0, "up", NULL) == 0);
	RETURN_UNLESS(request_irq(SIGUSR1, handler, 0, "up", NULL) == -EBUSY);
	raise(SIGUSR1);
	RETURN_UNLESS(interrupts == 1 && count_in_handler == HARDIRQ_OFFSET);
	RETURN_UNLESS(actions == 5 && count_in_action == SOFTIRQ_OFFSET);
	local_bh_disable();
	local_irq_save(flags);
	raise(SIGUSR1);
	RETURN_UNLESS(interrupts == 1 && irqs_disabled() && in_softirq());
	local_irq_restore(flags);
	RETURN_UNLESS(interrupts == 2 && actions == 5 && local_softirq_pending());
	local_bh_enable();
	RETURN_UNLESS(actions == 10 && preempt_count() == 0 && in_task());
	disable_irq(SIGUSR1);
	raise(SIGUSR1);
	RETURN_UNLESS(interrupts == 2);
	enable_irq(SIGUSR1);
	RETURN_UNLESS(interrupts == 3 && actions == 15);
	RETURN_UNLESS(strcmp(free_irq(SIGUSR1, NULL), "up") == 0);
	return NULL;
}

static void function(void *info)
{
	calls += irqs_disabled() ? *(int *)info : 100;
}

static bool never(int cpu, void *info)
{
	(void)info;
	return cpu != 0;
}

static const char *this_cpu_is_all_that_is_called(void)
{
	call_single_data_t csd;
	int one = 1;

	INIT_CSD(&csd, function, &one);
	RETURN_UNLESS(smp_call_function_single(0, function, &one, 1) == 0 && calls == 1);
	RETURN_UNLESS(smp_call_function_single(1, function, &one, 1) == -ENXIO && calls == 1);
	RETURN_UNLESS(smp_call_function_single_async(0, &csd) == 0 && calls == 2);
	on_each_cpu(function, &one, 1);
	on_each_cpu_cond(never, function, &one, true);
	smp_call_function(function, &one, 1);
	kick_all_cpus_sync();
	RETURN_UNLESS(calls == 3);
	RETURN_UNLESS(smp_call_function_any(cpu_online_mask, function, &one, 1) == 0);
	return differ("calls", (uint64_t)calls, 4);
}

static const char *everything_is_on_node_0(void)
{
	migrate_disable();
	RETURN_UNLESS(numa_node_id() == 0 && num_online_nodes() == 1 && node_online(0));
	migrate_enable();
	RETURN_UNLESS(cpumask_weight(cpumask_of_node(0)) == 1 && node_distance(0, 0) == 10);
	RETURN_UNLESS(cpumask_test_cpu(0, topology_sibling_cpumask(0)));
	RETURN_UNLESS(current->pid == getpid());
	return NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fact_test(interrupts_and_softirqs_wait_as_they_do_with_more_cpus),
		fact_test(this_cpu_is_all_that_is_called),
		fact_test(everything_is_on_node_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
