/* SPDX-License-Identifier: MIT */
/*
 * ratelimit_window.h - the kernel's ratelimit_state, for the library and for PERCPU_UP.
 *
 * The window's word has the number of an interval and how many it has left; begin is when it began.
 *
 *	W1  the clock; the window's word, then begin
 *	W2  the interval is not over: word - 1 by compare and swap, if it has any; else refuse
 *	W3  it is: word = the next interval's, which has none left, by compare and swap; else again
 *	W4  begin = the clock, read once more, if that is later
 *	W5  word = the same with all but one left, by compare and swap: one gets through. Else
 *	    somebody has begun a still later one: again W1
 *
 * Who is stopped between W3 and W5 hinders nobody: begin is the last interval's, which is over, so
 * others begin the next. The next one begins an interval after W4 at least, which comes after W3.
 */
/* before the guard: with PERCPU_UP that one needs this one */
#include <percpu/ratelimit.h>

#ifndef PERCPU_IMPL_RATELIMIT_WINDOW_H
#define PERCPU_IMPL_RATELIMIT_WINDOW_H

#include <percpu/log.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

#define __PCPU_RATELIMIT_LEFT UINT64_C(0xffffffff)

__pcpu_inline void __pcpu_window_say(struct ratelimit_state *rs, const char *func)
{
	const int missed = ratelimit_state_reset_miss(rs);

	if (missed)
		percpu_log(PERCPU_LOG_WARNING, "%s: %d callbacks suppressed", func, missed);
}

/* W4 */
__pcpu_inline void __pcpu_window_begins(struct ratelimit_state *rs, uint64_t now)
{
	uint64_t begin = __atomic_load_n(&rs->begin, __ATOMIC_SEQ_CST);

	while (begin < now && !__atomic_compare_exchange_n(&rs->begin, &begin, now, false,
							   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
}

/* W3 to W5; true: it is through. */
__pcpu_inline bool __pcpu_window_open(struct ratelimit_state *rs, uint64_t word, uint32_t burst,
				      uint64_t (*clock)(void))
{
	uint64_t opened = (word | __PCPU_RATELIMIT_LEFT) + 1;

	if (!__atomic_compare_exchange_n(&rs->window, &word, opened, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_SEQ_CST))
		return false;
	__pcpu_window_begins(rs, clock());
	return __atomic_compare_exchange_n(&rs->window, &opened, opened + burst - 1, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

__pcpu_inline bool __pcpu_window_pass(struct ratelimit_state *rs, uint64_t interval, uint32_t burst,
				      const char *func, uint64_t (*clock)(void))
{
	for (;;) {
		const uint64_t now = clock(); /* W1 */
		uint64_t word = __atomic_load_n(&rs->window, __ATOMIC_SEQ_CST);
		const uint64_t begin = __atomic_load_n(&rs->begin, __ATOMIC_SEQ_CST);

		if (begin && now < begin + interval) { /* W2 */
			if (!(word & __PCPU_RATELIMIT_LEFT))
				return false;
			if (__atomic_compare_exchange_n(&rs->window, &word, word - 1, false,
							__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
				return true;
		} else if (__pcpu_window_open(rs, word, burst, clock)) {
			if (!(rs->flags & RATELIMIT_MSG_ON_RELEASE))
				__pcpu_window_say(rs, func);
			return true;
		}
	}
}

/* ___ratelimit() by a clock that gives nanoseconds. */
__pcpu_inline int __pcpu_window_ratelimit(struct ratelimit_state *rs, const char *func,
					  uint64_t (*clock)(void))
{
	const int interval = rs->interval, burst = rs->burst;

	if (interval == 0 || (interval < 0 && burst > 0))
		return 1;
	if (interval > 0 && burst > 0 &&
	    __pcpu_window_pass(rs,
			       (uint64_t)interval * (UINT64_C(1000000000) / PERCPU_RATELIMIT_HZ),
			       (uint32_t)burst, func, clock))
		return 1;
	ratelimit_state_inc_miss(rs);
	return 0;
}

/* ratelimit_state_exit(). */
__pcpu_inline void __pcpu_window_exit(struct ratelimit_state *rs)
{
	if (rs->flags & RATELIMIT_MSG_ON_RELEASE)
		__pcpu_window_say(rs, "ratelimit_state_exit");
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_IMPL_RATELIMIT_WINDOW_H */
