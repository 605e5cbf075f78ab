/* SPDX-License-Identifier: MIT */
/*
 * ratelimit_bucket.h - the bucket of a percpu_ratelimit, for the library and for PERCPU_UP, whose
 * only CPU has no part.
 *
 * Time is in ticks, sixteenths of a nanosecond. The level is what the bucket would hold if all
 * tokens that have been accounted for had been taken from it when that was done, and no others:
 *
 *	level = burst - ceil(ticks from now until arrival / ticks a token takes)
 *
 * Tokens are lent from it, spent, and then accounted for:
 *
 *	lend	L1  arrival; outstanding
 *		L2  level - outstanding are enough; else refuse
 *		L3  outstanding + n, by compare and swap; else again L1
 *		L4  arrival is the same; else outstanding - n, and again L1
 *	account	A1  the clock, after the tokens have been spent
 *		A2  arrival = max(arrival, clock) + their time
 *		A3  outstanding - n
 *	return	outstanding - n: of tokens that were lent and not spent
 *
 * Always: outstanding <= level. A level only grows but for A2, which lowers it by n at most, and
 * until A3 the n are still outstanding. And L4 says that L2 was true when outstanding was raised.
 */
/* before the guard: with PERCPU_UP that one needs this one */
#include <percpu/ratelimit.h>

#ifndef PERCPU_IMPL_RATELIMIT_BUCKET_H
#define PERCPU_IMPL_RATELIMIT_BUCKET_H

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

#define __PCPU_RATELIMIT_TICKS 16 /* a nanosecond */
#define __PCPU_RATELIMIT_MOST_INTERVAL (UINT64_C(1) << 54)
#define __PCPU_RATELIMIT_MOST_BURST (UINT32_C(1) << 30)

/* A full one; false: there is no such one. */
__pcpu_inline bool __pcpu_bucket_fill(struct percpu_ratelimit *rl, uint64_t interval,
				      uint32_t burst)
{
	if (interval < 1 || interval > __PCPU_RATELIMIT_MOST_INTERVAL || burst < 1 ||
	    burst > __PCPU_RATELIMIT_MOST_BURST)
		return false;
	rl->token = (interval * __PCPU_RATELIMIT_TICKS + burst - 1) / burst;
	rl->burst = burst;
	rl->batch = 0;
	rl->arrival = 0;
	rl->outstanding = 0;
	return true;
}

/* What can be lent at @now, ticks. */
__pcpu_inline uint64_t __pcpu_bucket_free(const struct percpu_ratelimit *rl, uint64_t now,
					  uint64_t arrival, uint64_t outstanding)
{
	const uint64_t ahead = arrival > now ? arrival - now : 0;
	const uint64_t taken = (ahead + rl->token - 1) / rl->token + outstanding;

	return taken < rl->burst ? rl->burst - taken : 0;
}

/*
 * Lends @least and at most @more, as far as no more than half of the bucket is lent for that; or
 * nothing, and returns 0.
 */
__pcpu_inline uint32_t __pcpu_bucket_lend(struct percpu_ratelimit *rl, uint64_t now, uint32_t least,
					  uint32_t more)
{
	for (;;) {
		const uint64_t arrival = __atomic_load_n(&rl->arrival, __ATOMIC_SEQ_CST); /* L1 */
		uint64_t outstanding = __atomic_load_n(&rl->outstanding, __ATOMIC_SEQ_CST);
		const uint64_t room = __pcpu_bucket_free(rl, now, arrival, outstanding);
		const uint64_t half = rl->burst / 2, lent = outstanding + least;
		uint64_t nr = least + (half > lent + more ? more : half > lent ? half - lent : 0);

		if (room < least) /* L2 */
			return 0;
		nr = nr < room ? nr : room;
		if (!__atomic_compare_exchange_n(&rl->outstanding, &outstanding, outstanding + nr,
						 false, __ATOMIC_SEQ_CST,
						 __ATOMIC_SEQ_CST)) /* L3 */
			continue;
		if (__atomic_load_n(&rl->arrival, __ATOMIC_SEQ_CST) == arrival) /* L4 */
			return (uint32_t)nr;
		(void)__atomic_fetch_sub(&rl->outstanding, nr, __ATOMIC_SEQ_CST);
	}
}

/* @nr that were lent were not used. */
__pcpu_inline void __pcpu_bucket_return(struct percpu_ratelimit *rl, uint64_t nr)
{
	(void)__atomic_fetch_sub(&rl->outstanding, nr, __ATOMIC_SEQ_CST);
}

/* @nr that were lent had been spent before @now was read. */
__pcpu_inline void __pcpu_bucket_account(struct percpu_ratelimit *rl, uint64_t now, uint64_t nr)
{
	uint64_t arrival = __atomic_load_n(&rl->arrival, __ATOMIC_SEQ_CST), after;

	if (!nr)
		return;
	do {
		after = (arrival > now ? arrival : now) + nr * rl->token;
	} while (!__atomic_compare_exchange_n(&rl->arrival, &arrival, after, false,
					      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)); /* A2 */
	__pcpu_bucket_return(rl, nr);                                               /* A3 */
}

/* @nr that had been accounted for were not used; what the bucket has no room for is lost. */
__pcpu_inline void __pcpu_bucket_give_back(struct percpu_ratelimit *rl, uint64_t nr)
{
	uint64_t arrival = __atomic_load_n(&rl->arrival, __ATOMIC_SEQ_CST), after;

	do {
		after = arrival > nr * rl->token ? arrival - nr * rl->token : 0;
	} while (!__atomic_compare_exchange_n(&rl->arrival, &arrival, after, false,
					      __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_IMPL_RATELIMIT_BUCKET_H */
