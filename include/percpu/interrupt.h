/* SPDX-License-Identifier: MIT */
/*
 * interrupt.h - interrupts in a process: local_irq_save() and the rest.
 *
 *	static irqreturn_t tick(int irq, void *dev)	// in a handler of SIGALRM
 *	{
 *		list_add(..., this_cpu_ptr(&queue));
 *		return IRQ_HANDLED;
 *	}
 *
 *	request_irq(SIGALRM, tick, 0, "tick", NULL);
 *	...
 *	local_irq_save(flags);				// tick() does not come in between,
 *	item = take_first(this_cpu_ptr(&queue));	// nor does another thread on this CPU
 *	local_irq_restore(flags);
 *
 * What an interrupt is, is decided once, here. An *interrupt* is a signal that request_irq() has a
 * handler for; its number is the signal's. A handler that the program has installed itself
 * (sigaction()) is what an NMI is: nothing keeps it out, and it has this_cpu_X() to count with.
 *
 * Interrupts are off from local_irq_save() to local_irq_restore(), for the calling thread and for
 * its CPU: it is a section (section.h), so that no other thread touches the CPU's copies, and an
 * interrupt that comes to the thread meanwhile is noted, and handled at the end. No system call is
 * made for it. Sections alone (preempt_disable()) are not noticed by interrupts, as in the kernel.
 *
 * A handler runs in the thread that the signal has come to, with this CPU held, interrupts off and
 * all signals blocked. So handlers, and functions that smp.h has called on a CPU, are one after the
 * other on each CPU. Where the thread holds a CPU, it is on that one. If another thread holds the
 * CPU, the handler waits for it: sections are short.
 *
 * *Bottom halves* (softirqs) are off from local_bh_disable() to local_bh_enable(), which is a
 * section too, and nests. What raise_softirq() asks for is done by the thread that asks, when its
 * interrupts and bottom halves are on: at the end of the handler, at local_irq_restore(), at
 * local_bh_enable(). After ten rounds of softirqs that raise others the rest is left to a thread of
 * the CPU's.
 *
 * Calls are thread-safe; those that have to do with the thread's own state are for handlers of
 * signals too, as far as their pairs are in one handler. A thread that ends with interrupts or
 * bottom halves off is reported, as it is inside of a section. In a child of fork() the state is
 * that of the thread that has forked; lines have their handlers. With PERCPU_UP the same holds, of
 * the one thread. The kernel's names are mirrored.
 */
#ifndef PERCPU_INTERRUPT_H
#define PERCPU_INTERRUPT_H

#include <percpu/section.h>

#include <percpu/impl/begin.h>

/* --- interrupts off --- */

/**
 * local_irq_save() - interrupts are off; @flags, a variable of type unsigned long, says what they
 *	were
 */
#define local_irq_save(flags) ((void)((flags) = __percpu_irq_save()))
/** local_irq_restore() - interrupts are as @flags says: on, and what came meanwhile is handled. */
#define local_irq_restore(flags) __percpu_irq_restore(flags)
/** local_irq_disable(), local_irq_enable() - off, and on, whatever they were. */
#define local_irq_disable() ((void)__percpu_irq_save())
#define local_irq_enable() __percpu_irq_restore(0)
/** local_save_flags() - what local_irq_save() would say; nothing is changed. */
#define local_save_flags(flags) ((void)((flags) = __percpu_irqs_off()))
/** irqs_disabled() - whether they are off; irqs_disabled_flags(): whether @flags says so. */
#define irqs_disabled() (__percpu_irqs_off() != 0)
#define irqs_disabled_flags(flags) ((flags) != 0)

/** local_bh_disable() - bottom halves are off until the local_bh_enable() of as deep a level. */
#define local_bh_disable() __percpu_bh_disable()
#define local_bh_enable() __percpu_bh_enable()

/* --- where the caller is --- */

/** The parts of preempt_count(): how deep, in bits of it. */
#define PREEMPT_BITS 8
#define SOFTIRQ_BITS 8
#define HARDIRQ_BITS 4
#define NMI_BITS 4
#define PREEMPT_SHIFT 0
#define SOFTIRQ_SHIFT 8
#define HARDIRQ_SHIFT 16
#define NMI_SHIFT 20
#define PREEMPT_MASK 0x000000ffu
#define SOFTIRQ_MASK 0x0000ff00u
#define HARDIRQ_MASK 0x000f0000u
#define NMI_MASK 0x00f00000u
#define PREEMPT_OFFSET 0x00000001u
#define SOFTIRQ_OFFSET 0x00000100u /* a softirq is being done */
#define HARDIRQ_OFFSET 0x00010000u
#define NMI_OFFSET 0x00100000u
#define SOFTIRQ_DISABLE_OFFSET (2 * SOFTIRQ_OFFSET) /* a local_bh_disable() */

/**
 * preempt_count() - sections (those of interrupts and bottom halves left out), bottom halves,
 *	handlers: what in_interrupt() and the rest look at
 */
#define preempt_count() __percpu_preempt_count()
#define nmi_count() (preempt_count() & NMI_MASK)
#define hardirq_count() (preempt_count() & HARDIRQ_MASK)
#define softirq_count() (preempt_count() & SOFTIRQ_MASK)
#define irq_count() (preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK))

/** in_hardirq() - in a handler of an interrupt, or in what smp.h has called on this CPU. */
#define in_hardirq() (hardirq_count())
#define in_irq() (hardirq_count())
/** in_nmi() - between nmi_enter() and nmi_exit(). */
#define in_nmi() (nmi_count())
/** in_serving_softirq() - in a softirq; in_softirq(): there, or bottom halves are off. */
#define in_serving_softirq() (softirq_count() & SOFTIRQ_OFFSET)
#define in_softirq() (softirq_count())
/** in_interrupt() - in any of these, or bottom halves are off; in_task(): in none of these. */
#define in_interrupt() (irq_count())
#define in_task() (!(preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)))
/** in_atomic() - inside of a section, or in a handler: nothing waits there. */
#define in_atomic() (preempt_count() != 0)
/** preemptible() - neither that, nor are interrupts off. */
#define preemptible() (preempt_count() == 0 && !irqs_disabled())

/** irq_enter(), irq_exit() - what lies between is a handler of an interrupt. */
#define irq_enter() __percpu_irq_enter()
#define irq_exit() __percpu_irq_exit()
/**
 * nmi_enter(), nmi_exit() - a handler of a signal that the program has installed itself says that
 *	it is one
 */
#define nmi_enter() __percpu_nmi(1)
#define nmi_exit() __percpu_nmi(-1)

__PCPU_BEGIN_DECLS

/* How these are done; flags and states are 0 where interrupts are on. */
PERCPU_API unsigned long __percpu_irq_save(void);
PERCPU_API void __percpu_irq_restore(unsigned long flags);
PERCPU_API unsigned long __percpu_irqs_off(void);
PERCPU_API void __percpu_bh_disable(void);
PERCPU_API void __percpu_bh_enable(void);
PERCPU_API unsigned int __percpu_preempt_count(void);
PERCPU_API void __percpu_irq_enter(void);
PERCPU_API void __percpu_irq_exit(void);
PERCPU_API void __percpu_nmi(int step);

/* --- handlers of interrupts --- */

/** What a handler says: it was not its own; it is done; a thread is to be woken, which is not. */
enum irqreturn {
	IRQ_NONE = 0,
	IRQ_HANDLED = 1,
	IRQ_WAKE_THREAD = 2,
};
typedef enum irqreturn irqreturn_t;
#define IRQ_RETVAL(x) ((x) ? IRQ_HANDLED : IRQ_NONE)

/** irq_handler_t - a handler: the signal's number, and what it was requested with. */
typedef irqreturn_t (*irq_handler_t)(int irq, void *dev);

/** IRQF_SHARED - several handlers for one line, of which all have said so. Others: no effect. */
#define IRQF_SHARED 0x00000080
#define IRQF_PERCPU 0x00000400
#define IRQF_NO_THREAD 0x00010000
#define IRQF_TIMER 0x00014200

/**
 * request_irq() - have @handler called when signal @irq comes
 * @irq: a signal's number, 1 .. 64, and not one that cannot be caught
 * @flags: IRQF_SHARED, or 0
 * @name: for the log; kept
 * @dev: given to the handler, and to free_irq(). Not NULL with IRQF_SHARED
 *
 * The first request of a line installs a handler of the signal (SA_RESTART; all signals are blocked
 * in it), and remembers what was installed before. Signals that come several times while interrupts
 * are off are handled once, as lines of interrupts are.
 *
 * Returns 0; -EINVAL: no such signal, no handler, or IRQF_SHARED without @dev; -EBUSY: the line is
 * in use, and one of the two does not share; -ENOMEM. Thread-safe; not in handlers.
 */
PERCPU_API int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags,
			   const char *name, void *dev) __pcpu_as(request_irq);

/**
 * free_irq() - call it no longer; on return it is running nowhere
 *
 * Returns the name that it was requested with; NULL: there is none with this @dev, and a warning.
 * The last one of a line puts back what was installed for the signal before. Not in its handler.
 */
PERCPU_API const void *free_irq(unsigned int irq, void *dev) __pcpu_as(free_irq);

/**
 * disable_irq() - keep line @irq off, on all CPUs, until as many enable_irq(); what comes meanwhile
 *	is handled then, in the thread that enables
 *
 * disable_irq() waits until its handlers are running nowhere; _nosync does not. synchronize_irq()
 * waits, and does nothing else. Not in its own handler, but for _nosync.
 */
PERCPU_API void disable_irq(unsigned int irq) __pcpu_as(disable_irq);
PERCPU_API void disable_irq_nosync(unsigned int irq) __pcpu_as(disable_irq_nosync);
PERCPU_API void enable_irq(unsigned int irq) __pcpu_as(enable_irq);
PERCPU_API void synchronize_irq(unsigned int irq) __pcpu_as(synchronize_irq);

/* --- softirqs --- */

enum {
	HI_SOFTIRQ,
	TIMER_SOFTIRQ,
	NET_TX_SOFTIRQ,
	NET_RX_SOFTIRQ,
	BLOCK_SOFTIRQ,
	IRQ_POLL_SOFTIRQ,
	TASKLET_SOFTIRQ,
	SCHED_SOFTIRQ,
	HRTIMER_SOFTIRQ,
	RCU_SOFTIRQ,
	NR_SOFTIRQS
};

/**
 * open_softirq() - have @action called for softirq @nr, 0 .. NR_SOFTIRQS - 1
 *
 * On this CPU, which is held, with interrupts on and bottom halves off; lower numbers first. The
 * kernel's form since 6.11.
 */
PERCPU_API void open_softirq(int nr, void (*action)(void)) __pcpu_as(open_softirq);

/**
 * raise_softirq() - have softirq @nr done on this CPU; _irqoff: interrupts are off already
 *
 * __raise_softirq_irqoff() is the same as raise_softirq_irqoff(). Thread-safe; not in a handler
 * that is none of interrupts.
 */
PERCPU_API void raise_softirq(unsigned int nr) __pcpu_as(raise_softirq);
PERCPU_API void raise_softirq_irqoff(unsigned int nr) __pcpu_as(raise_softirq_irqoff);
#define __raise_softirq_irqoff(nr) raise_softirq_irqoff(nr)
/** local_softirq_pending() - which have been raised and not done, a bit each. */
PERCPU_API unsigned int local_softirq_pending(void) __pcpu_as(local_softirq_pending);
/** do_softirq() - does them now, unless in a handler, or bottom halves are off. */
PERCPU_API void do_softirq(void) __pcpu_as(do_softirq);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/interrupt.h>
#endif

#endif /* PERCPU_INTERRUPT_H */
