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
 * As in kernels in which such locks sleep, the owner may be preempted and may sleep, and
 *  - inside of a local lock, this CPU is the one whose lock it is, as in a section; further local
 *    locks are of the same CPU;
 *  - a section may begin inside of a local lock, but a local lock cannot be taken inside of a
 *    section (fatal): who holds a CPU does not wait. local_trylock() can;
 *  - a lock that signal handlers take too is taken with local_lock_irqsave().
 *
 * Taking a lock that the caller has already, and giving back one that it does not have, is fatal.
 * The calls are thread-safe.
 *
 * A lock whose owner is gone stays taken, and who waits for it waits for ever: what it protects
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
	unsigned int owner;   /* the owner's lock_word; 0: nobody */
	unsigned int waiters; /* how many sleep until the owner changes */
} local_lock_t;

/** INIT_LOCAL_LOCK() - the value of the member @name of a static per-CPU variable. */
#define INIT_LOCAL_LOCK(name) \
	{                     \
		0, 0          \
	}

/**
 * local_lock_init() - make the lock of one copy unlocked
 * @lock: an ordinary pointer to it, from per_cpu_ptr(); nobody may have or want the lock
 */
#define local_lock_init(lock)                             \
	do {                                              \
		local_lock_t *__pcpu_local_lock = (lock); \
		__pcpu_local_lock->owner = 0;             \
		__pcpu_local_lock->waiters = 0;           \
	} while (0)

/**
 * local_lock() - take this CPU's copy of a lock
 * @lock: per-CPU pointer to a local_lock_t
 *
 * Waits while another thread has it. Fatal if the caller has it already, or is inside of a section.
 * Not in a signal handler that may have interrupted its owner.
 */
static inline void local_lock(local_lock_t __percpu *lock);

/**
 * local_trylock() - the same, or false at once if the lock is not to be had
 *
 * Also inside of a section, and in signal handlers: false if they have interrupted the owner.
 */
static inline bool local_trylock(local_lock_t __percpu *lock);

/**
 * local_unlock() - give back what local_lock() of the same @lock has taken
 *
 * Wakes whoever waits for it, and does not wait itself. Fatal if the caller does not have the lock.
 */
static inline void local_unlock(local_lock_t __percpu *lock);

/**
 * local_lock_irqsave() - local_lock() with all signals blocked
 * @lock: per-CPU pointer to a local_lock_t
 * @flags: an unsigned long, for what local_unlock_irqrestore() is to put back: the signals that
 *	were blocked before
 */
#define local_lock_irqsave(lock, flags)             \
	do {                                        \
		(flags) = __percpu_signals_block(); \
		local_lock(lock);                   \
	} while (0)
/** local_unlock_irqrestore() - local_unlock(), and then the signals as they were, from @flags. */
#define local_unlock_irqrestore(lock, flags)     \
	do {                                     \
		local_unlock(lock);              \
		__percpu_signals_restore(flags); \
	} while (0)
/** local_trylock_irqsave() - local_trylock() with all signals blocked, if it is true. */
#define local_trylock_irqsave(lock, flags)               \
	__extension__({                                  \
		bool __pcpu_locked;                      \
		(flags) = __percpu_signals_block();      \
		__pcpu_locked = local_trylock(lock);     \
		if (!__pcpu_locked)                      \
			__percpu_signals_restore(flags); \
		__pcpu_locked;                           \
	})

#include <percpu/impl/local_lock.h>

#endif /* PERCPU_LOCAL_LOCK_H */
