/* SPDX-License-Identifier: MIT */
/* interrupt_self.c - see interrupt_self.h. */
#include "interrupts/interrupt_self.h"
#include "cpu/holder.h"
#include "ground/log.h"

#include <errno.h>

/* Softirqs that raise softirqs are done again so often. */
#define ROUNDS 10

__thread struct pcpu_interrupt_self pcpu_interrupt_self
	__attribute__((__tls_model__("initial-exec")));
struct pcpu_interrupt_ways pcpu_interrupt_ways;

/* The thread's own, as its handlers see it: nothing is kept in a register across a call of this. */
static struct pcpu_interrupt_self *mine(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return &pcpu_interrupt_self;
}

static void take(void)
{
	(void)get_cpu();
	mine()->holds++;
}

static void leave(void)
{
	mine()->holds--;
	put_cpu();
}

/* --- softirqs --- */

bool pcpu_may_do_softirqs(void)
{
	return mine()->softirqs && !(mine()->count & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK));
}

static void set_off(void)
{
	mine()->off = true;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static void handle_noted(void)
{
	unsigned long noted;

	/* a look first: most of the time there is nothing, and an exchange is dear */
	while (mine()->noted) {
		noted = __atomic_exchange_n(&mine()->noted, 0, __ATOMIC_RELAXED);
		__percpu_irq_enter();
		for (; noted; noted &= noted - 1)
			pcpu_interrupt_ways.handle((unsigned int)__builtin_ctzl(noted) + 1);
		/* a handler that has put interrupts on has ended the section, too */
		(void)__percpu_irq_save();
		mine()->count -= HARDIRQ_OFFSET;
	}
}

/* N2 and N3: whether nothing came meanwhile. If something did, interrupts are off. */
static bool try_on(void)
{
	mine()->off = false;
	if (!mine()->noted)
		return true;
	set_off();
	return false;
}

static unsigned int take_softirqs(void)
{
	const unsigned int softirqs = mine()->softirqs;

	mine()->softirqs = 0;
	return softirqs;
}

/* With interrupts off, as before and after it. */
void pcpu_do_softirqs(void)
{
	take();
	mine()->count += SOFTIRQ_OFFSET;
	for (int round = 0; mine()->softirqs && round < ROUNDS; round++) {
		const unsigned int softirqs = take_softirqs();

		do
			handle_noted();
		while (!try_on());
		pcpu_interrupt_ways.act(softirqs);
		set_off();
	}
	mine()->count -= SOFTIRQ_OFFSET;
	if (mine()->softirqs &&
	    pcpu_interrupt_ways.leave((unsigned int)pcpu_held_cpu(), mine()->softirqs))
		mine()->softirqs = 0;
	leave();
}

/* --- on and off --- */

/* N1 to N3 */
static void set_on(void)
{
	do {
		handle_noted();
		if (pcpu_may_do_softirqs())
			pcpu_do_softirqs();
	} while (!try_on());
}

PERCPU_API unsigned long __percpu_irq_save(void)
{
	if (mine()->off)
		return 1;
	take();
	set_off();
	return 0;
}

PERCPU_API void __percpu_irq_restore(unsigned long flags)
{
	if (flags || !mine()->off)
		return;
	set_on();
	leave();
}

PERCPU_API unsigned long __percpu_irqs_off(void)
{
	return mine()->off;
}

PERCPU_API void __percpu_bh_disable(void)
{
	take();
	mine()->count += SOFTIRQ_DISABLE_OFFSET;
}

PERCPU_API void __percpu_bh_enable(void)
{
	if ((mine()->count & SOFTIRQ_MASK) < SOFTIRQ_DISABLE_OFFSET)
		pcpu_fatal("local_bh_enable() where bottom halves are on");
	mine()->count -= SOFTIRQ_DISABLE_OFFSET;
	if (pcpu_may_do_softirqs() && !mine()->off) {
		set_off();
		set_on();
	}
	leave();
}

/* --- where the caller is --- */

static unsigned int sections(void)
{
	return pcpu_held_cpu() >= 0 ? pcpu_self.nested % __PCPU_LOCAL_LOCK + 1 : 0;
}

PERCPU_API unsigned int __percpu_preempt_count(void)
{
	return mine()->count | ((sections() - mine()->holds) & PREEMPT_MASK);
}

static unsigned int depth(void)
{
	return (mine()->count & HARDIRQ_MASK) >> HARDIRQ_SHIFT;
}

PERCPU_API void __percpu_irq_enter(void)
{
	const unsigned int was_off = (unsigned int)__percpu_irq_save(), level = depth();

	if (level == HARDIRQ_MASK >> HARDIRQ_SHIFT)
		pcpu_fatal("%u handlers of interrupts inside of each other", level + 1);
	mine()->outer = (unsigned short)((mine()->outer & ~(1u << level)) | was_off << level);
	mine()->count += HARDIRQ_OFFSET;
}

PERCPU_API void __percpu_irq_exit(void)
{
	if (!depth())
		pcpu_fatal("irq_exit() without irq_enter()");
	/* a handler that has put interrupts on has ended the section, too */
	(void)__percpu_irq_save();
	mine()->count -= HARDIRQ_OFFSET;
	__percpu_irq_restore(mine()->outer >> depth() & 1);
}

PERCPU_API void __percpu_nmi(int step)
{
	if (step > 0 ? (mine()->count & NMI_MASK) == NMI_MASK : !(mine()->count & NMI_MASK))
		pcpu_fatal("nmi_enter() and nmi_exit() are no pairs");
	mine()->count += (unsigned int)step * NMI_OFFSET;
}

void pcpu_interrupt_came(unsigned int signal)
{
	const int saved = errno;

	if (mine()->off) {
		__atomic_fetch_or(&mine()->noted, 1ul << (signal - 1), __ATOMIC_RELAXED);
	} else {
		__percpu_irq_enter();
		pcpu_interrupt_ways.handle(signal);
		__percpu_irq_exit();
	}
	errno = saved;
}
