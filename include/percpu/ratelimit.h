/* SPDX-License-Identifier: MIT */
/*
 * ratelimit.h - no more than so many in so much time, asked from everywhere.
 *
 *	percpu_ratelimit_init(&requests, 1000000000, 100000, GFP_KERNEL);	// 100,000 a second
 *	if (!percpu_ratelimit_take(&requests))
 *		return too_many();
 *
 * A token bucket: it holds @burst tokens at most, starts full, and gets @burst more in each
 * @interval, evenly. Each CPU takes some of them in advance, so that what is usually asked is this
 * CPU's part alone, without a clock and without a line that others write to.
 *
 *	THE BOUND. In any stretch of time, however long or short and wherever it begins, as many
 *	tokens are taken, less those that are given back, as
 *
 *		burst + burst * length / interval
 *
 *	and never more: whatever is preempted, interrupted, migrated, killed or forked meanwhile.
 *	(docs/toolkit.md has the proof.)
 *
 * From below: tokens that one CPU has taken in advance are of no use to others, until it uses them
 * or percpu_ratelimit_gather() is called; they are never more than half of the burst. So of a
 * bucket that is full whoever asks gets burst / 2 at least, and over longer times no less than the
 * rate.
 *
 * Below stand the kernel's names, struct ratelimit_state and __ratelimit(), with the kernel's
 * meaning, which is another one.
 */
#ifndef PERCPU_RATELIMIT_H
#define PERCPU_RATELIMIT_H

#include <percpu/alloc.h>
#include <percpu/impl/runtime.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/** All fields are private. */
struct percpu_ratelimit {
	/* Read by everybody. */
#ifndef PERCPU_UP
	uint64_t __percpu *parts; /* in the low half tokens, in the high half tokens lent */
#endif
	uint64_t token; /* how long one takes to come, in sixteenths of a nanosecond */
	uint32_t burst;
	uint32_t batch; /* what a CPU takes at once */
	/* Written now and then, and so on a line of its own, wherever the structure begins. */
	char apart[SMP_CACHE_BYTES];
	uint64_t arrival;     /* when it is full again */
	uint64_t outstanding; /* tokens that have been lent, and not been accounted for */
};

/**
 * percpu_ratelimit_init() - make @rl a full bucket
 * @interval: nanoseconds in which @burst tokens come: 1 to 2^54
 * @burst: how many it holds: 1 to 2^30
 * @gfp: as in __alloc_percpu_gfp()
 *
 * The time of one token is rounded up to a sixteenth of a nanosecond: never faster than asked for.
 *
 * Returns 0; -EINVAL: not in these ranges; -ENOMEM; or -EOPNOTSUPP, with a warning in the log,
 * where copies are shared (shared.h): the bucket would not be. After an error @rl is as if
 * destroyed. One that was made before percpu_share() is not for children that are forked after it.
 */
PERCPU_API int percpu_ratelimit_init(struct percpu_ratelimit *rl, uint64_t interval, uint32_t burst,
				     gfp_t gfp);

/** percpu_ratelimit_destroy() - give back the memory; nobody may use it meanwhile, or later. */
PERCPU_API void percpu_ratelimit_destroy(struct percpu_ratelimit *rl);

/**
 * percpu_ratelimit_take_many() - take @nr tokens, all or none
 * @nr: 1 to @burst; more is never to be had
 *
 * Returns whether they were taken. Thread-safe, and safe in signal handlers, whatever these have
 * interrupted; waits only where another thread has a section on the CPU, as this_cpu_add() does.
 * (A handler that has interrupted this, and is left by siglongjmp(), may lose the bucket a batch
 * of its tokens, for good.)
 *
 * In line, one restartable sequence, while this CPU's part has them. Otherwise a clock is read.
 */
__pcpu_inline bool percpu_ratelimit_take_many(struct percpu_ratelimit *rl, uint32_t nr);

/** percpu_ratelimit_take() - percpu_ratelimit_take_many() of one. */
__pcpu_inline bool percpu_ratelimit_take(struct percpu_ratelimit *rl);

/**
 * percpu_ratelimit_give_back() - @nr tokens that were taken have not been used
 *
 * They are this CPU's. What it has more than two batches goes back to the bucket. Thread- and
 * signal-safe.
 */
PERCPU_API void percpu_ratelimit_give_back(struct percpu_ratelimit *rl, uint32_t nr);

/**
 * percpu_ratelimit_gather() - have all CPUs return to the bucket what they have taken in advance
 *
 * For a moment at which the whole burst is to be had from wherever it is asked for; it costs a
 * visit (section.h) to each CPU that has been used. Thread-safe; may block. Not inside of sections.
 */
PERCPU_API void percpu_ratelimit_gather(struct percpu_ratelimit *rl);

/**
 * percpu_ratelimit_available() - how many tokens there are, at least, in the bucket and in parts
 *
 * Exact if nobody takes any meanwhile. Thread- and signal-safe.
 */
PERCPU_API uint32_t percpu_ratelimit_available(struct percpu_ratelimit *rl);

/**
 * percpu_ratelimit_reset() - make it a full bucket again; nobody else uses it meanwhile
 *
 * In a child of fork() a bucket is as full as it was, and its own from then on. But what other
 * threads of the parent had in hand at that moment, a batch each at most, it never sees again:
 * this call, before the child has threads, gives them back.
 */
PERCPU_API void percpu_ratelimit_reset(struct percpu_ratelimit *rl);

/* --- the kernel's names --- */

/** The kernel's jiffies, of which intervals are made here: milliseconds. */
#define PERCPU_RATELIMIT_HZ 1000
#define DEFAULT_RATELIMIT_INTERVAL (5 * PERCPU_RATELIMIT_HZ)
#define DEFAULT_RATELIMIT_BURST 10

/** A flag: messages were suppressed is said by ratelimit_state_exit(), and not by __ratelimit(). */
#define RATELIMIT_MSG_ON_RELEASE 1ul

/**
 * ratelimit_state - of which __ratelimit() lets @burst through in each @interval
 *
 * The first two may be changed at any time. An interval begins with the first that comes after the
 * last one's end; so in any stretch of time no more get through than burst * (length / interval +
 * 2). An interval of 0 or less lets everything through, and a burst of 0 nothing, where the
 * interval is positive.
 */
struct ratelimit_state {
	int interval; /* milliseconds */
	int burst;
	unsigned long flags;
	/* private */
	uint64_t begin;  /* of the interval, ns; 0: there was none */
	uint64_t window; /* how many are left, and in the high half the interval's number */
	int missed;
};

#define RATELIMIT_STATE_INIT_FLAGS(name, interval_init, burst_init, flags_init) \
	{                                                                       \
		(interval_init), (burst_init), (flags_init), 0, 0, 0            \
	}
#define RATELIMIT_STATE_INIT(name, interval_init, burst_init) \
	RATELIMIT_STATE_INIT_FLAGS(name, interval_init, burst_init, 0)
#define RATELIMIT_STATE_INIT_DISABLED \
	RATELIMIT_STATE_INIT(ratelimit_state, 0, DEFAULT_RATELIMIT_BURST)
#define DEFINE_RATELIMIT_STATE(name, interval_init, burst_init) \
	struct ratelimit_state name = RATELIMIT_STATE_INIT(name, interval_init, burst_init)

/**
 * ___ratelimit() - whether one more may get through; if not, it is counted as missed
 * @func: who asks, for the message "FUNC: N callbacks suppressed", a warning in the log, which the
 *	first of an interval makes of what was missed before
 *
 * Returns 1 or 0. Thread- and signal-safe; waits for nobody.
 */
PERCPU_API int ___ratelimit(struct ratelimit_state *rs, const char *func) __pcpu_as(___ratelimit);
/** __ratelimit() - ___ratelimit() for the function that it is in. */
#define __ratelimit(state) ___ratelimit(state, __func__)

/** ratelimit_state_init() - as DEFINE_RATELIMIT_STATE(); nobody uses it meanwhile. */
__pcpu_inline void ratelimit_state_init(struct ratelimit_state *rs, int interval, int burst)
{
	const struct ratelimit_state fresh = RATELIMIT_STATE_INIT(rs, interval, burst);

	*rs = fresh;
}

/** ratelimit_default_init() - 10 in 5 seconds. */
__pcpu_inline void ratelimit_default_init(struct ratelimit_state *rs)
{
	ratelimit_state_init(rs, DEFAULT_RATELIMIT_INTERVAL, DEFAULT_RATELIMIT_BURST);
}

__pcpu_inline void ratelimit_state_inc_miss(struct ratelimit_state *rs)
{
	(void)__atomic_fetch_add(&rs->missed, 1, __ATOMIC_RELAXED);
}

/** How many were missed since that was said last. */
__pcpu_inline int ratelimit_state_get_miss(struct ratelimit_state *rs)
{
	return __atomic_load_n(&rs->missed, __ATOMIC_RELAXED);
}

/** The same, and from then on there are none. */
__pcpu_inline int ratelimit_state_reset_miss(struct ratelimit_state *rs)
{
	return __atomic_exchange_n(&rs->missed, 0, __ATOMIC_RELAXED);
}

/** ratelimit_state_reset_interval() - another interval, which begins with the next that comes. */
__pcpu_inline void ratelimit_state_reset_interval(struct ratelimit_state *rs, int interval_init)
{
	rs->interval = interval_init;
	rs->flags = 0;
	rs->missed = 0;
	__atomic_store_n(&rs->begin, 0, __ATOMIC_RELEASE);
}

__pcpu_inline void ratelimit_set_flags(struct ratelimit_state *rs, unsigned long flags)
{
	rs->flags = flags;
}

/** ratelimit_state_exit() - says what was missed, if RATELIMIT_MSG_ON_RELEASE is set. */
PERCPU_API void ratelimit_state_exit(struct ratelimit_state *rs) __pcpu_as(ratelimit_state_exit);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

/* How. */
#ifdef PERCPU_UP
#include <percpu/impl/up/ratelimit.h>
#else
#include <percpu/impl/ratelimit.h>
#endif

#endif /* PERCPU_RATELIMIT_H */
