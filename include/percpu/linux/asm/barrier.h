/* SPDX-License-Identifier: MIT */
/* asm/barrier.h - barriers: percpu/kernel/barrier.h, and those that belong to an access. */
#ifndef PERCPU_LINUX_ASM_BARRIER_H
#define PERCPU_LINUX_ASM_BARRIER_H

#include <linux/compiler.h>

/* By a variable: of a packed structure's member clang would believe that it is not aligned. */
#define smp_load_acquire(p)                                     \
	__extension__({                                         \
		__typeof__(p) __pcpu_from = (p);                \
		__atomic_load_n(__pcpu_from, __ATOMIC_ACQUIRE); \
	})
#define smp_store_release(p, v)                                                 \
	do {                                                                    \
		__typeof__(p) __pcpu_into = (p);                                \
		const __typeof__(*(p)) __pcpu_stored = (v);                     \
		__atomic_store_n(__pcpu_into, __pcpu_stored, __ATOMIC_RELEASE); \
	} while (0)
/** smp_store_mb() - a store, and smp_mb(). */
#define smp_store_mb(var, value)        \
	do {                            \
		WRITE_ONCE(var, value); \
		smp_mb();               \
	} while (0)
/* An atomic operation without a result orders nothing by itself. */
#define smp_mb__before_atomic() smp_mb()
#define smp_mb__after_atomic() smp_mb()
#define smp_mb__after_spinlock() smp_mb()
#define smp_mb__after_unlock_lock() smp_mb()
#define smp_acquire__after_ctrl_dep() smp_rmb()
#define smp_read_barrier_depends() ((void)0)
#define dma_rmb() smp_rmb()
#define dma_wmb() smp_wmb()

/** smp_cond_load_acquire() - waits until @condition, of VAL, the value of *@ptr, holds. */
#define smp_cond_load_relaxed(ptr, condition)                 \
	__extension__({                                       \
		__typeof__(*(ptr)) VAL;                       \
		while (VAL = READ_ONCE(*(ptr)), !(condition)) \
			cpu_relax();                          \
		VAL;                                          \
	})
#define smp_cond_load_acquire(ptr, condition)                                          \
	__extension__({                                                                \
		__typeof__(*(ptr)) __pcpu_met = smp_cond_load_relaxed(ptr, condition); \
		smp_rmb();                                                             \
		__pcpu_met;                                                            \
	})

#endif /* PERCPU_LINUX_ASM_BARRIER_H */
