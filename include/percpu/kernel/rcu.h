/* SPDX-License-Identifier: MIT */
/*
 * rcu.h - readers that a writer waits out, by the kernel's names. Include it where you want them.
 *
 *	reader				writer
 *
 *	rcu_read_lock();		old = shared;
 *	p = rcu_dereference(shared);	rcu_assign_pointer(shared, new);
 *	... *p ...			synchronize_rcu();	every reader that had old has ended
 *	rcu_read_unlock();		free(old);
 *
 * A reader is a section (section.h), as it is in kernels that are not preempted; so readers may
 * nest, may be handlers of signals, and must not wait. The writer waits for the sections of all
 * CPUs (synchronize_sched() of cpu.h), one CPU after the other. Two readers on one CPU are one
 * after the other as well: for structures that are read all the time liburcu has readers that do
 * not meet.
 */
#ifndef PERCPU_KERNEL_RCU_H
#define PERCPU_KERNEL_RCU_H

#include <percpu/cpu.h>
#include <percpu/section.h>

/** rcu_read_lock(), rcu_read_unlock() - what lies between is a reader. */
#ifndef rcu_read_lock
#define rcu_read_lock() preempt_disable()
#endif
#ifndef rcu_read_unlock
#define rcu_read_unlock() preempt_enable()
#endif

/** rcu_dereference() - the pointer @p, whose target is seen as it was when it was assigned. */
#ifndef rcu_dereference
#define rcu_dereference(p) __atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#endif
/** rcu_assign_pointer() - has @p point to what @v does, after all that was written there. */
#ifndef rcu_assign_pointer
#define rcu_assign_pointer(p, v) __atomic_store_n(&(p), (v), __ATOMIC_RELEASE)
#endif

/** synchronize_rcu() - waits until all readers have ended that there are now. Not in a reader. */
#ifndef synchronize_rcu
#define synchronize_rcu() synchronize_sched()
#endif

#endif /* PERCPU_KERNEL_RCU_H */
