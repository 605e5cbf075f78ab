/* SPDX-License-Identifier: MIT */
/*
 * seq_stats.h - what percpu/seq_stats.h has in line: an update by a sequence.
 */
#ifndef PERCPU_IMPL_SEQ_STATS_H
#define PERCPU_IMPL_SEQ_STATS_H

#include <percpu/seq_stats.h>

#if defined(PERCPU_UP)
#include <percpu/impl/up/seq_stats.h>
#elif !defined(__PCPU_NO_INLINE_SEQUENCE)
#if defined(__x86_64__)
#include <percpu/impl/arch/x86_64/stats.h>
#else
#include <percpu/impl/arch/aarch64/stats.h>
#endif
#endif

#include <percpu/impl/begin.h>

/* @nr numbers at @delta are added to those of this CPU's copy of what is at @stats. */
__pcpu_always_inline void __pcpu_stats_add_numbers(uintptr_t stats, size_t nr, const void *delta)
{
#ifndef __PCPU_NO_INLINE_SEQUENCE
	if (__builtin_expect(__pcpu_seq_stats_add(stats, nr * sizeof(uint64_t), delta), 1))
		return;
#endif
	__percpu_stats_add_slow(stats, nr, delta);
}

#include <percpu/impl/end.h>

#define __pcpu_stats_type(stats) __pcpu_value_type((stats).values[0])
#define __pcpu_stats_nr(stats) (sizeof((stats).values[0]) / sizeof(uint64_t))
/* Its address, if it is of PERCPU_STATS(), and of numbers alone, as far as sizes tell. */
#define __pcpu_stats_ptr(stats)                                                                   \
	__extension__({                                                                           \
		__verify_pcpu_ptr(&(stats));                                                      \
		__pcpu_static_assert(sizeof(stats) == sizeof(uint64_t) +                          \
							      2 * sizeof((stats).values[0]) &&    \
					     sizeof((stats).values[0]) % sizeof(uint64_t) == 0 && \
					     sizeof((stats).values[0]) <= 64 * sizeof(uint64_t),  \
				     "statistics are of a structure of 64-bit numbers, 1 to 64"); \
		__pcpu_address(&(stats).version);                                                 \
	})

/* @to, which has to be a pointer to the numbers' type. */
#define __pcpu_stats_check_to(stats, to) \
	(0 ? __pcpu_typed_pointer(__pcpu_stats_type(stats) *, (to)) : (to))
#define __pcpu_stats_check_from(stats, from) \
	(0 ? __pcpu_typed_pointer(const __pcpu_stats_type(stats) *, (from)) : (from))
#define __pcpu_same_size(ptr, to)                                                               \
	__extension__({                                                                         \
		__pcpu_static_assert(sizeof(*(ptr)) == sizeof(*(to)), "two types of one size"); \
		(to);                                                                           \
	})

#define __pcpu_stats_add(stats, id, ...)                                                  \
	__extension__({                                                                   \
		const __pcpu_stats_type(stats) __pcpu_local(delta, id) = {__VA_ARGS__};   \
		__pcpu_stats_add_numbers(__pcpu_stats_ptr(stats), __pcpu_stats_nr(stats), \
					 &__pcpu_local(delta, id));                       \
	})

#endif /* PERCPU_IMPL_SEQ_STATS_H */
