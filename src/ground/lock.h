/* SPDX-License-Identifier: MIT */
/*
 * lock.h - the library's mutexes, and the order in which they are taken.
 *
 *	1  the counters' locks	(calls/counter.c)	an operation may be called under them
 *	2  the debug lock	(debug/debug_record.c)	records of areas, at debug levels only
 *	3  pcpu_alloc_mutex	(here)			chunks, maps, coordinates, modules
 *	   the CPUs' locks	(cpu/cpu_lock.h)	tried by anybody, stopped under 3 alone
 *	4  the unit lock	(memory/unit.c)		windows, and what is committed in them
 *	5  the lock of mem.c	(ground/mem.c)		metadata memory
 *
 * A thread that has taken one takes only those that stand below it. All are taken around fork().
 *
 * Operations are allowed in signal handlers, and some of them take lock 1 or 4. Were a signal to
 * interrupt who has taken it, the handler would wait for its own thread. So these two are taken
 * with all signals masked, which makes them the counterpart of spin_lock_irqsave(), for short work
 * only. The handler's thread may have taken 3 or 5: so nothing is allocated under 4.
 */
#ifndef PCPU_LOCK_H
#define PCPU_LOCK_H

#include "ground/assert.h"
#include "ground/signals.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct pcpu_mutex {
	pthread_mutex_t mutex;
#ifdef PCPU_ASSERT
	uintptr_t owner; /* the thread that has taken it (pthread_self()); 0: none */
#endif
};

/* clang-format off */
#define PCPU_MUTEX_INITIALIZER {.mutex = PTHREAD_MUTEX_INITIALIZER}
/* clang-format on */

#ifdef PCPU_ASSERT
static inline void pcpu_mutex_set_owner(struct pcpu_mutex *mutex, uintptr_t owner)
{
	__atomic_store_n(&mutex->owner, owner, __ATOMIC_RELAXED);
}

/* Whether this thread has taken it: what another one does to the owner does not matter to that. */
static inline bool pcpu_mutex_is_held(const struct pcpu_mutex *mutex)
{
	return __atomic_load_n(&mutex->owner, __ATOMIC_RELAXED) == (uintptr_t)pthread_self();
}

#else
#define pcpu_mutex_set_owner(mutex, owner) ((void)0)
bool pcpu_mutex_is_held(const struct pcpu_mutex *mutex); /* never called: for assertions alone */
#endif

#define pcpu_assert_held(mutex) pcpu_assert(pcpu_mutex_is_held(mutex))
#define pcpu_assert_not_held(mutex) pcpu_assert(!pcpu_mutex_is_held(mutex))

static inline void pcpu_mutex_lock(struct pcpu_mutex *mutex)
{
	pthread_mutex_lock(&mutex->mutex);
	pcpu_mutex_set_owner(mutex, (uintptr_t)pthread_self());
}

/* False: another thread has taken it. */
static inline bool pcpu_mutex_trylock(struct pcpu_mutex *mutex)
{
	if (pthread_mutex_trylock(&mutex->mutex) != 0)
		return false;
	pcpu_mutex_set_owner(mutex, (uintptr_t)pthread_self());
	return true;
}

static inline void pcpu_mutex_unlock(struct pcpu_mutex *mutex)
{
	pcpu_assert_held(mutex);
	pcpu_mutex_set_owner(mutex, 0);
	pthread_mutex_unlock(&mutex->mutex);
}

/* Masks all signals, keeping the old mask in @saved, then takes @mutex. */
static inline void pcpu_lock_sigsave(struct pcpu_mutex *mutex, sigset_t *saved)
{
	pcpu_mask_signals(saved);
	pcpu_mutex_lock(mutex);
}

static inline void pcpu_unlock_sigrestore(struct pcpu_mutex *mutex, const sigset_t *saved)
{
	pcpu_mutex_unlock(mutex);
	pcpu_restore_signals(saved);
}

/*
 * The mutex of the allocator, and of all that it is made of: chunks, slots, maps, coordinates, the
 * list of modules, what stops the CPUs' locks. It stands here, since folders below alloc/ assert
 * that it is taken. No operation on a copy takes it.
 */
extern struct pcpu_mutex pcpu_alloc_mutex;

static inline void pcpu_alloc_lock(void)
{
	pcpu_mutex_lock(&pcpu_alloc_mutex);
}

/* For calls that must not block. False: another thread has taken it. */
static inline bool pcpu_alloc_trylock(void)
{
	return pcpu_mutex_trylock(&pcpu_alloc_mutex);
}

static inline void pcpu_alloc_unlock(void)
{
	pcpu_mutex_unlock(&pcpu_alloc_mutex);
}

#endif /* PCPU_LOCK_H */
