/* SPDX-License-Identifier: MIT */
/* cpu_lock.c - see cpu_lock.h. */
#include "cpu_lock.h"
#include "unit.h"

#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* How often a waiter looks at once, and how often it lets others run, before it sleeps. */
#define SPINS 100
#define YIELDS 20
#define SLEEP_NS 50000

static struct pcpu_cpu_lock *locks;
static int stops; /* that have not been resumed; under pcpu_alloc_mutex */

struct pcpu_cpu_lock *pcpu_cpu_trylock_atomically(void)
{
	struct pcpu_cpu_lock *lock;
	uint64_t unheld = 0;

	lock = __atomic_load_n(&pcpu_unit_entries()[pcpu_thread_this_cpu()].lock, __ATOMIC_ACQUIRE);
	/* both halves at once */
	if (lock &&
	    __atomic_compare_exchange_n((uint64_t __attribute__((__may_alias__)) *)lock, &unheld, 1,
					false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return lock;
	return NULL;
}

void pcpu_cpu_lock_add(unsigned int cpu, struct pcpu_cpu_lock *lock)
{
	lock->next = locks;
	locks = lock;
	__atomic_store_n(&pcpu_unit_entries()[cpu].lock, lock, __ATOMIC_RELEASE);
}

/* Not by spinning alone: the holder may have a lower priority, and be on the waiter's CPU. */
static void wait_until_dropped(const struct pcpu_cpu_lock *lock)
{
	const struct timespec nap = {.tv_nsec = SLEEP_NS};
	int saved = errno;

	for (int i = 0; __atomic_load_n(&lock->held, __ATOMIC_ACQUIRE); i++) {
		if (i < SPINS)
			__builtin_ia32_pause();
		else if (i < SPINS + YIELDS)
			sched_yield();
		else
			/* libc's function would be a point where the thread can be cancelled */
			syscall(SYS_nanosleep, &nap, NULL);
	}
	errno = saved;
}

void pcpu_cpu_locks_stop(void)
{
	if (stops++ > 0)
		return;
	for (struct pcpu_cpu_lock *lock = locks; lock; lock = lock->next)
		__atomic_store_n(&lock->stopped, 1, __ATOMIC_SEQ_CST);
	if (locks && pcpu_thread_has_sequences())
		pcpu_thread_fence_all();
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

struct pcpu_cpu_lock *pcpu_cpu_locks(void)
{
	return locks;
}
