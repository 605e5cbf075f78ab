/* SPDX-License-Identifier: MIT */
/*
 * linux/ktime.h - times in nanoseconds, and the clocks that say them. Safe in handlers of signals.
 */
#ifndef PERCPU_LINUX_KTIME_H
#define PERCPU_LINUX_KTIME_H

#include <linux/jiffies.h>
#include <linux/time64.h>
#include <linux/types.h>

typedef s64 ktime_t;

#define KTIME_MAX ((s64)(~0ULL >> 1))
#define KTIME_MIN (-KTIME_MAX - 1)
#define KTIME_SEC_MAX (KTIME_MAX / NSEC_PER_SEC)

static inline s64 __pcpu_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

#define ktime_get() ((ktime_t)__pcpu_clock(CLOCK_MONOTONIC))
#define ktime_get_raw() ((ktime_t)__pcpu_clock(CLOCK_MONOTONIC_RAW))
#define ktime_get_boottime() ((ktime_t)__pcpu_clock(CLOCK_BOOTTIME))
#define ktime_get_real() ((ktime_t)__pcpu_clock(CLOCK_REALTIME))
#define ktime_get_coarse() ((ktime_t)__pcpu_clock(CLOCK_MONOTONIC_COARSE))
#define ktime_get_ns() ((u64)ktime_get())
#define ktime_get_raw_ns() ((u64)ktime_get_raw())
#define ktime_get_boottime_ns() ((u64)ktime_get_boottime())
#define ktime_get_real_ns() ((u64)ktime_get_real())
#define ktime_get_coarse_ns() ((u64)ktime_get_coarse())
#define ktime_get_mono_fast_ns() ktime_get_ns()
#define ktime_get_raw_fast_ns() ktime_get_raw_ns()
#define ktime_get_seconds() ((time64_t)(ktime_get() / NSEC_PER_SEC))
#define ktime_get_real_seconds() ((time64_t)(ktime_get_real() / NSEC_PER_SEC))
#define ktime_get_boottime_seconds() ((time64_t)(ktime_get_boottime() / NSEC_PER_SEC))
#define ktime_get_ts64(ts) ((void)(*(ts) = ns_to_timespec64(ktime_get())))
#define ktime_get_real_ts64(ts) ((void)(*(ts) = ns_to_timespec64(ktime_get_real())))
#define sched_clock() ktime_get_raw_ns()
#define local_clock() ktime_get_raw_ns()
#define cpu_clock(cpu) ((void)(cpu), ktime_get_raw_ns())

static inline ktime_t ktime_set(s64 secs, unsigned long nsecs)
{
	return secs >= KTIME_SEC_MAX ? KTIME_MAX : secs * NSEC_PER_SEC + (s64)nsecs;
}

#define ktime_add(lhs, rhs) ((ktime_t)((lhs) + (rhs)))
#define ktime_sub(lhs, rhs) ((ktime_t)((lhs) - (rhs)))
#define ktime_add_ns(kt, nsec) ((ktime_t)((kt) + (s64)(nsec)))
#define ktime_sub_ns(kt, nsec) ((ktime_t)((kt) - (s64)(nsec)))
#define ktime_add_us(kt, usec) ktime_add_ns(kt, (s64)(usec)*NSEC_PER_USEC)
#define ktime_sub_us(kt, usec) ktime_sub_ns(kt, (s64)(usec)*NSEC_PER_USEC)
#define ktime_add_ms(kt, msec) ktime_add_ns(kt, (s64)(msec)*NSEC_PER_MSEC)
#define ktime_sub_ms(kt, msec) ktime_sub_ns(kt, (s64)(msec)*NSEC_PER_MSEC)
#define ktime_to_ns(kt) ((s64)(kt))
#define ktime_to_us(kt) ((s64)(kt) / NSEC_PER_USEC)
#define ktime_to_ms(kt) ((s64)(kt) / NSEC_PER_MSEC)
#define ktime_to_timespec64(kt) ns_to_timespec64(kt)
#define ktime_divns(kt, div) ((s64)(kt) / (div))
#define ktime_us_delta(later, earlier) ktime_to_us(ktime_sub(later, earlier))
#define ktime_ms_delta(later, earlier) ktime_to_ms(ktime_sub(later, earlier))
#define ns_to_ktime(ns) ((ktime_t)(ns))
#define us_to_ktime(us) ((ktime_t)(us)*NSEC_PER_USEC)
#define ms_to_ktime(ms) ((ktime_t)(ms)*NSEC_PER_MSEC)
#define timespec64_to_ktime(ts) ktime_set((ts).tv_sec, (unsigned long)(ts).tv_nsec)

static inline int ktime_compare(ktime_t one, ktime_t two)
{
	return one < two ? -1 : one > two;
}

static inline bool ktime_after(ktime_t one, ktime_t two)
{
	return one > two;
}

static inline bool ktime_before(ktime_t one, ktime_t two)
{
	return one < two;
}

#endif /* PERCPU_LINUX_KTIME_H */
