/* SPDX-License-Identifier: MIT */
/*
 * linux/rcupdate.h - readers that a writer waits out. In kernels of today three kinds are readers:
 * what lies between rcu_read_lock() and its end, sections, and where interrupts are disabled. So it
 * is here:
 *
 *	rcu_read_lock()			with liburcu (PERCPU_LINUX_URCU, which the CMake target and
 *					pkg-config set where they have it) a reader of its flavour
 *					that no thread registers for, which keeps no CPU; else a
 *					section
 *	preempt_disable(), get_cpu(),	sections (percpu/section.h)
 *	spin_lock(), local_irq_save()
 *
 * A grace period is both: all readers of liburcu's that there were have ended, and all sections.
 * Callbacks of call_rcu() run in a thread that begins with the first of them, in the order in which
 * they came. Readers nest, and may be handlers of signals where liburcu's may; the rest is for
 * threads.
 */
#ifndef PERCPU_LINUX_RCUPDATE_H
#define PERCPU_LINUX_RCUPDATE_H

#include <linux/atomic.h>
#include <linux/bottom_half.h>
#include <linux/cleanup.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/types.h>

#include <percpu/linux/impl/call_rcu.h>

#ifdef PERCPU_LINUX_URCU
void urcu_bp_read_lock(void);
void urcu_bp_read_unlock(void);
#define rcu_read_lock() urcu_bp_read_lock()
#define rcu_read_unlock() urcu_bp_read_unlock()
#endif
#undef synchronize_rcu
#define synchronize_rcu() __pcpu_grace_period()

#include <percpu/kernel/rcu.h> /* rcu_dereference(), rcu_assign_pointer() */

#define synchronize_rcu_expedited() synchronize_rcu()
#define synchronize_net() synchronize_rcu()
#define rcu_read_lock_sched() preempt_disable()
#define rcu_read_unlock_sched() preempt_enable()
#define rcu_read_lock_sched_notrace() preempt_disable()
#define rcu_read_unlock_sched_notrace() preempt_enable()
#define rcu_read_lock_bh() local_bh_disable()
#define rcu_read_unlock_bh() local_bh_enable()

/* Nobody checks. */
#define RCU_LOCKDEP_WARN(condition, message) ((void)0)
#define rcu_lockdep_assert(condition, message) ((void)0)
#define rcu_read_lock_held() 1
#define rcu_read_lock_bh_held() 1
#define rcu_read_lock_sched_held() 1
#define rcu_read_lock_any_held() 1
#define rcu_is_watching() 1
#define rcu_sleep_check() ((void)0)
#define init_rcu_head(head) ((void)(head))
#define destroy_rcu_head(head) ((void)(head))

/** rcu_access_pointer() - whether there is one; its target is not looked at. */
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_dereference_check(p, condition) rcu_dereference(p)
#define rcu_dereference_raw(p) rcu_dereference(p)
#define rcu_dereference_bh(p) rcu_dereference(p)
#define rcu_dereference_sched(p) rcu_dereference(p)
#define rcu_dereference_raw_check(p) rcu_dereference(p)
/** rcu_dereference_protected() - by who keeps it from changing. */
#define rcu_dereference_protected(p, condition) (p)
#define rcu_pointer_handoff(p) (p)
#define RCU_INITIALIZER(v) (v)
/** RCU_INIT_POINTER() - of what no reader sees yet, or NULL. */
#define RCU_INIT_POINTER(p, v) WRITE_ONCE(p, v)
/** rcu_replace_pointer() - the pointer before, by who keeps it from changing meanwhile. */
#define rcu_replace_pointer(p, v, condition)         \
	__extension__({                              \
		__typeof__(p) __pcpu_replaced = (p); \
		rcu_assign_pointer(p, v);            \
		__pcpu_replaced;                     \
	})

/** call_rcu() - have @func(@head) called after a grace period. Does not wait. */
static inline void call_rcu(struct callback_head *head, rcu_callback_t func)
{
	__pcpu_call_rcu(head, func);
}
#define call_rcu_hurry(head, func) call_rcu(head, func)

/** rcu_barrier() - waits until all callbacks have run that there are. Not in one of them. */
#define rcu_barrier() __pcpu_rcu_barrier()

/**
 * kfree_rcu() - kfree() of @ptr after a grace period; @member: its rcu_head, in the first 4096
 * bytes.
 */
#define kfree_rcu(ptr, member)                                                                     \
	do {                                                                                       \
		__typeof__(ptr) __pcpu_freed = (ptr);                                              \
		_Static_assert(offsetof(__typeof__(*(ptr)), member) < 4096, "too far from there"); \
		if (__pcpu_freed)                                                                  \
			__pcpu_call_rcu(&__pcpu_freed->member,                                     \
					(rcu_callback_t)offsetof(__typeof__(*(ptr)), member));     \
	} while (0)
#define kvfree_rcu(ptr, member) kfree_rcu(ptr, member)
/** kfree_rcu_mightsleep() - waits for the grace period itself. */
#define kfree_rcu_mightsleep(ptr)                   \
	do {                                        \
		void *__pcpu_freed = (void *)(ptr); \
		synchronize_rcu();                  \
		free(__pcpu_freed);                 \
	} while (0)
#define kvfree_rcu_mightsleep(ptr) kfree_rcu_mightsleep(ptr)

DEFINE_LOCK_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock())

#endif /* PERCPU_LINUX_RCUPDATE_H */
