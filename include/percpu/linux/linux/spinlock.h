/* SPDX-License-Identifier: MIT */
/*
 * linux/spinlock.h - short locks, as kernel code expects them: whoever has one is in a section
 * (preempt_disable()), so __this_cpu_X() and this_cpu_ptr() are about one CPU under it, which is
 * the caller's alone. The _irq forms disable interrupts as well, which is local_irq_disable() here
 * too.
 *
 * First the CPU is taken, then the lock: a thread that waits for a lock has a CPU, and one that has
 * a lock waits for no CPU. So nobody waits in a circle. A waiting thread gives way to others.
 */
#ifndef PERCPU_LINUX_SPINLOCK_H
#define PERCPU_LINUX_SPINLOCK_H

#include <linux/bottom_half.h>
#include <linux/cleanup.h>
#include <linux/compiler.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/preempt.h>
#include <linux/spinlock_types.h>

#include <asm/barrier.h>

/* --- raw_spinlock_t --- */

static inline void raw_spin_lock_init(raw_spinlock_t *lock)
{
	spin_lock_init(&lock->lock);
}

static inline void raw_spin_lock(raw_spinlock_t *lock)
{
	preempt_disable();
	spin_lock(&lock->lock);
}

static inline void raw_spin_unlock(raw_spinlock_t *lock)
{
	spin_unlock(&lock->lock);
	preempt_enable();
}

/** raw_spin_trylock() - 1: the caller has it; 0: somebody has. */
static inline int raw_spin_trylock(raw_spinlock_t *lock)
{
	preempt_disable();
	if (spin_trylock(&lock->lock))
		return 1;
	preempt_enable();
	return 0;
}

static inline int raw_spin_is_locked(raw_spinlock_t *lock)
{
	return READ_ONCE(lock->lock.taken) != 0;
}

static inline void raw_spin_lock_irq(raw_spinlock_t *lock)
{
	local_irq_disable();
	raw_spin_lock(lock);
}

static inline void raw_spin_unlock_irq(raw_spinlock_t *lock)
{
	raw_spin_unlock(lock);
	local_irq_enable();
}

static inline void raw_spin_lock_bh(raw_spinlock_t *lock)
{
	local_bh_disable();
	raw_spin_lock(lock);
}

static inline void raw_spin_unlock_bh(raw_spinlock_t *lock)
{
	raw_spin_unlock(lock);
	local_bh_enable();
}

static inline int raw_spin_trylock_irq(raw_spinlock_t *lock)
{
	local_irq_disable();
	if (raw_spin_trylock(lock))
		return 1;
	local_irq_enable();
	return 0;
}

#define raw_spin_lock_irqsave(lock, flags) \
	do {                               \
		local_irq_save(flags);     \
		raw_spin_lock(lock);       \
	} while (0)
#define raw_spin_unlock_irqrestore(lock, flags) \
	do {                                    \
		raw_spin_unlock(lock);          \
		local_irq_restore(flags);       \
	} while (0)
#define raw_spin_trylock_irqsave(lock, flags)           \
	__extension__({                                 \
		int __pcpu_locked;                      \
		local_irq_save(flags);                  \
		__pcpu_locked = raw_spin_trylock(lock); \
		if (!__pcpu_locked)                     \
			local_irq_restore(flags);       \
		__pcpu_locked;                          \
	})
#define raw_spin_lock_nested(lock, subclass) raw_spin_lock(lock)
#define raw_spin_lock_irqsave_nested(lock, flags, subclass) raw_spin_lock_irqsave(lock, flags)

/* --- spinlock_t: the same lock, of another type --- */

#define __pcpu_as_raw(lock) \
	((raw_spinlock_t *)__builtin_choose_expr(__same_type(*(lock), spinlock_t), lock, (void)0))
#undef spin_lock_irqsave
#undef spin_unlock_irqrestore
/* The functions behind the names are those of percpu/kernel/lock.h, which keep no CPU. */
#define spin_lock(lock) raw_spin_lock(__pcpu_as_raw(lock))
#define spin_unlock(lock) raw_spin_unlock(__pcpu_as_raw(lock))
#define spin_trylock(lock) raw_spin_trylock(__pcpu_as_raw(lock))
#define spin_is_locked(lock) raw_spin_is_locked(__pcpu_as_raw(lock))
#define spin_is_contended(lock) ((void)(lock), 0)
#define spin_lock_irq(lock) raw_spin_lock_irq(__pcpu_as_raw(lock))
#define spin_unlock_irq(lock) raw_spin_unlock_irq(__pcpu_as_raw(lock))
#define spin_lock_bh(lock) raw_spin_lock_bh(__pcpu_as_raw(lock))
#define spin_unlock_bh(lock) raw_spin_unlock_bh(__pcpu_as_raw(lock))
#define spin_trylock_irq(lock) raw_spin_trylock_irq(__pcpu_as_raw(lock))
#define spin_lock_irqsave(lock, flags) raw_spin_lock_irqsave(__pcpu_as_raw(lock), flags)
#define spin_unlock_irqrestore(lock, flags) raw_spin_unlock_irqrestore(__pcpu_as_raw(lock), flags)
#define spin_trylock_irqsave(lock, flags) raw_spin_trylock_irqsave(__pcpu_as_raw(lock), flags)
#define spin_lock_nested(lock, subclass) spin_lock(lock)
#define spin_lock_irqsave_nested(lock, flags, subclass) spin_lock_irqsave(lock, flags)
#define assert_spin_locked(lock) BUG_ON(!spin_is_locked(lock))
#define assert_raw_spin_locked(lock) BUG_ON(!raw_spin_is_locked(lock))

/* --- rwlock_t: many that read, or one that writes. Readers may nest --- */

static inline void rwlock_init(rwlock_t *lock)
{
	lock->users = 0;
}

/* Takes it once for each of @change: 1 reads, -1 writes. */
static inline int __pcpu_rwlock_try(rwlock_t *lock, int change)
{
	int users = READ_ONCE(lock->users);

	while (change > 0 ? users >= 0 : users == 0)
		if (__atomic_compare_exchange_n(&lock->users, &users, users + change, false,
						__ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return 1;
	return 0;
}

static inline void __pcpu_rwlock_take(rwlock_t *lock, int change)
{
	preempt_disable();
	while (!__pcpu_rwlock_try(lock, change))
		sched_yield();
}

static inline int __pcpu_rwlock_trylock(rwlock_t *lock, int change)
{
	preempt_disable();
	if (__pcpu_rwlock_try(lock, change))
		return 1;
	preempt_enable();
	return 0;
}

static inline void __pcpu_rwlock_give(rwlock_t *lock, int change)
{
	__atomic_fetch_sub(&lock->users, change, __ATOMIC_RELEASE);
	preempt_enable();
}

#define read_lock(lock) __pcpu_rwlock_take(lock, 1)
#define read_unlock(lock) __pcpu_rwlock_give(lock, 1)
#define read_trylock(lock) __pcpu_rwlock_trylock(lock, 1)
#define write_lock(lock) __pcpu_rwlock_take(lock, -1)
#define write_unlock(lock) __pcpu_rwlock_give(lock, -1)
#define write_trylock(lock) __pcpu_rwlock_trylock(lock, -1)

/* The forms with interrupts or bottom halves off, of one or two of these. */
#define __pcpu_with(before, after) \
	do {                       \
		before;            \
		after;             \
	} while (0)
#define read_lock_irq(lock) __pcpu_with(local_irq_disable(), read_lock(lock))
#define read_unlock_irq(lock) __pcpu_with(read_unlock(lock), local_irq_enable())
#define write_lock_irq(lock) __pcpu_with(local_irq_disable(), write_lock(lock))
#define write_unlock_irq(lock) __pcpu_with(write_unlock(lock), local_irq_enable())
#define read_lock_bh(lock) __pcpu_with(local_bh_disable(), read_lock(lock))
#define read_unlock_bh(lock) __pcpu_with(read_unlock(lock), local_bh_enable())
#define write_lock_bh(lock) __pcpu_with(local_bh_disable(), write_lock(lock))
#define write_unlock_bh(lock) __pcpu_with(write_unlock(lock), local_bh_enable())
#define read_lock_irqsave(lock, flags) __pcpu_with(local_irq_save(flags), read_lock(lock))
#define read_unlock_irqrestore(lock, flags) __pcpu_with(read_unlock(lock), local_irq_restore(flags))
#define write_lock_irqsave(lock, flags) __pcpu_with(local_irq_save(flags), write_lock(lock))
#define write_unlock_irqrestore(lock, flags) \
	__pcpu_with(write_unlock(lock), local_irq_restore(flags))

/* --- guard(): linux/cleanup.h --- */

DEFINE_LOCK_GUARD_1(raw_spinlock, raw_spinlock_t, raw_spin_lock(_T->lock),
		    raw_spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(raw_spinlock_irq, raw_spinlock_t, raw_spin_lock_irq(_T->lock),
		    raw_spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(raw_spinlock_irqsave, raw_spinlock_t,
		    raw_spin_lock_irqsave(_T->lock, _T->flags),
		    raw_spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(spinlock, spinlock_t, spin_lock(_T->lock), spin_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irq, spinlock_t, spin_lock_irq(_T->lock), spin_unlock_irq(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_bh, spinlock_t, spin_lock_bh(_T->lock), spin_unlock_bh(_T->lock))
DEFINE_LOCK_GUARD_1(spinlock_irqsave, spinlock_t, spin_lock_irqsave(_T->lock, _T->flags),
		    spin_unlock_irqrestore(_T->lock, _T->flags), unsigned long flags)
DEFINE_LOCK_GUARD_1(read_lock, rwlock_t, read_lock(_T->lock), read_unlock(_T->lock))
DEFINE_LOCK_GUARD_1(write_lock, rwlock_t, write_lock(_T->lock), write_unlock(_T->lock))

#endif /* PERCPU_LINUX_SPINLOCK_H */
