/* SPDX-License-Identifier: MIT */
/* linux/mutex.h - a lock that sleeps: that of percpu/kernel/lock.h. No signal interrupts a wait. */
#ifndef PERCPU_LINUX_MUTEX_H
#define PERCPU_LINUX_MUTEX_H

#include <linux/cleanup.h>
#include <linux/lockdep.h>
#include <linux/types.h>

#include <percpu/kernel/lock.h>

/** mutex_is_locked() - whether somebody has it, as of some moment. */
static inline bool mutex_is_locked(struct mutex *lock)
{
	if (!mutex_trylock(lock))
		return true;
	mutex_unlock(lock);
	return false;
}

static inline void mutex_destroy(struct mutex *lock)
{
	pthread_mutex_destroy(&lock->lock);
}

#define __mutex_init(lock, name, key) ((void)(name), (void)(key), mutex_init(lock))
#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
#define mutex_lock_io(lock) mutex_lock(lock)
#define mutex_lock_interruptible(lock) (mutex_lock(lock), 0)
#define mutex_lock_killable(lock) (mutex_lock(lock), 0)
#define mutex_lock_interruptible_nested(lock, subclass) mutex_lock_interruptible(lock)

DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD_COND(mutex, _try, mutex_trylock(_T))
DEFINE_GUARD_COND(mutex, _intr, mutex_lock_interruptible(_T) == 0)

#endif /* PERCPU_LINUX_MUTEX_H */
