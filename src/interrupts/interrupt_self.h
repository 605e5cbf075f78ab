/* SPDX-License-Identifier: MIT */
/*
 * interrupt_self.h - whether a thread has interrupts and bottom halves on, and what it does when it
 * has them on again; percpu/interrupt.h.
 *
 * All of it is the thread's own: who else writes it is a handler of a signal of this thread, which
 * comes between two instructions and goes. So there is no barrier, and the order of the stores is
 * the compiler's only.
 *
 *	off	O1  a section begins, or a deeper one
 *		O2  off = true. A handler before that handles its interrupt at once; one after it
 *		    notes it
 *	on	N1  what is noted is handled, and softirqs are done
 *		N2  off = false
 *		N3  something is noted that came before N2: off = true, N1
 *		N4  the section ends
 *
 * Interrupts are off for as long as the thread holds the CPU for them (holds counts such sections,
 * which preempt_count() leaves out), so what is noted is handled on the CPU on which it came.
 */
#ifndef PCPU_INTERRUPT_SELF_H
#define PCPU_INTERRUPT_SELF_H

#include <percpu/interrupt.h>

#include <stdbool.h>

struct pcpu_interrupt_self {
	unsigned long noted;   /* signals that came while interrupts were off: bit number - 1 */
	unsigned int count;    /* bottom halves and handlers, as preempt_count() has them */
	unsigned int softirqs; /* raised, and not done */
	unsigned int holds;    /* sections that are for interrupts and bottom halves */
	unsigned short outer;  /* by depth of handlers: whether interrupts were off before */
	bool off;
};
extern __thread struct pcpu_interrupt_self pcpu_interrupt_self
	__attribute__((__tls_model__("initial-exec")));

/* What is done by files above this one; each is set before it can be wanted. */
struct pcpu_interrupt_ways {
	/* the handlers of @signal; interrupts are off */
	void (*handle)(unsigned int signal);
	/* the actions of @softirqs, a bit each, once each; interrupts are on */
	void (*act)(unsigned int softirqs);
	/* has a thread of @cpu do them. False: there is none to be had */
	bool (*leave)(unsigned int cpu, unsigned int softirqs);
};
extern struct pcpu_interrupt_ways pcpu_interrupt_ways;

/* A signal has come that is an interrupt's. Keeps errno. */
void pcpu_interrupt_came(unsigned int signal);

/* Whether softirqs have been raised, and are not kept off by handlers or bottom halves. */
bool pcpu_may_do_softirqs(void);

/* Does them. Interrupts are off, before and after it. */
void pcpu_do_softirqs(void);

#endif /* PCPU_INTERRUPT_SELF_H */
