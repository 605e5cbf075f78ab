/* SPDX-License-Identifier: MIT */
/*
 * local_lock.h - a CPU's own locks, as kernels have them that are not built for real time: they are
 * sections, with a name.
 *
 * So they can be taken inside of sections and of spinlocks, where kernel files take them; the locks
 * of percpu/local_lock.h, whose owner may sleep, cannot. A lock is to be taken by the one kind or
 * the other, by all that take it.
 */
#ifndef PERCPU_LINUX_LOCAL_LOCK_H
#define PERCPU_LINUX_LOCAL_LOCK_H

#include <linux/irqflags.h>
#include <linux/preempt.h>

#include <percpu/local_lock.h>

/* The argument is to be a lock. */
static inline __attribute__((__unused__)) void __pcpu_is_local_lock(local_lock_t __percpu *lock)
{
	(void)lock;
}

#define local_lock(lock) (__pcpu_is_local_lock(lock), preempt_disable())
#define local_unlock(lock) (__pcpu_is_local_lock(lock), preempt_enable())
#undef local_lock_irqsave
#undef local_unlock_irqrestore
#undef local_trylock_irqsave
#define local_lock_irqsave(lock, flags)     \
	do {                                \
		__pcpu_is_local_lock(lock); \
		local_irq_save(flags);      \
	} while (0)
#define local_unlock_irqrestore(lock, flags) \
	do {                                 \
		__pcpu_is_local_lock(lock);  \
		local_irq_restore(flags);    \
	} while (0)
#define local_lock_irq(lock) (__pcpu_is_local_lock(lock), local_irq_disable())
#define local_unlock_irq(lock) (__pcpu_is_local_lock(lock), local_irq_enable())
/** local_lock_nested_bh() - bottom halves are off already, which is a section. */
#define local_lock_nested_bh(lock) __pcpu_is_local_lock(lock)
#define local_unlock_nested_bh(lock) __pcpu_is_local_lock(lock)

#endif /* PERCPU_LINUX_LOCAL_LOCK_H */
