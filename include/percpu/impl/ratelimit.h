/* SPDX-License-Identifier: MIT */
/*
 * ratelimit.h - what percpu/ratelimit.h has in line: tokens that this CPU has already. With
 * PERCPU_UP they are in up/ratelimit.h.
 */
#ifndef PERCPU_IMPL_RATELIMIT_H
#define PERCPU_IMPL_RATELIMIT_H

#include <percpu/ratelimit.h>

#ifndef PERCPU_UP

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/* Every other request. */
PERCPU_API bool __percpu_ratelimit_take_slow(struct percpu_ratelimit *rl, uint32_t nr)
	__attribute__((__cold__));

__pcpu_inline bool percpu_ratelimit_take_many(struct percpu_ratelimit *rl, uint32_t nr)
{
#ifndef __PCPU_NO_INLINE_SEQUENCE
	/* the tokens are an int32_t, which has to stay one: what is too many is for the library */
	if (__builtin_expect(nr <= INT32_MAX && __pcpu_seq_part_add((uintptr_t)rl->parts,
								    -(int64_t)nr, 0, INT32_MAX),
			     1))
		return true;
#endif
	return __percpu_ratelimit_take_slow(rl, nr);
}

__pcpu_inline bool percpu_ratelimit_take(struct percpu_ratelimit *rl)
{
	return percpu_ratelimit_take_many(rl, 1);
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_UP */

#endif /* PERCPU_IMPL_RATELIMIT_H */
