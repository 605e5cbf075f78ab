/* SPDX-License-Identifier: MIT */
/*
 * up/counter.h - counter.h with PERCPU_UP: one count, which is exact, and no batch.
 */
#ifndef PERCPU_UP_COUNTER_H
#define PERCPU_UP_COUNTER_H

#include <percpu/counter.h>
#include <percpu/impl/runtime.h>

#include <errno.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS
/* Weak: every file defines it, the program has one. Nothing looks at it. */
__attribute__((__weak__)) int percpu_counter_batch = 32;
__PCPU_END_DECLS

PERCPU_API int percpu_counter_init_many(struct percpu_counter *fbc, int64_t amount, gfp_t gfp,
					uint32_t nr)
{
	(void)gfp;
	for (uint32_t i = 0; i < nr; i++) {
		fbc[i].count = amount;
		fbc[i].counters = fbc;
	}
	return nr ? 0 : -EINVAL;
}

PERCPU_API int percpu_counter_init(struct percpu_counter *fbc, int64_t amount, gfp_t gfp)
{
	return percpu_counter_init_many(fbc, amount, gfp, 1);
}

PERCPU_API void percpu_counter_destroy_many(struct percpu_counter *fbc, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		fbc[i].counters = NULL;
}

PERCPU_API void percpu_counter_destroy(struct percpu_counter *fbc)
{
	percpu_counter_destroy_many(fbc, 1);
}

__pcpu_inline bool percpu_counter_initialized(const struct percpu_counter *fbc)
{
	return fbc->counters != NULL;
}

/* One instruction, for the sake of signal handlers; it wraps. */
__pcpu_inline void percpu_counter_add(struct percpu_counter *fbc, int64_t amount)
{
	__pcpu_direct_add_8((uintptr_t)&fbc->count, (uint64_t)amount);
}

__pcpu_inline void percpu_counter_add_batch(struct percpu_counter *fbc, int64_t amount,
					    int32_t batch)
{
	(void)batch;
	percpu_counter_add(fbc, amount);
}

__pcpu_inline void percpu_counter_add_local(struct percpu_counter *fbc, int64_t amount)
{
	percpu_counter_add(fbc, amount);
}

PERCPU_API void percpu_counter_sync(struct percpu_counter *fbc)
{
	(void)fbc;
}

PERCPU_API void percpu_counter_set(struct percpu_counter *fbc, int64_t amount)
{
	__pcpu_direct_write_8((uintptr_t)&fbc->count, (uint64_t)amount);
}

__pcpu_inline int64_t percpu_counter_read(const struct percpu_counter *fbc)
{
	return (int64_t)__pcpu_direct_read_8((uintptr_t)&fbc->count);
}

PERCPU_API int64_t percpu_counter_sum(struct percpu_counter *fbc)
{
	return percpu_counter_read(fbc);
}

PERCPU_API int64_t percpu_counter_sum_positive(struct percpu_counter *fbc)
{
	return percpu_counter_read_positive(fbc);
}

PERCPU_API int64_t percpu_counter_sum_and_reset(struct percpu_counter *fbc)
{
	return (int64_t)__pcpu_direct_xchg_8((uintptr_t)&fbc->count, 0);
}

PERCPU_API int percpu_counter_compare(struct percpu_counter *fbc, int64_t rhs)
{
	int64_t value = percpu_counter_read(fbc);

	return (value > rhs) - (value < rhs);
}

PERCPU_API int __percpu_counter_compare(struct percpu_counter *fbc, int64_t rhs, int32_t batch)
{
	(void)batch;
	return percpu_counter_compare(fbc, rhs);
}

PERCPU_API bool percpu_counter_limited_add(struct percpu_counter *fbc, int64_t limit,
					   int64_t amount)
{
	int64_t value = percpu_counter_read(fbc), seen, after;

	while (amount != 0) {
		if (__builtin_add_overflow(value, amount, &after) ||
		    (amount > 0 ? after > limit : after < limit))
			return false;
		seen = (int64_t)__pcpu_direct_cmpxchg_8((uintptr_t)&fbc->count, (uint64_t)value,
							(uint64_t)after);
		if (seen == value)
			break;
		value = seen;
	}
	return true;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_COUNTER_H */
