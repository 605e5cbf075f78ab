/* SPDX-License-Identifier: MIT */
/*
 * lock.h - the library's mutexes, and the order in which they are taken.
 *
 *	0  pcpu_add_remove_lock	(hotplug/lock/maps.h)	CPUs that come and go; callbacks are called
 *	   pcpu_states_mutex	(there, too)		under both of these
 *	   the watch lock	(hotplug/watch/watch.c)	who watches the machine's CPUs; callbacks
 *							are called without it
 *	   the metrics' lock	(metrics/lock.c)	registries; functions are called under it.
 *							fork() takes it, in handlers of its own
 *	1  the debug lock	(debug/debug_record.c)	records of areas, at debug levels only
 *	2  pcpu_alloc_mutex	(here)			chunks, maps, coordinates, modules
 *	   the CPUs' locks	(cpu/cpu_lock.h)	tried by anybody, stopped under 2 alone
 *	3  the lock of mem.c	(ground/mem.c)		metadata memory
 *	-- handlers of signals take what follows, and nothing of what stands above --
 *	4  the unit lock	(memory/span.c)		windows, and what is committed in them
 *	   the counters' locks	(memory/counter_lock.h)	tried by anybody, waited for by nobody
 *	5  pcpu_switch_mutex	(here)			counts that are split and joined
 *
 * A thread that has taken one takes only those that stand below it; and so does a handler that has
 * interrupted it, which is why the one that handlers take stands last: their thread may have any of
 * the others. It itself, as 5, is taken with all signals masked, or a handler would wait for its
 * own thread; which makes it the counterpart of spin_lock_irqsave(), for short work only. Nothing
 * is allocated under it.
 *
 * fork() takes 1, 2 and 3. It takes none of 0: a callback may be waiting for the thread that
 * forks, and the child mends what is left of them (pcpu_maps_after_fork(),
 * pcpu_watch_after_fork()). Nor 4: in fork(), behind the library's back, the C library takes
 * locks of its own (those of its malloc), and another thread may have been interrupted with one of
 * these by a handler that wants 4. So the child finds 4, the counters' locks, and 5, as a thread
 * may have left them that it does not have, and mends what was being done under them
 * (pcpu_units_after_fork(), pcpu_counter_locks_after_fork(); of 5, each count when it is next
 * joined: toolkit/split_count.h). A fork() in a handler keeps what its
 * thread has already, and waits for nothing that stands above that.
 *
 * Who gives a fatal message has none, or drops them first (log.h): its handler may fork.
 *
 * tests/model/locks.pml is a model of this, and with assertions on every thread has its ranks
 * checked.
 */
#ifndef PCPU_LOCK_H
#define PCPU_LOCK_H

#include "ground/assert.h"
#include "ground/signals.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Where a mutex stands in the order; of PCPU_RANK_NONE there are only tests'. */
enum pcpu_lock_rank {
	PCPU_RANK_NONE,
	PCPU_RANK_MAPS,
	PCPU_RANK_STATES,
	PCPU_RANK_WATCH,
	PCPU_RANK_DEBUG,
	PCPU_RANK_ALLOC,
	PCPU_RANK_MEM,
	PCPU_RANK_UNIT,
	PCPU_RANK_SWITCH,
};

/*
 * One word, so that a handler finds at any moment whether its own thread has the mutex. A
 * pthread_mutex_t has its owner beside it, a moment late.
 */
struct pcpu_mutex {
	/* pthread_self() of the thread that has it, 0: none; and PCPU_MUTEX_WAITED. */
	uintptr_t owner;
#ifdef PCPU_ASSERT
	enum pcpu_lock_rank rank;
#endif
};

/* Others may sleep until it is dropped. */
#define PCPU_MUTEX_WAITED ((uintptr_t)1)

/* clang-format off */
#ifdef PCPU_ASSERT
#define PCPU_MUTEX_INITIALIZER(at) {.rank = (at)}
#else
#define PCPU_MUTEX_INITIALIZER(at) {.owner = 0}
#endif
/* clang-format on */

/* Whether this thread has taken it: what another one does to the owner does not matter to that. */
static inline bool pcpu_mutex_is_held(const struct pcpu_mutex *mutex)
{
	return (__atomic_load_n(&mutex->owner, __ATOMIC_RELAXED) & ~PCPU_MUTEX_WAITED) ==
	       (uintptr_t)pthread_self();
}

#define pcpu_assert_held(mutex) pcpu_assert(pcpu_mutex_is_held(mutex))
#define pcpu_assert_not_held(mutex) pcpu_assert(!pcpu_mutex_is_held(mutex))

#ifdef PCPU_ASSERT
/* A bit for each rank that the thread has. */
extern __thread unsigned int pcpu_ranks_held __attribute__((__tls_model__("initial-exec")));

static inline void pcpu_rank_check(const struct pcpu_mutex *mutex)
{
	pcpu_assert(!mutex->rank || pcpu_ranks_held >> mutex->rank == 0);
}

static inline void pcpu_rank_begin(const struct pcpu_mutex *mutex)
{
	if (mutex->rank)
		pcpu_ranks_held |= 1u << mutex->rank;
}

static inline void pcpu_rank_end(const struct pcpu_mutex *mutex)
{
	pcpu_ranks_held &= ~(1u << mutex->rank);
}
#else
#define pcpu_rank_check(mutex) ((void)0)
#define pcpu_rank_begin(mutex) ((void)0)
#define pcpu_rank_end(mutex) ((void)0)
#endif

/* Takes it when the others are done; and wakes one who waits so. */
void pcpu_mutex_wait(struct pcpu_mutex *mutex);
void pcpu_mutex_wake(struct pcpu_mutex *mutex);

/* False: another thread has taken it. */
static inline bool pcpu_mutex_trylock(struct pcpu_mutex *mutex)
{
	uintptr_t none = 0;

	if (!__atomic_compare_exchange_n(&mutex->owner, &none, (uintptr_t)pthread_self(), false,
					 __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	pcpu_rank_begin(mutex);
	return true;
}

static inline void pcpu_mutex_lock(struct pcpu_mutex *mutex)
{
	pcpu_rank_check(mutex);
	if (pcpu_mutex_trylock(mutex))
		return;
	pcpu_mutex_wait(mutex);
	pcpu_rank_begin(mutex);
}

static inline void pcpu_mutex_unlock(struct pcpu_mutex *mutex)
{
	pcpu_assert_held(mutex);
	pcpu_rank_end(mutex);
	if (__atomic_exchange_n(&mutex->owner, 0, __ATOMIC_RELEASE) & PCPU_MUTEX_WAITED)
		pcpu_mutex_wake(mutex);
}

/* What a thread that forks has done about a mutex. */
enum pcpu_at_fork {
	PCPU_TAKEN,
	PCPU_MINE, /* it had it, and goes on with it in both processes: this is in a handler */
	PCPU_LEFT, /* another thread has it, and must not be waited for */
};

static inline enum pcpu_at_fork pcpu_mutex_lock_for_fork(struct pcpu_mutex *mutex, bool may_wait)
{
	if (pcpu_mutex_is_held(mutex))
		return PCPU_MINE;
	if (may_wait)
		pcpu_mutex_lock(mutex);
	else if (!pcpu_mutex_trylock(mutex))
		return PCPU_LEFT;
	return PCPU_TAKEN;
}

/* In a child: whoever has it there is not, and what he did is going to be mended. */
static inline void pcpu_mutex_renew(struct pcpu_mutex *mutex)
{
	if (pcpu_mutex_is_held(mutex))
		pcpu_rank_end(mutex);
	__atomic_store_n(&mutex->owner, 0, __ATOMIC_RELEASE);
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

/*
 * That of counts which are split over the CPUs, or joined (toolkit/split_count.h). It stands here,
 * since the child of a fork() drops it, which is arranged below toolkit/.
 */
extern struct pcpu_mutex pcpu_switch_mutex;

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
