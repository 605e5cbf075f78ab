/* SPDX-License-Identifier: MIT */
/*
 * linux/jiffies.h - time in units of 1/HZ seconds, HZ being CONFIG_HZ: 1000 unless the program says
 * otherwise, a divisor of a thousand. jiffies is what the monotonic clock says, so it does not
 * begin at 0.
 */
#ifndef PERCPU_LINUX_JIFFIES_H
#define PERCPU_LINUX_JIFFIES_H

#include <linux/kconfig.h>
#include <linux/time64.h>
#include <linux/types.h>

#include <limits.h>

#define HZ CONFIG_HZ
_Static_assert(HZ > 0 && 1000 % HZ == 0, "CONFIG_HZ is a divisor of 1000");

static inline u64 get_jiffies_64(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (u64)now.tv_sec * HZ + (u64)now.tv_nsec / (NSEC_PER_SEC / HZ);
}
#define jiffies ((unsigned long)get_jiffies_64())
#define jiffies_64 get_jiffies_64()
#define MAX_JIFFY_OFFSET ((LONG_MAX >> 1) - 1)

/** time_after() and its like - whether @a is later than @b, the shorter way round. */
#define time_after(a, b) ((long)((unsigned long)(b) - (unsigned long)(a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((unsigned long)(a) - (unsigned long)(b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_in_range(a, b, c) (time_after_eq(a, b) && time_before_eq(a, c))
#define time_after64(a, b) ((s64)((u64)(b) - (u64)(a)) < 0)
#define time_before64(a, b) time_after64(b, a)
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)
#define time_is_before_eq_jiffies(a) time_after_eq(jiffies, a)
#define time_is_after_eq_jiffies(a) time_before_eq(jiffies, a)

/** msecs_to_jiffies() and its like - rounded up; what is negative, or too much, is the most. */
static inline unsigned long msecs_to_jiffies(unsigned int m)
{
	if ((int)m < 0)
		return MAX_JIFFY_OFFSET;
	return ((unsigned long)m + 1000 / HZ - 1) / (1000 / HZ);
}

static inline unsigned long usecs_to_jiffies(unsigned int u)
{
	return ((unsigned long)u + USEC_PER_SEC / HZ - 1) / (USEC_PER_SEC / HZ);
}

static inline unsigned long nsecs_to_jiffies(u64 n)
{
	return (unsigned long)(n / (NSEC_PER_SEC / HZ));
}

static inline unsigned int jiffies_to_msecs(unsigned long j)
{
	return (unsigned int)(j * (1000 / HZ));
}

static inline unsigned int jiffies_to_usecs(unsigned long j)
{
	return (unsigned int)(j * (USEC_PER_SEC / HZ));
}

static inline u64 jiffies_to_nsecs(unsigned long j)
{
	return (u64)j * (NSEC_PER_SEC / HZ);
}
#define jiffies64_to_nsecs(j) jiffies_to_nsecs(j)
#define secs_to_jiffies(secs) ((unsigned long)(secs)*HZ)

#endif /* PERCPU_LINUX_JIFFIES_H */
