/* SPDX-License-Identifier: MIT */
/*
 * up/refcount.h - refcount.h with PERCPU_UP: one word, which one instruction changes, for the sake
 * of signal handlers.
 */
#ifndef PERCPU_UP_REFCOUNT_H
#define PERCPU_UP_REFCOUNT_H

#include <percpu/refcount.h>
#include <percpu/impl/up/log.h>

#include <errno.h>

#include <percpu/impl/begin.h>

__pcpu_always_inline int64_t __pcpu_ref_add(struct percpu_ref *ref, int64_t change)
{
	return (int64_t)__pcpu_direct_add_return_8((uintptr_t)&ref->split.count, (uint64_t)change);
}

__PCPU_BEGIN_DECLS

__pcpu_inline void percpu_ref_get_many(struct percpu_ref *ref, unsigned long nr)
{
	__pcpu_direct_add_8((uintptr_t)&ref->split.count, 2 * (uint64_t)nr);
}

__pcpu_inline bool __pcpu_ref_tryget(struct percpu_ref *ref, unsigned long nr, int64_t dead)
{
	uint64_t seen, word = __pcpu_direct_read_8((uintptr_t)&ref->split.count);

	for (;; word = seen) {
		if (((int64_t)word & ~__PCPU_REF_DEAD) == 0 || ((int64_t)word & dead))
			return false;
		seen = __pcpu_direct_cmpxchg_8((uintptr_t)&ref->split.count, word, word + 2 * nr);
		if (seen == word)
			return true;
	}
}

__pcpu_inline bool percpu_ref_tryget_many(struct percpu_ref *ref, unsigned long nr)
{
	return __pcpu_ref_tryget(ref, nr, 0);
}

__pcpu_inline bool percpu_ref_tryget_live(struct percpu_ref *ref)
{
	return __pcpu_ref_tryget(ref, 1, __PCPU_REF_DEAD);
}

__pcpu_inline void percpu_ref_put_many(struct percpu_ref *ref, unsigned long nr)
{
	const int64_t word = __pcpu_ref_add(ref, (int64_t)(0 - 2 * (uint64_t)nr));

	if ((word & ~__PCPU_REF_DEAD) == 0)
		ref->release(ref);
	else if (word < 0)
		percpu_log(PERCPU_LOG_ERR, "percpu_ref %p has had more puts than gets",
			   (void *)ref);
}

PERCPU_API int percpu_ref_init(struct percpu_ref *ref, percpu_ref_func_t *release,
			       unsigned int flags, gfp_t gfp)
{
	const unsigned int all =
		PERCPU_REF_INIT_ATOMIC | PERCPU_REF_INIT_DEAD | PERCPU_REF_ALLOW_REINIT;
	const bool dead = (flags & PERCPU_REF_INIT_DEAD) != 0;

	(void)gfp;
	ref->split.count = __PCPU_REF_DEAD;
	ref->split.joined = 1;
	if (!release || (flags & ~all))
		return -EINVAL;
	ref->release = release;
	ref->force_atomic = (flags & PERCPU_REF_INIT_ATOMIC) != 0;
	ref->allow_reinit = flags != 0;
	if (!dead)
		ref->split.count = 2;
	return 0;
}

PERCPU_API void percpu_ref_exit(struct percpu_ref *ref)
{
	ref->split.count |= __PCPU_REF_DEAD;
}

PERCPU_API void percpu_ref_kill_and_confirm(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	if (ref->split.count & __PCPU_REF_DEAD) {
		percpu_log(PERCPU_LOG_ERR, "percpu_ref_kill() of %p, which is dying already",
			   (void *)ref);
		return;
	}
	__pcpu_ref_add(ref, __PCPU_REF_DEAD);
	if (confirm)
		confirm(ref);
	percpu_ref_put_many(ref, 1);
}

PERCPU_API void percpu_ref_resurrect(struct percpu_ref *ref)
{
	if (!(ref->split.count & __PCPU_REF_DEAD)) {
		percpu_log(PERCPU_LOG_ERR, "percpu_ref_resurrect() of %p, which is not dying",
			   (void *)ref);
		return;
	}
	__pcpu_ref_add(ref, 2 - __PCPU_REF_DEAD);
	if (!ref->allow_reinit)
		percpu_log(PERCPU_LOG_WARNING,
			   "percpu_ref %p is without PERCPU_REF_ALLOW_REINIT: its count stays one "
			   "word",
			   (void *)ref);
}

PERCPU_API void percpu_ref_reinit(struct percpu_ref *ref)
{
	if ((ref->split.count & ~__PCPU_REF_DEAD) != 0)
		percpu_log(PERCPU_LOG_ERR, "percpu_ref_reinit() of %p, which is not at 0",
			   (void *)ref);
	else
		percpu_ref_resurrect(ref);
}

PERCPU_API void percpu_ref_switch_to_atomic(struct percpu_ref *ref, percpu_ref_func_t *confirm)
{
	ref->force_atomic = true;
	if (confirm)
		confirm(ref);
}

PERCPU_API void percpu_ref_switch_to_atomic_sync(struct percpu_ref *ref)
{
	percpu_ref_switch_to_atomic(ref, NULL);
}

PERCPU_API void percpu_ref_switch_to_percpu(struct percpu_ref *ref)
{
	if (ref->allow_reinit)
		ref->force_atomic = false;
	else
		percpu_log(PERCPU_LOG_WARNING,
			   "percpu_ref %p is without PERCPU_REF_ALLOW_REINIT: its count stays one "
			   "word",
			   (void *)ref);
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_REFCOUNT_H */
