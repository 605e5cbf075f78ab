/* SPDX-License-Identifier: MIT */
/* softirq.c - softirqs, as programs open and raise them; percpu/interrupt.h. */
#include "ground/log.h"
#include "interrupts/cpu_queue.h"
#include "interrupts/interrupt_self.h"

static void (*actions[NR_SOFTIRQS])(void);

static void must_be_softirq(unsigned int nr, const char *call)
{
	if (nr >= NR_SOFTIRQS)
		pcpu_fatal("%s(%u): there are %d softirqs", call, nr, NR_SOFTIRQS);
}

static void act(unsigned int softirqs)
{
	for (; softirqs; softirqs &= softirqs - 1) {
		const unsigned int nr = (unsigned int)__builtin_ctz(softirqs);
		void (*action)(void) = __atomic_load_n(&actions[nr], __ATOMIC_ACQUIRE);

		if (action)
			action();
	}
}

PERCPU_API void open_softirq(int nr, void (*action)(void))
{
	must_be_softirq((unsigned int)nr, "open_softirq");
	pcpu_interrupt_ways.leave = pcpu_queue_softirqs;
	pcpu_interrupt_ways.act = act;
	__atomic_store_n(&actions[nr], action, __ATOMIC_RELEASE);
}

PERCPU_API void raise_softirq_irqoff(unsigned int nr)
{
	const unsigned long flags = __percpu_irq_save();

	must_be_softirq(nr, "raise_softirq");
	/* without an action there is nothing to be done */
	if (__atomic_load_n(&actions[nr], __ATOMIC_ACQUIRE))
		pcpu_interrupt_self.softirqs |= 1u << nr;
	__percpu_irq_restore(flags);
}

PERCPU_API void raise_softirq(unsigned int nr)
{
	raise_softirq_irqoff(nr);
}

PERCPU_API unsigned int local_softirq_pending(void)
{
	return pcpu_interrupt_self.softirqs;
}

PERCPU_API void do_softirq(void)
{
	const unsigned long flags = __percpu_irq_save();

	if (pcpu_may_do_softirqs())
		pcpu_do_softirqs();
	__percpu_irq_restore(flags);
}
