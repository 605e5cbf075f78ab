/* SPDX-License-Identifier: MIT */
/* cpu_lock.c - see cpu_lock.h. */
#include "cpu/cpu_lock.h"
#include "ground/fence.h"
#include "ground/pause.h"
#include "memory/entry.h"

static struct pcpu_cpu_lock *locks;
static int stops; /* that have not been resumed; under pcpu_alloc_mutex */

struct pcpu_cpu_lock *pcpu_cpu_trylock_atomically(void)
{
	struct pcpu_cpu_lock *lock;
	uint64_t untaken = 0;

	lock = __atomic_load_n(&pcpu_unit_entry(pcpu_running_cpu())->lock, __ATOMIC_ACQUIRE);
	/* both halves at once */
	if (lock &&
	    __atomic_compare_exchange_n((uint64_t __attribute__((__may_alias__)) *)lock, &untaken,
					1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return lock;
	return NULL;
}

void pcpu_cpu_lock_add(unsigned int cpu, struct pcpu_cpu_lock *lock)
{
	lock->next = locks;
	locks = lock;
	__atomic_store_n(&pcpu_unit_entry(cpu)->lock, lock, __ATOMIC_RELEASE);
}

static void wait_until_dropped(const struct pcpu_cpu_lock *lock)
{
	for (unsigned int n = 0; __atomic_load_n(&lock->taken, __ATOMIC_ACQUIRE); n++)
		pcpu_pause(n);
}

void pcpu_cpu_locks_stop(void)
{
	if (stops++ > 0)
		return;
	for (struct pcpu_cpu_lock *lock = locks; lock; lock = lock->next)
		__atomic_store_n(&lock->stopped, 1, __ATOMIC_SEQ_CST);
	if (locks && pcpu_tier_has_sequences())
		pcpu_fence_sequences();
	for (struct pcpu_cpu_lock *lock = locks; lock; lock = lock->next)
		wait_until_dropped(lock);
}

void pcpu_cpu_locks_resume(void)
{
	if (--stops > 0)
		return;
	for (struct pcpu_cpu_lock *lock = locks; lock; lock = lock->next)
		/* both halves, as the takers of the fallback tier look at them; nobody holds it */
		__atomic_store_n((uint64_t __attribute__((__may_alias__)) *)lock, 0,
				 __ATOMIC_RELEASE);
}

#ifdef PCPU_ASSERT
bool pcpu_cpu_locks_are_stopped(void)
{
	return stops > 0;
}
#endif

struct pcpu_cpu_lock *pcpu_cpu_locks(void)
{
	return locks;
}
