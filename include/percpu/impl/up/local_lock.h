/* SPDX-License-Identifier: MIT */
/*
 * up/local_lock.h - local_lock.h with PERCPU_UP: there is nobody to wait for.
 *
 * What is left is whether a lock is taken, so that the mistakes are found that are found otherwise.
 * The irq forms need sigprocmask(), which is no function of ISO C: with -std=c11 define
 * _POSIX_C_SOURCE.
 */
#ifndef PERCPU_UP_LOCAL_LOCK_H
#define PERCPU_UP_LOCAL_LOCK_H

#include <percpu/local_lock.h>
#include <percpu/impl/up/log.h>

#include <signal.h>
#include <string.h>

#include <percpu/impl/begin.h>

static inline bool local_trylock(local_lock_t __percpu *lock)
{
	return this_cpu_cmpxchg(lock->owner, 0, 1) == 0;
}

static inline void local_lock(local_lock_t __percpu *lock)
{
	if (!local_trylock(lock))
		__percpu_up_fatal("local_lock() of a lock that the caller has already");
}

static inline void local_unlock(local_lock_t __percpu *lock)
{
	if (this_cpu_xchg(lock->owner, 0) == 0)
		__percpu_up_fatal("local_unlock() of a lock that the caller does not have");
}

#ifdef SIG_BLOCK
/* The mask as flags: signals are numbered from 1 to 64. */
static inline unsigned long __percpu_signals_block(void)
{
	unsigned long flags = 0;
	sigset_t all, before;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	memcpy(&flags, &before, sizeof(flags));
	return flags;
}

static inline void __percpu_signals_restore(unsigned long flags)
{
	sigset_t before;

	sigemptyset(&before);
	memcpy(&before, &flags, sizeof(flags));
	sigprocmask(SIG_SETMASK, &before, NULL);
}
#endif

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_LOCAL_LOCK_H */
