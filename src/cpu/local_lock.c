/* SPDX-License-Identifier: MIT */
/*
 * local_lock.c - locks of which every CPU has its own; percpu/local_lock.h.
 *
 * A lock is taken by a this_cpu_cmpxchg() of its owner: threads that run on its CPU take it without
 * a locked instruction. From elsewhere (a thread that has local locks of a CPU which it has left)
 * the CPU has to be held for it. Giving back is a store, from anywhere: nobody but the owner writes
 * to an owner that is not 0.
 *
 * Waiting is as in hold.h: the waiter counts itself, and fences before it looks for the last time,
 * so that who gives the lock back needs no barrier between its store and its look at the waiters.
 */
#include "cpu/hold.h"
#include "cpu/mark.h"
#include "cpu/self.h"
#include "ground/log.h"
#include "ground/pause.h"
#include "ground/signals.h"
#include "ground/system/fence.h"
#include "ground/system/futex.h"
#include "ground/system/race.h"
#include "machine/tier.h"

#include <percpu/cpumask.h>
#include <percpu/local_lock.h>

#include <limits.h>

/* From here on one more local lock would be none. */
#define MAX_NESTED (UINT_MAX - __PCPU_LOCAL_LOCK + 1)

static unsigned int my_word(void)
{
	return pcpu_self.lock_word;
}

static unsigned int owner_of(const local_lock_t *copy)
{
	return __atomic_load_n(&copy->owner, __ATOMIC_SEQ_CST);
}

PERCPU_API unsigned int __percpu_local_cpu(local_lock_t __percpu *lock)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (percpu_unit_is_open(cpu) && owner_of(per_cpu_ptr(lock, cpu)) == my_word()) {
			pcpu_race_acquire(pcpu_unit_entry(cpu));
			pcpu_race_acquire(per_cpu_ptr(lock, cpu));
			return cpu;
		}
	pcpu_fatal("a local lock was taken from its holder");
}

/* Has taken the lock of @cpu. */
static void count_lock(unsigned int cpu)
{
	if (pcpu_self.nested >= MAX_NESTED)
		pcpu_fatal("a thread has %u local locks: one more than can be counted",
			   pcpu_self.nested / __PCPU_LOCAL_LOCK + 1);
	*(volatile unsigned int *)&pcpu_self.nested += __PCPU_LOCAL_LOCK;
	*(volatile int *)&pcpu_self.cpu = (int)cpu;
}

/* The lock of the CPU whose local locks the caller has, or which it holds. Returns the owner
 * before. */
static unsigned int take_on(unsigned int cpu, local_lock_t *copy)
{
	const bool held = pcpu_held_cpu() == (int)cpu;
	unsigned int before = 0;
	sigset_t saved;

	if (!held)
		pcpu_hold(cpu, &saved);
	__atomic_compare_exchange_n(&copy->owner, &before, my_word(), false, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	if (!held)
		pcpu_release(cpu, &saved);
	return before;
}

/* In a handler that has interrupted an operation of the fallback tier: the CPU of that. */
static unsigned int cpu_of_operations(void)
{
	return pcpu_self.mark && pcpu_self.mark->busy ? pcpu_hold_marked_cpu() : pcpu_running_cpu();
}

/* Tries to take this CPU's lock. NULL: it has been taken; else the copy that is another's. */
static local_lock_t *try_to_lock(local_lock_t __percpu *lock)
{
	unsigned int cpu;
	local_lock_t *copy;

	pcpu_self_begin();
	/* a signal may have come before the first lock has said which CPU it is of */
	if ((pcpu_self_has_local_locks() && pcpu_self.cpu >= 0) || pcpu_held_cpu() >= 0) {
		cpu = (unsigned int)pcpu_self.cpu;
		copy = per_cpu_ptr(lock, cpu);
		if (take_on(cpu, copy) != 0)
			return copy;
	} else {
		copy = per_cpu_ptr(lock, cpu_of_operations());
		if (__pcpu_this_cmpxchg_4((uintptr_t)&lock->owner, 0, my_word()) != 0)
			return copy;
		__pcpu_acquire_fence();
		cpu = __percpu_local_cpu(lock);
	}
	count_lock(cpu);
	pcpu_race_acquire(per_cpu_ptr(lock, cpu));
	return NULL;
}

PERCPU_API bool __percpu_local_trylock_slow(local_lock_t __percpu *lock)
{
	return !try_to_lock(lock);
}

/* Waits until @copy has another owner than now, or none. */
static void wait_for_owner(local_lock_t *copy)
{
	unsigned int owner = owner_of(copy);

	for (unsigned int n = 0; owner && n < PCPU_PAUSE_SPINS + PCPU_PAUSE_YIELDS; n++) {
		pcpu_pause(n);
		owner = owner_of(copy);
	}
	if (!owner)
		return;
	__atomic_fetch_add(&copy->waiters, 1, __ATOMIC_SEQ_CST);
	if (pcpu_tier_waiters_fence())
		pcpu_fence_sequences();
	if (owner_of(copy) == owner)
		pcpu_futex_wait(&copy->owner, owner, pcpu_tier.shared);
	__atomic_fetch_sub(&copy->waiters, 1, __ATOMIC_SEQ_CST);
}

PERCPU_API void __percpu_local_lock_slow(local_lock_t __percpu *lock)
{
	local_lock_t *copy;

	if (pcpu_held_cpu() >= 0)
		pcpu_fatal("local_lock() inside of a section: who holds a CPU must not wait");
	while ((copy = try_to_lock(lock)) != NULL) {
		if (owner_of(copy) == my_word())
			pcpu_fatal("local_lock() of a lock that the caller has already");
		wait_for_owner(copy);
	}
}

PERCPU_API void __percpu_local_wake(local_lock_t *copy)
{
	pcpu_futex_wake(&copy->owner, pcpu_tier.shared);
}

PERCPU_API void __percpu_local_unlock_slow(local_lock_t __percpu *lock)
{
	local_lock_t *copy =
		pcpu_self.cpu >= 0 ? per_cpu_ptr(lock, (unsigned int)pcpu_self.cpu) : NULL;

	if (!copy || owner_of(copy) != my_word())
		pcpu_fatal("local_unlock() of a lock that the caller does not have");
	pcpu_race_release(copy);
	if (pcpu_tier_waiters_fence())
		__atomic_store_n(&copy->owner, 0, __ATOMIC_RELEASE);
	else
		__atomic_store_n(&copy->owner, 0, __ATOMIC_SEQ_CST);
	pcpu_self.nested -= __PCPU_LOCAL_LOCK;
	if (!pcpu_self_has_local_locks() && pcpu_held_cpu() < 0)
		pcpu_self.cpu = __PCPU_NO_CPU;
	if (__atomic_load_n(&copy->waiters, __ATOMIC_SEQ_CST))
		__percpu_local_wake(copy);
}

/* --- signals, in a word --- */

PERCPU_API unsigned long __percpu_signals_block(void)
{
	return pcpu_mask_signals_word();
}

PERCPU_API void __percpu_signals_restore(unsigned long flags)
{
	pcpu_restore_signals_word(flags);
}
