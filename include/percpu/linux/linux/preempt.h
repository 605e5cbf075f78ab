/* SPDX-License-Identifier: MIT */
/*
 * preempt.h - sections, and where the caller is: percpu/section.h, percpu/interrupt.h,
 * percpu/migrate.h.
 *
 * Preemption is disabled by a section: nobody else touches this CPU's copies. The thread may be
 * preempted and moved all the same, which nobody notices who asks for this CPU.
 */
#ifndef PERCPU_LINUX_PREEMPT_H
#define PERCPU_LINUX_PREEMPT_H

#include <linux/types.h>

#include <percpu/interrupt.h>
#include <percpu/kernel/barrier.h>
#include <percpu/migrate.h>
#include <percpu/section.h>

#define PREEMPT_DISABLE_OFFSET PREEMPT_OFFSET
#define PREEMPT_LOCK_OFFSET PREEMPT_OFFSET
#define PREEMPT_ENABLED 0
#define PREEMPT_DISABLED (PREEMPT_DISABLE_OFFSET + PREEMPT_ENABLED)
#define SOFTIRQ_LOCK_OFFSET (SOFTIRQ_DISABLE_OFFSET + PREEMPT_LOCK_OFFSET)

/** preempt_disable_notrace() and its like - nobody traces, and nobody schedules at the end. */
#define preempt_disable_notrace() preempt_disable()
#define preempt_enable_notrace() preempt_enable()
#define preempt_enable_no_resched() preempt_enable()
#define preempt_enable_no_resched_notrace() preempt_enable()
#define sched_preempt_enable_no_resched() preempt_enable()
#define preempt_check_resched() ((void)0)
/** preempt_count_inc(), preempt_count_dec() - the count is that of the sections that there are. */
#define preempt_count_inc() preempt_disable()
#define preempt_count_dec() preempt_enable()
/** preempt_disable_nested() - for who is inside of a section as it is. */
#define preempt_disable_nested() ((void)0)
#define preempt_enable_nested() ((void)0)

/** in_atomic_preempt_off() - whether it is more than one section. */
#define in_atomic_preempt_off() (preempt_count() != PREEMPT_DISABLE_OFFSET)
/** should_resched(), need_resched() - the kernel below does it unasked. */
#define should_resched(offset) 0

/** interrupt_context_level() - 0: a task; 1: a softirq; 2: an interrupt; 3: an NMI. */
static inline __attribute__((__unused__)) unsigned char interrupt_context_level(void)
{
	const unsigned int count = preempt_count();

	return (unsigned char)(!!(count & NMI_MASK) + !!(count & (NMI_MASK | HARDIRQ_MASK)) +
			       !!(count & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)));
}

/** preempt_model_full() and its like - threads are preempted anywhere. */
#define preempt_model_none() false
#define preempt_model_voluntary() false
#define preempt_model_full() true
#define preempt_model_rt() false
#define preempt_model_preemptible() true

#endif /* PERCPU_LINUX_PREEMPT_H */
