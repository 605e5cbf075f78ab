/* SPDX-License-Identifier: MIT */
/*
 * linux/refcount.h - counts of references that do not come back from 0 and do not wrap: where one
 * would, there is a warning, once, and the count stays at a number from which it never ends.
 */
#ifndef PERCPU_LINUX_REFCOUNT_H
#define PERCPU_LINUX_REFCOUNT_H

#include <linux/atomic.h>
#include <linux/bug.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>

#include <limits.h>

typedef struct refcount_struct {
	atomic_t refs;
} refcount_t;

#define REFCOUNT_INIT(n)               \
	{                              \
		.refs = ATOMIC_INIT(n) \
	}
#define REFCOUNT_SATURATED (INT_MIN / 2)

static inline void __pcpu_refcount_saturate(refcount_t *r, const char *what)
{
	atomic_set(&r->refs, REFCOUNT_SATURATED);
	WARN_ONCE(true, "refcount_t: %s", what);
}

static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

static inline unsigned int refcount_read(const refcount_t *r)
{
	return (unsigned int)atomic_read(&r->refs);
}

/** refcount_add_not_zero() - whether there was a reference left to add @i to. */
static inline bool refcount_add_not_zero(int i, refcount_t *r)
{
	int before = atomic_read(&r->refs), after;

	do {
		if (before == 0)
			return false;
		if (before < 0 || __builtin_add_overflow(before, i, &after)) {
			__pcpu_refcount_saturate(r, "saturated; it leaks");
			return true;
		}
	} while (!atomic_try_cmpxchg_relaxed(&r->refs, &before, after));
	return true;
}

static inline void refcount_add(int i, refcount_t *r)
{
	if (!refcount_add_not_zero(i, r))
		__pcpu_refcount_saturate(r, "addition to 0; use after free");
}

static inline bool refcount_inc_not_zero(refcount_t *r)
{
	return refcount_add_not_zero(1, r);
}

static inline void refcount_inc(refcount_t *r)
{
	refcount_add(1, r);
}

/** refcount_sub_and_test() - takes @i references; whether those were the last. */
static inline bool refcount_sub_and_test(int i, refcount_t *r)
{
	const int before = atomic_fetch_sub_release(i, &r->refs);

	if (before > 0 && before == i) {
		smp_rmb(); /* what the others wrote before they let go is seen by who frees */
		return true;
	}
	if (before <= 0 || before < i)
		__pcpu_refcount_saturate(r, "underflow; use after free");
	return false;
}

static inline bool refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

static inline void refcount_dec(refcount_t *r)
{
	if (refcount_sub_and_test(1, r))
		__pcpu_refcount_saturate(r, "decrement hit 0; leaking memory");
}

/** refcount_dec_if_one() - takes the last reference; whether it was the last. */
static inline bool refcount_dec_if_one(refcount_t *r)
{
	int one = 1;

	return atomic_try_cmpxchg_release(&r->refs, &one, 0);
}

/** refcount_dec_not_one() - takes one that is not the last; false, and nothing taken: it is. */
static inline bool refcount_dec_not_one(refcount_t *r)
{
	int before = atomic_read(&r->refs);

	do {
		if (before == 1)
			return false;
	} while (before > 1 && !atomic_try_cmpxchg_release(&r->refs, &before, before - 1));
	if (before <= 0)
		__pcpu_refcount_saturate(r, "underflow; use after free");
	return true;
}

/**
 * refcount_dec_and_mutex_lock() - refcount_dec_and_test(); the last one goes with the lock held.
 */
static inline bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}

static inline bool refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock(lock);
	return false;
}

#endif /* PERCPU_LINUX_REFCOUNT_H */
