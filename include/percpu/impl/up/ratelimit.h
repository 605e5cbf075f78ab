/* SPDX-License-Identifier: MIT */
/*
 * up/ratelimit.h - ratelimit.h with PERCPU_UP: the bucket alone, from which the one CPU takes
 * nothing in advance.
 */
#ifndef PERCPU_UP_RATELIMIT_H
#define PERCPU_UP_RATELIMIT_H

#include <percpu/impl/ratelimit_bucket.h>
#include <percpu/impl/ratelimit_window.h>
#include <percpu/impl/up/log.h>
#include <percpu/ratelimit.h>

#include <errno.h>
#include <time.h>

#include <percpu/impl/begin.h>

__pcpu_inline uint64_t __percpu_up_nanoseconds(void)
{
	struct timespec now = {0, 1}; /* where a sandbox refuses it, it stands still */

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

PERCPU_API int percpu_ratelimit_init(struct percpu_ratelimit *rl, uint64_t interval, uint32_t burst,
				     gfp_t gfp)
{
	(void)gfp;
	if (__pcpu_bucket_fill(rl, interval, burst))
		return 0;
	rl->burst = 0;
	return -EINVAL;
}

PERCPU_API void percpu_ratelimit_destroy(struct percpu_ratelimit *rl)
{
	rl->burst = 0;
}

__pcpu_inline bool percpu_ratelimit_take_many(struct percpu_ratelimit *rl, uint32_t nr)
{
	const uint64_t now = __percpu_up_nanoseconds() * __PCPU_RATELIMIT_TICKS;

	if (!nr)
		return true;
	if (!__pcpu_bucket_lend(rl, now, nr, 0))
		return false;
	__pcpu_bucket_account(rl, now, nr);
	return true;
}

__pcpu_inline bool percpu_ratelimit_take(struct percpu_ratelimit *rl)
{
	return percpu_ratelimit_take_many(rl, 1);
}

PERCPU_API void percpu_ratelimit_give_back(struct percpu_ratelimit *rl, uint32_t nr)
{
	__pcpu_bucket_give_back(rl, nr);
}

PERCPU_API void percpu_ratelimit_gather(struct percpu_ratelimit *rl)
{
	(void)rl;
}

PERCPU_API uint32_t percpu_ratelimit_available(struct percpu_ratelimit *rl)
{
	const uint64_t now = __percpu_up_nanoseconds() * __PCPU_RATELIMIT_TICKS;

	return (uint32_t)__pcpu_bucket_free(rl, now, rl->arrival, rl->outstanding);
}

PERCPU_API void percpu_ratelimit_reset(struct percpu_ratelimit *rl)
{
	rl->arrival = 0;
	rl->outstanding = 0;
}

PERCPU_API int ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	return __pcpu_window_ratelimit(rs, func, __percpu_up_nanoseconds);
}

PERCPU_API void ratelimit_state_exit(struct ratelimit_state *rs)
{
	__pcpu_window_exit(rs);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_RATELIMIT_H */
