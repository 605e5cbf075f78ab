/* SPDX-License-Identifier: MIT */
/*
 * asm/cmpxchg.h - exchanges of any number or pointer of 1, 2, 4 or 8 bytes. Those without an ending
 * are full barriers: nothing passes them in either direction; _relaxed orders nothing. Where a
 * comparison fails, nothing is ordered.
 */
#ifndef PERCPU_LINUX_ASM_CMPXCHG_H
#define PERCPU_LINUX_ASM_CMPXCHG_H

#include <asm/barrier.h>

/*
 * On x86-64 each such instruction is a full barrier. On aarch64 it is one to what comes after only
 * with a barrier behind it: a later load may be done between its load and its store.
 */
#if defined(__x86_64__) || defined(PERCPU_UP)
#define __pcpu_full_barrier() barrier()
#else
#define __pcpu_full_barrier() smp_mb()
#endif

#define __pcpu_xchg(ptr, value, order)                                              \
	__extension__({                                                             \
		__typeof__(ptr) __pcpu_at = (ptr);                                  \
		__atomic_exchange_n(__pcpu_at, (__typeof__(*(ptr)))(value), order); \
	})
#define xchg_relaxed(ptr, value) __pcpu_xchg(ptr, value, __ATOMIC_RELAXED)
#define xchg_acquire(ptr, value) __pcpu_xchg(ptr, value, __ATOMIC_ACQUIRE)
#define xchg_release(ptr, value) __pcpu_xchg(ptr, value, __ATOMIC_RELEASE)
#define xchg(ptr, value)                                                                   \
	__extension__({                                                                    \
		__typeof__(*(ptr)) __pcpu_was = __pcpu_xchg(ptr, value, __ATOMIC_SEQ_CST); \
		__pcpu_full_barrier();                                                     \
		__pcpu_was;                                                                \
	})

/** try_cmpxchg() - whether *@ptr was *@old and is @value now; if not, *@old is what it was. */
#define __pcpu_try_cmpxchg(ptr, old, value, order)                                                \
	__extension__({                                                                           \
		__typeof__(ptr) __pcpu_at = (ptr);                                                \
		__atomic_compare_exchange_n(__pcpu_at, (old), (__typeof__(*(ptr)))(value), false, \
					    order, __ATOMIC_RELAXED);                             \
	})
#define try_cmpxchg_relaxed(ptr, old, value) __pcpu_try_cmpxchg(ptr, old, value, __ATOMIC_RELAXED)
#define try_cmpxchg_acquire(ptr, old, value) __pcpu_try_cmpxchg(ptr, old, value, __ATOMIC_ACQUIRE)
#define try_cmpxchg_release(ptr, old, value) __pcpu_try_cmpxchg(ptr, old, value, __ATOMIC_RELEASE)
#define try_cmpxchg(ptr, old, value)                                                      \
	__extension__({                                                                   \
		bool __pcpu_done = __pcpu_try_cmpxchg(ptr, old, value, __ATOMIC_SEQ_CST); \
		__pcpu_full_barrier();                                                    \
		__pcpu_done;                                                              \
	})
#define try_cmpxchg_local(ptr, old, value) try_cmpxchg_relaxed(ptr, old, value)
#define try_cmpxchg64(ptr, old, value) try_cmpxchg(ptr, old, value)

/** cmpxchg() - *@ptr as it was: @value is there now if that is @old. */
#define __pcpu_cmpxchg(ptr, old, value, try)           \
	__extension__({                                \
		__typeof__(*(ptr)) __pcpu_old = (old); \
		(void)try(ptr, &__pcpu_old, value);    \
		__pcpu_old;                            \
	})
#define cmpxchg(ptr, old, value) __pcpu_cmpxchg(ptr, old, value, try_cmpxchg)
#define cmpxchg_relaxed(ptr, old, value) __pcpu_cmpxchg(ptr, old, value, try_cmpxchg_relaxed)
#define cmpxchg_acquire(ptr, old, value) __pcpu_cmpxchg(ptr, old, value, try_cmpxchg_acquire)
#define cmpxchg_release(ptr, old, value) __pcpu_cmpxchg(ptr, old, value, try_cmpxchg_release)
#define cmpxchg_local(ptr, old, value) cmpxchg_relaxed(ptr, old, value)
#define cmpxchg64(ptr, old, value) cmpxchg(ptr, old, value)
#define cmpxchg64_local(ptr, old, value) cmpxchg_relaxed(ptr, old, value)
#define cmpxchg64_relaxed(ptr, old, value) cmpxchg_relaxed(ptr, old, value)

#endif /* PERCPU_LINUX_ASM_CMPXCHG_H */
