/* SPDX-License-Identifier: MIT */
/*
 * lock.h - numbers and locks that threads share, by the kernel's names. Include it where you want
 * them. For a CPU's own data there are local_lock.h and section.h, which cost less and keep nobody
 * on other CPUs waiting.
 */
#ifndef PERCPU_KERNEL_LOCK_H
#define PERCPU_KERNEL_LOCK_H

#include <percpu/local_lock.h>
#include <percpu/log.h>

#include <pthread.h>
#include <sched.h>

#include <percpu/impl/begin.h>

/* --- numbers: each call is one atomic operation, those with a result are full barriers --- */

typedef struct {
	int counter;
} atomic_t;

#ifndef ATOMIC_INIT
#define ATOMIC_INIT(value) \
	{                  \
		(value)    \
	}
#endif

__pcpu_inline int atomic_read(const atomic_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

__pcpu_inline void atomic_set(atomic_t *v, int value)
{
	__atomic_store_n(&v->counter, value, __ATOMIC_RELAXED);
}

__pcpu_inline void atomic_add(int value, atomic_t *v)
{
	__atomic_fetch_add(&v->counter, value, __ATOMIC_RELAXED);
}

__pcpu_inline void atomic_inc(atomic_t *v)
{
	atomic_add(1, v);
}

__pcpu_inline void atomic_dec(atomic_t *v)
{
	atomic_add(-1, v);
}

/** atomic_add_return(), atomic_inc_return(), atomic_dec_return() - the new value. */
__pcpu_inline int atomic_add_return(int value, atomic_t *v)
{
	return __atomic_add_fetch(&v->counter, value, __ATOMIC_SEQ_CST);
}

__pcpu_inline int atomic_inc_return(atomic_t *v)
{
	return atomic_add_return(1, v);
}

__pcpu_inline int atomic_dec_return(atomic_t *v)
{
	return atomic_add_return(-1, v);
}

/* --- a lock that sleeps, for threads; not for handlers of signals --- */

struct mutex {
	pthread_mutex_t lock;
};

#define __MUTEX_INITIALIZER(name)         \
	{                                 \
		PTHREAD_MUTEX_INITIALIZER \
	}
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)

__pcpu_inline void mutex_init(struct mutex *mutex)
{
	pthread_mutex_init(&mutex->lock, NULL);
}

__pcpu_inline void mutex_lock(struct mutex *mutex)
{
	if (pthread_mutex_lock(&mutex->lock) != 0)
		percpu_fatal("mutex_lock() of what is no mutex, or not a whole one");
}

/** mutex_trylock() - 1: the caller has it; 0: somebody has. Does not wait. */
__pcpu_inline int mutex_trylock(struct mutex *mutex)
{
	return pthread_mutex_trylock(&mutex->lock) == 0;
}

__pcpu_inline void mutex_unlock(struct mutex *mutex)
{
	if (pthread_mutex_unlock(&mutex->lock) != 0)
		percpu_fatal("mutex_unlock() of a mutex that the caller does not have");
}

/* --- a short lock, that handlers of signals may take too --- */

typedef struct {
	int taken;
} spinlock_t;

#define __SPIN_LOCK_UNLOCKED(name) \
	{                          \
		0                  \
	}
#define DEFINE_SPINLOCK(name) spinlock_t name = __SPIN_LOCK_UNLOCKED(name)

__pcpu_inline void spin_lock_init(spinlock_t *lock)
{
	lock->taken = 0;
}

/* Who has it may have been preempted: then there is no use in spinning. */
__pcpu_inline void spin_lock(spinlock_t *lock)
{
	while (__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE))
		sched_yield();
}

__pcpu_inline int spin_trylock(spinlock_t *lock)
{
	return !__atomic_exchange_n(&lock->taken, 1, __ATOMIC_ACQUIRE);
}

__pcpu_inline void spin_unlock(spinlock_t *lock)
{
	__atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

/**
 * spin_lock_irqsave(), spin_unlock_irqrestore() - with the thread's signals blocked meanwhile
 * @flags: a variable of type unsigned long, which the first writes and the second reads
 *
 * Signals are what interrupts are in the kernel: a handler that takes the lock as well cannot come
 * while its own thread has it.
 */
#define spin_lock_irqsave(lock, flags)              \
	do {                                        \
		(flags) = __percpu_signals_block(); \
		spin_lock(lock);                    \
	} while (0)
#define spin_unlock_irqrestore(lock, flags)      \
	do {                                     \
		spin_unlock(lock);               \
		__percpu_signals_restore(flags); \
	} while (0)

#include <percpu/impl/end.h>

#endif /* PERCPU_KERNEL_LOCK_H */
