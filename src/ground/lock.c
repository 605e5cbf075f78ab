/* SPDX-License-Identifier: MIT */
/* lock.c - see lock.h. Waiting is by the low half of the word. */
#include "ground/lock.h"
#include "arch_constants.h"
#include "raw_syscall.h"

#include <linux/futex.h>

/* How often a waiter looks before it sleeps. */
#define SPINS 100

struct pcpu_mutex pcpu_alloc_mutex = PCPU_MUTEX_INITIALIZER(PCPU_RANK_ALLOC);
struct pcpu_mutex pcpu_switch_mutex = PCPU_MUTEX_INITIALIZER(PCPU_RANK_SWITCH);
#ifdef PCPU_ASSERT
__thread unsigned int pcpu_ranks_held;
#endif

static bool take(struct pcpu_mutex *mutex, uintptr_t bits)
{
	uintptr_t none = 0;

	return __atomic_load_n(&mutex->owner, __ATOMIC_RELAXED) == 0 &&
	       __atomic_compare_exchange_n(&mutex->owner, &none, (uintptr_t)pthread_self() | bits,
					   false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/* Sleeps while @owner has it, who is told that somebody does. */
static void sleep_while(struct pcpu_mutex *mutex, uintptr_t owner)
{
	uintptr_t waited = owner | PCPU_MUTEX_WAITED;

	if (owner == waited || __atomic_compare_exchange_n(&mutex->owner, &owner, waited, false,
							   __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		pcpu_raw_syscall(SYS_futex, (long)&mutex->owner, FUTEX_WAIT_PRIVATE,
				 (uint32_t)waited, 0);
}

/* Who has slept does not know whether others still do, and takes it as one for whom others wait. */
void pcpu_mutex_wait(struct pcpu_mutex *mutex)
{
	uintptr_t owner;

	for (int n = 0; n < SPINS; n++) {
		if (take(mutex, 0))
			return;
		pcpu_relax();
	}
	while (!take(mutex, PCPU_MUTEX_WAITED)) {
		owner = __atomic_load_n(&mutex->owner, __ATOMIC_RELAXED);
		if (owner)
			sleep_while(mutex, owner);
	}
}

void pcpu_mutex_wake(struct pcpu_mutex *mutex)
{
	pcpu_raw_syscall(SYS_futex, (long)&mutex->owner, FUTEX_WAKE_PRIVATE, 1, 0);
}
