/* SPDX-License-Identifier: MIT */
/*
 * interrupt.h - interrupts, softirqs and tasklets: percpu/interrupt.h, where an interrupt is a
 * signal that request_irq() has a handler for. A tasklet is a softirq's list of things to do.
 */
#ifndef PERCPU_LINUX_INTERRUPT_H
#define PERCPU_LINUX_INTERRUPT_H

#include <linux/bitops.h>
#include <linux/bottom_half.h>
#include <linux/cpumask.h>
#include <linux/hardirq.h>
#include <linux/irqflags.h>
#include <linux/irqreturn.h>
#include <linux/percpu.h>
#include <linux/preempt.h>

#include <sched.h>

#include <percpu/impl/begin.h>

/* Flags that have no effect. */
#define IRQF_TRIGGER_NONE 0x00000000
#define IRQF_TRIGGER_RISING 0x00000001
#define IRQF_TRIGGER_FALLING 0x00000002
#define IRQF_TRIGGER_HIGH 0x00000004
#define IRQF_TRIGGER_LOW 0x00000008
#define IRQF_TRIGGER_MASK 0x0000000f
#define IRQF_TRIGGER_PROBE 0x00000010
#define IRQF_PROBE_SHARED 0x00000100
#define IRQF_NOBALANCING 0x00000800
#define IRQF_IRQPOLL 0x00001000
#define IRQF_ONESHOT 0x00002000
#define IRQF_NO_SUSPEND 0x00004000
#define IRQF_FORCE_RESUME 0x00008000
#define IRQF_EARLY_RESUME 0x00020000
#define IRQF_COND_SUSPEND 0x00040000
#define IRQF_NO_AUTOEN 0x00080000
#define IRQF_NO_DEBUG 0x00100000
#define IRQF_COND_ONESHOT 0x00200000

#define __irq_entry
#define __softirq_entry
#define force_irqthreads() false
#define hard_irq_disable() ((void)0)
#define __do_softirq() do_softirq()
#define or_softirq_pending(softirqs) __pcpu_raise_all(softirqs)

/** struct softirq_action - what open_softirq() keeps. */
struct softirq_action {
	void (*action)(void);
};
/** this_cpu_ksoftirqd() - the thread for softirqs: none, who raises them does them. */
#define this_cpu_ksoftirqd() ((struct task_struct *)0)

/** SOFTIRQ_HOTPLUG_SAFE_MASK - those that need not be done on a CPU that goes. */
#define SOFTIRQ_HOTPLUG_SAFE_MASK \
	(BIT(TIMER_SOFTIRQ) | BIT(IRQ_POLL_SOFTIRQ) | BIT(HRTIMER_SOFTIRQ) | BIT(RCU_SOFTIRQ))

__pcpu_inline void __pcpu_raise_all(unsigned int softirqs)
{
	for (; softirqs; softirqs &= softirqs - 1)
		raise_softirq((unsigned int)__builtin_ctz(softirqs));
}

/* --- tasklets --- */

enum { TASKLET_STATE_SCHED, TASKLET_STATE_RUN };

/**
 * struct tasklet_struct - a function that is called once for each time that it was scheduled while
 *	it was not: by a softirq, on the CPU that has scheduled it, and on one CPU at a time
 */
struct tasklet_struct {
	struct tasklet_struct *next;
	unsigned long state; /* bits of the TASKLET_STATE_ kind */
	int count;           /* not 0: disabled */
	bool use_callback;
	union {
		void (*func)(unsigned long data);
		void (*callback)(struct tasklet_struct *t);
	};
	unsigned long data;
};

#define DECLARE_TASKLET(name, _callback) \
	struct tasklet_struct name = {.use_callback = true, .callback = (_callback)}
#define DECLARE_TASKLET_DISABLED(name, _callback) \
	struct tasklet_struct name = {.count = 1, .use_callback = true, .callback = (_callback)}
#define DECLARE_TASKLET_OLD(name, _func) struct tasklet_struct name = {.func = (_func)}
#define DECLARE_TASKLET_DISABLED_OLD(name, _func) \
	struct tasklet_struct name = {.count = 1, .func = (_func)}
/** from_tasklet() - the structure whose member @field the tasklet @t is, of the type of @var. */
#define from_tasklet(var, t, field) container_of(t, __typeof__(*(var)), field)

struct __pcpu_tasklets {
	struct tasklet_struct *head, **tail;
};
/* Weak: every file that includes this defines them, the program has one. */
__attribute__((__weak__)) DEFINE_PER_CPU(struct __pcpu_tasklets[2], __percpu_linux_tasklets);
__attribute__((__weak__)) bool __percpu_linux_tasklets_open;

__pcpu_inline void __pcpu_tasklet_run(struct tasklet_struct *t)
{
	if (t->use_callback)
		t->callback(t);
	else
		t->func(t->data);
}

/* To the end of this CPU's list. */
__pcpu_inline void __pcpu_tasklet_queue(struct tasklet_struct *t, int which)
{
	struct __pcpu_tasklets *list;
	unsigned long flags;

	local_irq_save(flags);
	list = &(*this_cpu_ptr(&__percpu_linux_tasklets))[which];
	t->next = NULL;
	if (!list->head)
		list->tail = &list->head;
	*list->tail = t;
	list->tail = &t->next;
	raise_softirq_irqoff(which ? HI_SOFTIRQ : TASKLET_SOFTIRQ);
	local_irq_restore(flags);
}

__pcpu_inline bool tasklet_trylock(struct tasklet_struct *t)
{
	return !test_and_set_bit(TASKLET_STATE_RUN, &t->state);
}

__pcpu_inline void tasklet_unlock(struct tasklet_struct *t)
{
	clear_bit_unlock(TASKLET_STATE_RUN, &t->state);
}

/* The softirq: what runs elsewhere, or is disabled, is put on the list again. */
__pcpu_inline void __pcpu_tasklet_action(int which)
{
	struct __pcpu_tasklets *list;
	struct tasklet_struct *t, *next;

	local_irq_disable();
	list = &(*this_cpu_ptr(&__percpu_linux_tasklets))[which];
	t = list->head;
	list->head = NULL;
	local_irq_enable();
	for (; t; t = next) {
		next = t->next;
		if (!tasklet_trylock(t)) {
			__pcpu_tasklet_queue(t, which);
			continue;
		}
		if (__atomic_load_n(&t->count, __ATOMIC_ACQUIRE)) {
			tasklet_unlock(t);
			__pcpu_tasklet_queue(t, which);
			continue;
		}
		clear_bit(TASKLET_STATE_SCHED, &t->state);
		__pcpu_tasklet_run(t);
		tasklet_unlock(t);
	}
}

__pcpu_inline void __pcpu_tasklets_usual(void)
{
	__pcpu_tasklet_action(0);
}

__pcpu_inline void __pcpu_tasklets_high(void)
{
	__pcpu_tasklet_action(1);
}

__pcpu_inline void __pcpu_tasklet_schedule(struct tasklet_struct *t, int which)
{
	if (!__atomic_load_n(&__percpu_linux_tasklets_open, __ATOMIC_ACQUIRE)) {
		open_softirq(TASKLET_SOFTIRQ, __pcpu_tasklets_usual);
		open_softirq(HI_SOFTIRQ, __pcpu_tasklets_high);
		__atomic_store_n(&__percpu_linux_tasklets_open, true, __ATOMIC_RELEASE);
	}
	if (!test_and_set_bit(TASKLET_STATE_SCHED, &t->state))
		__pcpu_tasklet_queue(t, which);
}

/** tasklet_schedule() - have it called; _hi_: before others. Thread-safe; also in handlers. */
#define tasklet_schedule(t) __pcpu_tasklet_schedule((t), 0)
#define tasklet_hi_schedule(t) __pcpu_tasklet_schedule((t), 1)

__pcpu_inline void tasklet_setup(struct tasklet_struct *t,
				 void (*callback)(struct tasklet_struct *t))
{
	*t = (struct tasklet_struct){.use_callback = true, .callback = callback};
}

__pcpu_inline void tasklet_init(struct tasklet_struct *t, void (*func)(unsigned long data),
				unsigned long data)
{
	*t = (struct tasklet_struct){.func = func, .data = data};
}

/** tasklet_unlock_wait() - until it runs nowhere. */
__pcpu_inline void tasklet_unlock_wait(struct tasklet_struct *t)
{
	while (test_bit_acquire(TASKLET_STATE_RUN, &t->state))
		sched_yield();
}
#define tasklet_unlock_spin_wait(t) tasklet_unlock_wait(t)

/** tasklet_disable() - it is not called until as many tasklet_enable(); waits, but for _nosync. */
__pcpu_inline void tasklet_disable_nosync(struct tasklet_struct *t)
{
	__atomic_fetch_add(&t->count, 1, __ATOMIC_SEQ_CST);
}

__pcpu_inline void tasklet_disable(struct tasklet_struct *t)
{
	tasklet_disable_nosync(t);
	tasklet_unlock_wait(t);
}
#define tasklet_disable_in_atomic(t) tasklet_disable(t)

__pcpu_inline void tasklet_enable(struct tasklet_struct *t)
{
	__atomic_fetch_sub(&t->count, 1, __ATOMIC_SEQ_CST);
}

/** tasklet_kill() - on return it is not scheduled, and runs nowhere. Not in a handler. */
__pcpu_inline void tasklet_kill(struct tasklet_struct *t)
{
	while (test_and_set_bit(TASKLET_STATE_SCHED, &t->state))
		sched_yield();
	tasklet_unlock_wait(t);
	clear_bit(TASKLET_STATE_SCHED, &t->state);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_LINUX_INTERRUPT_H */
