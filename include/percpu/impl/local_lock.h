/* SPDX-License-Identifier: MIT */
/* local_lock.h - the usual ways of percpu/local_lock.h. */
#ifndef PERCPU_IMPL_LOCAL_LOCK_H
#define PERCPU_IMPL_LOCAL_LOCK_H

#include <percpu/impl/race.h>
#include <percpu/local_lock.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/local_lock.h>
#else

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/* What is rare, and all of what the irq forms do. */
PERCPU_API void __percpu_local_lock_slow(local_lock_t __percpu *lock);
PERCPU_API bool __percpu_local_trylock_slow(local_lock_t __percpu *lock);
PERCPU_API void __percpu_local_unlock_slow(local_lock_t __percpu *lock);
PERCPU_API void __percpu_local_wake(local_lock_t *copy);
PERCPU_API unsigned int __percpu_local_cpu(local_lock_t __percpu *lock);
PERCPU_API unsigned long __percpu_signals_block(void);
PERCPU_API void __percpu_signals_restore(unsigned long flags);

__PCPU_END_DECLS

/* Operations order nothing, and the last owner may have been a thread on another CPU. */
__pcpu_always_inline void __pcpu_acquire_fence(void)
{
#ifndef __PCPU_NO_INLINE_SEQUENCE /* else they are functions, which do */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
#endif
}

/* Whether the lock of the CPU that the thread runs on has been taken, in the usual situation. */
__pcpu_always_inline bool __pcpu_local_lock_fast(local_lock_t __percpu *lock)
{
	struct percpu_self *self = __pcpu_self();
	volatile unsigned int *nested;
	unsigned int cpu, word;

	if (__pcpu_unlikely(*(volatile int *)&self->cpu != __PCPU_NO_CPU))
		return false;
	/* only now: a signal's handler may just have given the thread its word */
	word = *(volatile unsigned int *)&self->lock_word;
	if (__pcpu_this_cmpxchg_4((uintptr_t)&lock->owner, 0, word) != 0)
		return false;
	__pcpu_acquire_fence();
	/* which CPU that was: if not this one any more, the one whose lock has the thread's word */
	cpu = (unsigned int)__pcpu_running_cpu();
	if (__pcpu_unlikely((int)cpu < 0 || __atomic_load_n(&per_cpu_ptr(lock, cpu)->owner,
							    __ATOMIC_RELAXED) != word))
		cpu = __percpu_local_cpu(lock);
	/* in this order: a signal's handler may have a section in between */
	nested = &self->nested;
	*nested = *nested + __PCPU_LOCAL_LOCK;
	*(volatile int *)&self->cpu = (int)cpu;
	return true;
}

__pcpu_always_inline void local_lock(local_lock_t __percpu *lock)
{
	if (__pcpu_unlikely(!__pcpu_local_lock_fast(lock)))
		__percpu_local_lock_slow(lock);
	__pcpu_race_begin_lock((uintptr_t)lock);
}

__pcpu_always_inline bool local_trylock(local_lock_t __percpu *lock)
{
	bool locked = __pcpu_local_lock_fast(lock) || __percpu_local_trylock_slow(lock);

	if (locked)
		__pcpu_race_begin_lock((uintptr_t)lock);
	return locked;
}

__pcpu_always_inline void local_unlock(local_lock_t __percpu *lock)
{
	volatile struct percpu_self *self = __pcpu_self();
	const int cpu = self->cpu;
	const volatile struct percpu_entry *entry = &__percpu_rt.entries[cpu];
	local_lock_t *copy;

	__pcpu_race_end_lock((uintptr_t)lock);
	/* the usual: the only lock, and no section; where attention is always paid, not here */
	if (__pcpu_unlikely(cpu < 0 || self->nested != __PCPU_LOCAL_LOCK ||
			    __atomic_load_n(&entry->attention, __ATOMIC_RELAXED) ||
			    __atomic_load_n(&entry->window, __ATOMIC_RELAXED) == self->word)) {
		__percpu_local_unlock_slow(lock);
		return;
	}
	copy = SHIFT_PERCPU_PTR(lock, (uintptr_t)entry->base);
	if (__pcpu_unlikely(__atomic_load_n(&copy->owner, __ATOMIC_RELAXED) != self->lock_word)) {
		__percpu_local_unlock_slow(lock);
		return;
	}
	__atomic_store_n(&copy->owner, 0, __ATOMIC_RELEASE);
	self->nested = 0;
	self->cpu = __PCPU_NO_CPU;
	__asm__ volatile("" : : : "memory");
	if (__pcpu_unlikely(__atomic_load_n(&copy->waiters, __ATOMIC_RELAXED)))
		__percpu_local_wake(copy);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP */

#endif /* PERCPU_IMPL_LOCAL_LOCK_H */
