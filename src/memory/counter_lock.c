/* SPDX-License-Identifier: MIT */
/* counter_lock.c - see counter_lock.h. */
#include "memory/counter_lock.h"
#include "ground/system/new_process.h"

#include <percpu/access.h>
#include <percpu/cpumask.h>

#define LOCK_BITS 5
static struct pcpu_counter_lock locks[1 << LOCK_BITS] = {
	[0 ...(1 << LOCK_BITS) - 1] = {.mutex = PCPU_MUTEX_INITIALIZER(PCPU_RANK_COUNTER)},
};

/* Fibonacci hashing: counters lie at regular distances. */
struct pcpu_counter_lock *pcpu_counter_lock_of(const void *address)
{
	return &locks[(uint64_t)(uintptr_t)address * 0x9e3779b97f4a7c15u >> (64 - LOCK_BITS)];
}

void pcpu_counter_lock(struct pcpu_counter_lock *lock, sigset_t *saved)
{
	pcpu_mend_new_process();
	pcpu_lock_sigsave(&lock->mutex, saved);
}

void pcpu_counter_unlock(struct pcpu_counter_lock *lock, const sigset_t *saved)
{
	pcpu_unlock_sigrestore(&lock->mutex, saved);
}

/* A value may leave the range of int64_t and come back, so additions wrap. */
static int64_t wrapping_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* L2 and L4: behind L1 and L3. What follows releases too: stores of L3, giving back the mutex. */
static void set_good(struct pcpu_counter_lock *lock, bool good)
{
	pcpu_assert_held(&lock->mutex);
	__atomic_store_n(&lock->good, good, __ATOMIC_RELEASE);
}

void pcpu_counter_fold(struct pcpu_counter_lock *lock, int64_t *count, int32_t *part,
		       int64_t amount)
{
	lock->count = count;
	lock->count_before = *count;
	lock->part = part;
	lock->part_before = *(volatile int32_t *)part;
	lock->parts = NULL;
	set_good(lock, true);
	amount = wrapping_add(amount, lock->part_before);
	__atomic_store_n(part, 0, __ATOMIC_RELEASE);
	__atomic_store_n(count, wrapping_add(lock->count_before, amount), __ATOMIC_RELEASE);
	set_good(lock, false);
}

static void clear_parts(int32_t __percpu *parts)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (percpu_unit_is_open(cpu))
			__atomic_store_n(per_cpu_ptr(parts, cpu), 0, __ATOMIC_RELEASE);
}

void pcpu_counter_reset(struct pcpu_counter_lock *lock, int64_t *count, int32_t __percpu *parts,
			int64_t amount)
{
	lock->count = count;
	lock->parts = parts;
	lock->count_after = amount;
	set_good(lock, true);
	clear_parts(parts);
	__atomic_store_n(count, amount, __ATOMIC_RELEASE);
	set_good(lock, false);
}

static void mend(struct pcpu_counter_lock *lock)
{
	if (lock->parts) {
		clear_parts(lock->parts);
		*lock->count = lock->count_after;
		return;
	}
	*lock->part = lock->part_before;
	*lock->count = lock->count_before;
}

void pcpu_counter_locks_after_fork(void)
{
	for (int i = 0; i < 1 << LOCK_BITS; i++) {
		if (locks[i].good)
			mend(&locks[i]);
		locks[i].good = false;
		pcpu_mutex_renew(&locks[i].mutex);
	}
}
