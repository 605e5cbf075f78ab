/* SPDX-License-Identifier: MIT */
/*
 * refcount.h - what percpu/refcount.h has in line: gets and puts while the count is split. With
 * PERCPU_UP they are in up/refcount.h.
 */
#ifndef PERCPU_IMPL_REFCOUNT_H
#define PERCPU_IMPL_REFCOUNT_H

#include <percpu/refcount.h>

#ifndef PERCPU_UP

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/* Every other one: the count is joined, or there was no sequence to be had. */
PERCPU_API void __percpu_ref_get_slow(struct percpu_ref *ref, unsigned long nr)
	__attribute__((__cold__));
PERCPU_API bool __percpu_ref_tryget_slow(struct percpu_ref *ref, unsigned long nr, bool live)
	__attribute__((__cold__));
PERCPU_API void __percpu_ref_put_slow(struct percpu_ref *ref, unsigned long nr)
	__attribute__((__cold__));

__pcpu_inline void percpu_ref_get_many(struct percpu_ref *ref, unsigned long nr)
{
	if (__pcpu_unlikely(!__pcpu_split_add(&ref->split, (int64_t)(2 * nr))))
		__percpu_ref_get_slow(ref, nr);
}

/* While it is split, it lives: the initial reference is there. */
__pcpu_inline bool percpu_ref_tryget_many(struct percpu_ref *ref, unsigned long nr)
{
	return __pcpu_split_add(&ref->split, (int64_t)(2 * nr)) ||
	       __percpu_ref_tryget_slow(ref, nr, false);
}

__pcpu_inline bool percpu_ref_tryget_live(struct percpu_ref *ref)
{
	return __pcpu_split_add(&ref->split, 2) || __percpu_ref_tryget_slow(ref, 1, true);
}

__pcpu_inline void percpu_ref_put_many(struct percpu_ref *ref, unsigned long nr)
{
	if (__pcpu_unlikely(!__pcpu_split_add(&ref->split, (int64_t)(0 - 2 * nr))))
		__percpu_ref_put_slow(ref, nr);
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_UP */

#endif /* PERCPU_IMPL_REFCOUNT_H */
