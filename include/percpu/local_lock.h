/* SPDX-License-Identifier: MIT */
/*
 * local_lock.h - locks of which every CPU has its own: local_lock() and the rest.
 *
 *	struct queue {
 *		local_lock_t lock;
 *		struct item *first, *last;
 *	};
 *	DEFINE_PER_CPU(struct queue, queue);		// zero is unlocked
 *
 *	local_lock(&queue.lock);
 *	struct queue *q = this_cpu_ptr(&queue);		// the copy whose lock it is
 *	...
 *	local_unlock(&queue.lock);
 *
 * A lock says what it protects, and leaves everything else on the CPU alone, where a section
 * (section.h) keeps everybody out of all of a CPU's copies: this_cpu_X() of other threads does not
 * look at local locks. Taking one that is free costs one this_cpu_cmpxchg().
 *
 * As in kernels in which such locks sleep, the holder may be preempted and may sleep, and
 *  - inside of a local lock, this CPU is the one whose lock it is, as in a section; further local
 *    locks are of the same CPU;
 *  - a section may begin inside of a local lock, but a local lock cannot be taken inside of a
 *    section (fatal): who holds a CPU does not wait. local_trylock() can;
 *  - a lock that signal handlers take too is taken with local_lock_irqsave().
 *
 * Taking a lock that the caller has already, and giving back one that it does not have, is fatal.
 * The calls are thread-safe.
 *
 * A lock whose holder is gone stays taken, and who waits for it waits for ever: what it protects
 * may be half done.
 *  - A thread that returns, or is cancelled, with local locks is reported as an error in the log
 *    ("a thread ends with local locks of CPU 3"). One that ends by a bare system call is not.
 *  - In the child of a fork() the thread that forked has the locks that it had. Those that other
 *    threads of the parent had stay taken there; nothing is logged. What is different with shared
 *    copies is in shared.h.
 */
#ifndef PERCPU_LOCAL_LOCK_H
#define PERCPU_LOCAL_LOCK_H

#include <percpu/section.h>

/** local_lock_t - a member of a per-CPU structure; zero is unlocked. */
typedef struct percpu_local_lock {
	unsigned int owner;   /* the holder's lock_word; 0: nobody */
	unsigned int waiters; /* how many sleep until the owner changes */
} local_lock_t;

/** INIT_LOCAL_LOCK() - the value of the member @name of a static per-CPU variable. */
#define INIT_LOCAL_LOCK(name) \
	{                     \
		0, 0          \
	}

/** local_lock_init() - make the lock of one copy unlocked; @lock points to ordinary memory. */
#define local_lock_init(lock)                             \
	do {                                              \
		local_lock_t *__pcpu_local_lock = (lock); \
		__pcpu_local_lock->owner = 0;             \
		__pcpu_local_lock->waiters = 0;           \
	} while (0)

#ifdef PERCPU_UP
#include <percpu/up/local_lock.h>
#else

__PCPU_BEGIN_DECLS

/* What is rare, and all of what the irq forms do. */
PERCPU_API void __percpu_local_lock_slow(local_lock_t __percpu *lock);
PERCPU_API bool __percpu_local_trylock_slow(local_lock_t __percpu *lock);
PERCPU_API void __percpu_local_unlock_slow(local_lock_t __percpu *lock);
PERCPU_API void __percpu_local_wake(local_lock_t *copy);
PERCPU_API unsigned int __percpu_local_cpu(local_lock_t __percpu *lock);
PERCPU_API unsigned long __percpu_signals_block(void);
PERCPU_API void __percpu_signals_restore(unsigned long flags);

__PCPU_END_DECLS

/* Whether the lock of the CPU that the thread runs on has been taken, in the usual situation. */
/* Operations order nothing, and the last owner may have been a thread on another CPU. */
#ifdef __PCPU_NO_INLINE_SEQUENCE
#define __pcpu_acquire_fence() ((void)0) /* they are functions, which do */
#else
#define __pcpu_acquire_fence() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#endif

__pcpu_always_inline bool __pcpu_local_lock_fast(local_lock_t __percpu *lock)
{
	struct percpu_self *self = __pcpu_self();
	unsigned int cpu, word;

	if (__pcpu_unlikely(*(volatile int *)&self->cpu != __PCPU_NO_CPU))
		return false;
	/* only now: a signal's handler may just have given the thread its word */
	word = *(volatile unsigned int *)&self->lock_word;
	if (__pcpu_this_cmpxchg_4((uintptr_t)&lock->owner, 0, word) != 0)
		return false;
	__pcpu_acquire_fence();
	/* which CPU that was: if not this one any more, the one whose lock has the thread's word */
	cpu = (unsigned int)__pcpu_running_cpu();
	if (__pcpu_unlikely((int)cpu < 0 || __atomic_load_n(&per_cpu_ptr(lock, cpu)->owner,
							    __ATOMIC_RELAXED) != word))
		cpu = __percpu_local_cpu(lock);
	/* in this order: a signal's handler may have a section in between */
	*(volatile unsigned int *)&self->nested += __PCPU_LOCAL_LOCK;
	*(volatile int *)&self->cpu = (int)cpu;
	return true;
}

/**
 * local_lock() - take this CPU's copy of a lock
 * @lock: per-CPU pointer to a local_lock_t
 *
 * Waits while another thread has it. Not in a signal handler that may have interrupted its holder.
 */
__pcpu_always_inline void local_lock(local_lock_t __percpu *lock)
{
	if (__pcpu_unlikely(!__pcpu_local_lock_fast(lock)))
		__percpu_local_lock_slow(lock);
}

/** local_trylock() - the same, or false at once if the lock is not to be had. */
__pcpu_always_inline bool local_trylock(local_lock_t __percpu *lock)
{
	return __pcpu_local_lock_fast(lock) || __percpu_local_trylock_slow(lock);
}

/** local_unlock() - give back what local_lock() of the same @lock has taken. */
__pcpu_always_inline void local_unlock(local_lock_t __percpu *lock)
{
	volatile struct percpu_self *self = __pcpu_self();
	const int cpu = self->cpu;
	const volatile struct percpu_entry *entry = &__percpu_rt.entries[cpu];
	local_lock_t *copy;

	/* the usual: the only lock, and no section; where attention is always paid, not here */
	if (__pcpu_unlikely(cpu < 0 || self->nested != __PCPU_LOCAL_LOCK ||
			    __atomic_load_n(&entry->attention, __ATOMIC_RELAXED) ||
			    __atomic_load_n(&entry->window, __ATOMIC_RELAXED) == self->word)) {
		__percpu_local_unlock_slow(lock);
		return;
	}
	copy = SHIFT_PERCPU_PTR(lock, (uintptr_t)entry->base);
	if (__pcpu_unlikely(__atomic_load_n(&copy->owner, __ATOMIC_RELAXED) != self->lock_word)) {
		__percpu_local_unlock_slow(lock);
		return;
	}
	__atomic_store_n(&copy->owner, 0, __ATOMIC_RELEASE);
	self->nested = 0;
	self->cpu = __PCPU_NO_CPU;
	__asm__ volatile("" : : : "memory");
	if (__pcpu_unlikely(__atomic_load_n(&copy->waiters, __ATOMIC_RELAXED)))
		__percpu_local_wake(copy);
}

#endif /* PERCPU_UP */

/**
 * local_lock_irqsave() - local_lock() with all signals blocked
 * @lock: per-CPU pointer to a local_lock_t
 * @flags: an unsigned long, for what local_unlock_irqrestore() is to put back
 */
#define local_lock_irqsave(lock, flags)             \
	do {                                        \
		(flags) = __percpu_signals_block(); \
		local_lock(lock);                   \
	} while (0)
#define local_unlock_irqrestore(lock, flags)     \
	do {                                     \
		local_unlock(lock);              \
		__percpu_signals_restore(flags); \
	} while (0)
/* The kernel's name for a local_trylock() of the same kind. */
#define local_trylock_irqsave(lock, flags)               \
	__extension__({                                  \
		bool __pcpu_locked;                      \
		(flags) = __percpu_signals_block();      \
		__pcpu_locked = local_trylock(lock);     \
		if (!__pcpu_locked)                      \
			__percpu_signals_restore(flags); \
		__pcpu_locked;                           \
	})

#endif /* PERCPU_LOCAL_LOCK_H */
