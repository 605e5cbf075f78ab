/* SPDX-License-Identifier: MIT */
/*
 * cpu_lock.h - a lock for each CPU, which the threads on that CPU take without an atomic
 * instruction, and which can be stopped on all CPUs at once.
 *
 * It is only ever tried: where it is taken (its holder was preempted) or stopped, the caller takes
 * another way. The holder may migrate; it does not sleep, and is soon done.
 *
 * Protocol (modelled in tests/model/cpu_lock.pml).
 *
 *	take	T1  load taken and stopped of the CPU that the thread is on; give up
 *		    unless both are 0
 *		T2  taken = my number, plainly, unless the thread has been preempted, migrated
 *		    or interrupted since T1: then give up
 *	drop	D1  taken = 0, released: the next taker sees what the holder wrote
 *	stop	S1  stopped = 1 on every CPU: takers that come to T1 from now on give up
 *		S2  membarrier(RSEQ): a thread between T1 and T2 gives up, and those that
 *		    did T2 before are seen by S3
 *		S3  wait for taken == 0 on every CPU
 *	resume	R1  stopped = 0, released
 *
 * T1 and T2 are one restartable sequence: two threads on one CPU cannot both be between them. In
 * the fallback tier they are one compare and swap of both halves, and S2 is not needed.
 */
#ifndef PCPU_CPU_LOCK_H
#define PCPU_CPU_LOCK_H

#include "cpu/self.h"
#include "cpu_lock_sequence.h"
#include "machine/tier.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcpu_cpu_lock {
	uint32_t taken;   /* pcpu_cpu_lock_me() of the holder; 0: none */
	uint32_t stopped; /* written under pcpu_alloc_mutex */
	struct pcpu_cpu_lock *next;
} __attribute__((__aligned__(64)));

_Static_assert(offsetof(struct pcpu_cpu_lock, taken) == 0 &&
		       offsetof(struct pcpu_cpu_lock, stopped) == 4,
	       "as in cpu_lock_sequence.h, and halves of one 64-bit word");

/* The calling thread's number; 0: it has never asked for one. */
static inline uint32_t pcpu_cpu_lock_me(void)
{
	return (uint32_t)pcpu_self.word;
}

struct pcpu_cpu_lock *pcpu_cpu_trylock_atomically(void);

/* Takes the lock of the CPU that the caller is on, and returns it; NULL: not to be had now. */
static inline struct pcpu_cpu_lock *pcpu_cpu_trylock(void)
{
	if (__builtin_expect(!pcpu_cpu_lock_me(), 0))
		pcpu_self_begin();
#ifndef __PCPU_NO_INLINE_SEQUENCE
	if (pcpu_tier_has_sequences())
		return pcpu_cpu_lock_sequence(pcpu_cpu_lock_me());
#endif
	return pcpu_cpu_trylock_atomically();
}

static inline void pcpu_cpu_unlock(struct pcpu_cpu_lock *lock)
{
	__atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

/* Whether the locks are stopped now; it stays so for who has pcpu_alloc_mutex. */
bool pcpu_cpu_locks_are_stopped(void);

/* In the child of a fork that has not stopped them: nobody holds one, and they are not stopped. */
void pcpu_cpu_locks_renew(void);

/* --- under pcpu_alloc_mutex --- */

/* Gives @cpu a lock, for good: zeroed, but for what lies behind it. */
void pcpu_cpu_lock_add(unsigned int cpu, struct pcpu_cpu_lock *lock);

/*
 * Returns when nobody holds any of the locks, and nobody can take one until they are resumed. Stops
 * nest. The calling thread may hold one only if this is in a handler that has interrupted it.
 */
void pcpu_cpu_locks_stop(void);
void pcpu_cpu_locks_resume(void);

/* All locks: the first, and then by next. */
struct pcpu_cpu_lock *pcpu_cpu_locks(void);

#endif /* PCPU_CPU_LOCK_H */
