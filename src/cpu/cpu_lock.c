/* SPDX-License-Identifier: MIT */
/* cpu_lock.c - see cpu_lock.h. */
#include "cpu/cpu_lock.h"
#include "ground/lock.h"
#include "ground/pause.h"
#include "ground/system/fence.h"
#include "memory/entry.h"

/* Under pcpu_alloc_mutex. */
static struct {
	struct pcpu_cpu_lock *first;
	int stops; /* that have not been resumed */
} locks;

struct pcpu_cpu_lock *pcpu_cpu_trylock_atomically(void)
{
	const uint32_t me = pcpu_cpu_lock_me();
	struct pcpu_cpu_lock *lock;
	uint64_t untaken = 0;

	lock = __atomic_load_n(&pcpu_unit_entry(pcpu_running_cpu())->lock, __ATOMIC_ACQUIRE);
	/* both halves at once */
	if (lock &&
	    __atomic_compare_exchange_n((uint64_t __attribute__((__may_alias__)) *)lock, &untaken,
					me, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return lock;
	return NULL;
}

void pcpu_cpu_lock_add(unsigned int cpu, struct pcpu_cpu_lock *lock)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	lock->next = locks.first;
	locks.first = lock;
	__atomic_store_n(&pcpu_unit_entry(cpu)->lock, lock, __ATOMIC_RELEASE);
}

/* By all others. A handler may have interrupted its own thread with it, and forks. */
static void wait_until_dropped(const struct pcpu_cpu_lock *lock)
{
	uint32_t taken;

	for (unsigned int n = 0; (taken = __atomic_load_n(&lock->taken, __ATOMIC_ACQUIRE)) != 0 &&
				 taken != pcpu_cpu_lock_me();
	     n++)
		pcpu_pause(n);
}

/* Also where others are in the middle of it: a handler that forks has to find it done. */
void pcpu_cpu_locks_stop(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	locks.stops++;
	for (struct pcpu_cpu_lock *lock = locks.first; lock; lock = lock->next)
		__atomic_store_n(&lock->stopped, 1, __ATOMIC_SEQ_CST);
	if (locks.first && pcpu_tier_has_sequences())
		pcpu_fence_sequences();
	for (struct pcpu_cpu_lock *lock = locks.first; lock; lock = lock->next)
		wait_until_dropped(lock);
}

/* Both halves at once, as the takers of the fallback tier look at them. */
static void set_halves(struct pcpu_cpu_lock *lock, uint32_t taken)
{
	__atomic_store_n((uint64_t __attribute__((__may_alias__)) *)lock, taken, __ATOMIC_RELEASE);
}

void pcpu_cpu_locks_resume(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	if (--locks.stops > 0)
		return;
	for (struct pcpu_cpu_lock *lock = locks.first; lock; lock = lock->next)
		/* nobody but this thread can have it, whose number is another one in a child */
		set_halves(lock, __atomic_load_n(&lock->taken, __ATOMIC_RELAXED)
					 ? pcpu_cpu_lock_me()
					 : 0);
}

void pcpu_cpu_locks_renew(void)
{
	locks.stops = 0;
	for (struct pcpu_cpu_lock *lock = locks.first; lock; lock = lock->next)
		set_halves(lock, 0);
}

bool pcpu_cpu_locks_are_stopped(void)
{
	return locks.stops > 0;
}

struct pcpu_cpu_lock *pcpu_cpu_locks(void)
{
	pcpu_assert_held(&pcpu_alloc_mutex);
	return locks.first;
}
