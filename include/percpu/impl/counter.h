/* SPDX-License-Identifier: MIT */
/*
 * counter.h - what percpu/counter.h has in line: additions that fold nothing. With PERCPU_UP they
 * are in up/counter.h.
 *
 * A part is an int32_t of two things: its amount, times two, and in the lowest bit whether the part
 * has been folded an odd number of times. So one store folds it, and says so
 * (src/memory/counter_lock.h). An amount stays below its batch, and that below 2^30, so both fit.
 */
#ifndef PERCPU_IMPL_COUNTER_H
#define PERCPU_IMPL_COUNTER_H

#include <percpu/counter.h>
#include <percpu/impl/runtime.h>

#ifndef PERCPU_UP

#include <percpu/impl/begin.h>

/* The largest batch. */
enum { __PCPU_COUNTER_MAX_BATCH = 1 << 30 };

__PCPU_BEGIN_DECLS

/* Every other addition: one that folds, or whose sequence was left or aborted. */
PERCPU_API void __percpu_counter_add_slow(struct percpu_counter *fbc, int64_t amount, int32_t batch)
	__attribute__((__cold__));
/* The value, with shared copies. */
PERCPU_API int64_t __percpu_counter_read_slow(const struct percpu_counter *fbc)
	__attribute__((__cold__));

__pcpu_inline bool percpu_counter_initialized(const struct percpu_counter *fbc)
{
	return fbc->counters != NULL;
}

/* Adds @amount to this CPU's part, if that is going to be below @batch. */
__pcpu_always_inline bool __pcpu_counter_add_to_part(struct percpu_counter *fbc, int64_t amount,
						     int32_t batch)
{
#ifdef __PCPU_NO_INLINE_SEQUENCE
	(void)fbc, (void)amount, (void)batch;
	return false;
#else
	int64_t most = 2 * ((int64_t)batch - 1), change;

	if (__pcpu_unlikely(batch <= 0 || batch > *(volatile int32_t *)&fbc->bound ||
			    __builtin_add_overflow(amount, amount, &change)))
		return false;
	return __pcpu_seq_part_add((uintptr_t)fbc->counters, change, most, 2 * most + 1);
#endif
}

__pcpu_inline void percpu_counter_add_batch(struct percpu_counter *fbc, int64_t amount,
					    int32_t batch)
{
	if (__pcpu_unlikely(!__pcpu_counter_add_to_part(fbc, amount, batch)))
		__percpu_counter_add_slow(fbc, amount, batch);
}

__pcpu_inline void percpu_counter_add(struct percpu_counter *fbc, int64_t amount)
{
	percpu_counter_add_batch(fbc, amount, percpu_counter_batch);
}

__pcpu_inline void percpu_counter_add_local(struct percpu_counter *fbc, int64_t amount)
{
	percpu_counter_add_batch(fbc, amount, __PCPU_COUNTER_MAX_BATCH);
}

/* A value may leave the range of int64_t and come back, so additions wrap. */
__pcpu_inline int64_t percpu_counter_read(const struct percpu_counter *fbc)
{
	if (__pcpu_unlikely(__percpu_rt.split))
		return __percpu_counter_read_slow(fbc);
	return (int64_t)((uint64_t)__atomic_load_n(&fbc->count, __ATOMIC_RELAXED) +
			 (uint64_t)__atomic_load_n(&fbc->extra, __ATOMIC_RELAXED));
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_UP */

#endif /* PERCPU_IMPL_COUNTER_H */
