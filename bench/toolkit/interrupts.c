// SPDX-License-Identifier: MIT
/*
 * What keeps interrupts out, beside a section, and beside what programs use instead: the signals
 * masked by a system call.  And calls of another CPU, beside a section of that CPU from elsewhere.
 */
#include "toolkit/part.h"

#include <percpu/interrupt.h>
#include <percpu/migrate.h>
#include <percpu/percpu.h>
#include <percpu/smp.h>

#include <err.h>
#include <signal.h>
#include <stdlib.h>

#include "toolkit/turns.h"

static DEFINE_PER_CPU(unsigned long, count);

static void mask(void)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	__asm__ volatile("" : : : "memory");
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static void irq_pair(void)
{
	unsigned long flags;

	local_irq_save(flags);
	local_irq_restore(flags);
}

WAY(inc, this_cpu_inc(count))
WAY(section, {
	preempt_disable();
	preempt_enable();
})
WAY(irq, irq_pair())
WAY(bh, {
	local_bh_disable();
	local_bh_enable();
})
WAY(migrate, {
	migrate_disable();
	migrate_enable();
})
WAY(masked, mask())

static void measure(void)
{
	static const struct way ways[] = {
		{"this_cpu_inc", inc, 0},
		{"preempt_disable + preempt_enable", section, 0},
		{"local_irq_save + local_irq_restore", irq, 0},
		{"local_bh_disable + local_bh_enable", bh, 0},
		{"migrate_disable + migrate_enable", migrate, 0},
		{"signals masked and unmasked", masked, 0},
	};

	turns_measure_all(ways, sizeof(ways) / sizeof(ways[0]));
}

TOOLKIT_GROUP(interrupts, "interrupts", NULL, measure)
TOOLKIT_GROUP(interrupts_fallback, "interrupts, fallback", "backend:fallback", measure)

static unsigned int other_cpu(void)
{
	const unsigned int here = raw_smp_processor_id(), first = cpumask_first(cpu_online_mask);

	return first == here ? cpumask_last(cpu_online_mask) : first;
}

static void add(void *info)
{
	(void)info;
	__this_cpu_inc(count);
}

static void visit(void)
{
	const unsigned int cpu = other_cpu();

	if (percpu_remote_begin(cpu) != 0)
		errx(EXIT_FAILURE, "CPU %u cannot be visited", cpu);
	__this_cpu_inc(count);
	percpu_remote_end(cpu);
}

static void call(void)
{
	if (smp_call_function_single((int)other_cpu(), add, NULL, 1) != 0)
		errx(EXIT_FAILURE, "another CPU cannot be called");
}

WAY(remote, visit())
WAY(called, call())

static void measure_calls(void)
{
	static const struct way ways[] = {
		{"a section of another CPU", remote, 0},
		{"smp_call_function_single", called, 0},
	};

	turns_measure(ways, sizeof(ways) / sizeof(ways[0]), 1);
}

TOOLKIT_GROUP(calls, "calls of another CPU", NULL, measure_calls)
