/* SPDX-License-Identifier: MIT */
/*
 * linux/atomic.h - numbers that threads share: atomic_t (int), atomic64_t (s64) and atomic_long_t
 * (long), each with the same functions.
 *
 *	atomic_read(), atomic_set()			one access; _acquire, _release
 *	atomic_add() ... without a result		orders nothing
 *	atomic_add_return(), atomic_fetch_add() ...	the new value, the old one: full barriers;
 *	atomic_xchg(), atomic_cmpxchg() ...		and with _relaxed, _acquire, _release
 *	atomic_add_unless() ...				full barriers if it is done
 *
 * All are safe in handlers of signals.
 */
#ifndef PERCPU_LINUX_ATOMIC_H
#define PERCPU_LINUX_ATOMIC_H

#include <asm/barrier.h>
#include <asm/cmpxchg.h>
#include <linux/types.h>

#include <percpu/kernel/lock.h> /* atomic_t, atomic_read(), atomic_add() ... */

#undef ATOMIC_INIT
#define ATOMIC_INIT(value) \
	{                  \
		(value)    \
	}
#define ATOMIC64_INIT(value) ATOMIC_INIT(value)
#define ATOMIC_LONG_INIT(value) ATOMIC_INIT(value)

#define __pcpu_full_after(order)                 \
	do {                                     \
		if ((order) == __ATOMIC_SEQ_CST) \
			__pcpu_full_barrier();   \
	} while (0)

#define __pcpu_family(name) atomic_##name
#define __pcpu_family_xor atomic_xor
#define __pcpu_type atomic_t
#define __pcpu_word int
#define __PCPU_FAMILY_BEGUN
#include <percpu/linux/impl/atomic_family.h>

#define __pcpu_family(name) atomic64_##name
#define __pcpu_family_xor atomic64_xor
#define __pcpu_type atomic64_t
#define __pcpu_word s64
#include <percpu/linux/impl/atomic_family.h>

#define __pcpu_family(name) atomic_long_##name
#define __pcpu_family_xor atomic_long_xor
#define __pcpu_type atomic_long_t
#define __pcpu_word long
#include <percpu/linux/impl/atomic_family.h>

#define atomic_cond_read_acquire(v, c) smp_cond_load_acquire(&(v)->counter, (c))
#define atomic_cond_read_relaxed(v, c) smp_cond_load_relaxed(&(v)->counter, (c))
#define atomic_long_cond_read_acquire(v, c) smp_cond_load_acquire(&(v)->counter, (c))

#endif /* PERCPU_LINUX_ATOMIC_H */
