// SPDX-License-Identifier: MIT
/*
 * What keeps interrupts out, beside a section, and beside what programs use instead: the signals
 * masked by a system call.
 */
#include "toolkit/part.h"

#include <percpu/interrupt.h>
#include <percpu/migrate.h>
#include <percpu/percpu.h>

#include <signal.h>

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
