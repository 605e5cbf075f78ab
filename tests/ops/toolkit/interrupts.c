/* SPDX-License-Identifier: MIT */
/*
 * interrupts.c - plain additions with interrupts off, with bottom halves off and behind
 * migrate_disable(), in interrupts, softirqs and functions that other CPUs call: not one is lost.
 */
#include "toolkit/part.h"

#include <percpu/interrupt.h>
#include <percpu/migrate.h>
#include <percpu/percpu.h>
#include <percpu/smp.h>

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE SIGUSR2

/* Changed by plain loads and stores, under what keeps everybody out. */
static DEFINE_PER_CPU(uint64_t, plain);
static DEFINE_PER_CPU(uint64_t, by_softirq);

static struct toolkit_tally tally[TOOLKIT_WORKERS];
static uint64_t interrupts, softirqs, called, sent;

static irqreturn_t handle(int irq, void *dev)
{
	(void)irq;
	(void)dev;
	__this_cpu_add(plain, 1);
	__atomic_fetch_add(&interrupts, 1, __ATOMIC_RELAXED);
	raise_softirq(TIMER_SOFTIRQ);
	return IRQ_HANDLED;
}

/* Interrupts come meanwhile, and other threads do not. */
static void act(void)
{
	unsigned long flags;

	__this_cpu_add(by_softirq, 1);
	__atomic_fetch_add(&softirqs, 1, __ATOMIC_RELAXED);
	local_irq_save(flags);
	__this_cpu_add(plain, 1);
	local_irq_restore(flags);
}

static void call(void *info)
{
	(void)info;
	__this_cpu_add(plain, 1);
	__atomic_fetch_add(&called, 1, __ATOMIC_RELAXED);
}

static void begin(void)
{
	open_softirq(TIMER_SOFTIRQ, act);
	if (request_irq(LINE, handle, 0, "toolkit", NULL) != 0)
		exit(1);
	/* the threads are made, for which sections allocate otherwise */
	on_each_cpu(call, NULL, 1);
	sent = num_online_cpus();
}

static void add_with_interrupts_off(unsigned int worker)
{
	unsigned long flags;

	local_irq_save(flags);
	__this_cpu_add(plain, 1);
	tally[worker].outside++;
	local_irq_restore(flags);
}

static void call_another(unsigned int draw)
{
	const int cpu = (int)cpumask_nth(draw % num_online_cpus(), cpu_online_mask);
	const bool inside = draw & 1024, waits = draw & 2048;

	if (inside)
		preempt_disable();
	if (smp_call_function_single(cpu, call, NULL, waits) == 0)
		__atomic_fetch_add(&sent, 1, __ATOMIC_RELAXED);
	if (inside)
		preempt_enable();
}

static void operate(unsigned int worker, unsigned int draw)
{
	switch (draw % 16) {
	case 0:
		raise(LINE);
		break;
	case 1:
		local_bh_disable();
		raise_softirq(TIMER_SOFTIRQ);
		__this_cpu_add(by_softirq, 0);
		local_bh_enable();
		break;
	case 2:
		if (draw / 16 % 16 == 0)
			call_another(draw / 256);
		break;
	case 3:
		migrate_disable();
		add_with_interrupts_off(worker);
		migrate_enable();
		break;
	default:
		add_with_interrupts_off(worker);
	}
}

/* An NMI: interrupts may be off, and are noted then. */
static void in_handler(unsigned int worker, unsigned int draw)
{
	(void)worker;
	if (draw % 4 == 0)
		raise(LINE);
}

static void in_child(void)
{
	const uint64_t before = interrupts;

	raise(LINE);
	if (interrupts != before + 1 || preempt_count() || irqs_disabled())
		_exit(1);
	if (smp_call_function_single((int)cpumask_first(cpu_online_mask), call, NULL, 1) != 0)
		_exit(2);
}

static bool end(void)
{
	/* what was not waited for is done by now, or soon: behind what was asked for before */
	on_each_cpu(call, NULL, 1);
	sent += num_online_cpus();
	return toolkit_equal("functions called", called, sent) &&
	       toolkit_equal("plain additions", per_cpu_sum(plain),
			     toolkit_tallies(tally) + interrupts + softirqs + called) &&
	       toolkit_equal("additions of softirqs", per_cpu_sum(by_softirq), softirqs) &&
	       toolkit_equal("preempt_count", preempt_count(), 0);
}

TOOLKIT_PART(interrupts, .name = "interrupts", .begin = begin, .operate = operate,
	     .in_handler = in_handler, .in_child = in_child, .end = end)
