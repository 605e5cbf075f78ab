/* SPDX-License-Identifier: MIT */
/* linux/time64.h - units of time, and times in seconds and nanoseconds. */
#ifndef PERCPU_LINUX_TIME64_H
#define PERCPU_LINUX_TIME64_H

#include <linux/types.h>

#include <time.h>

#define MSEC_PER_SEC 1000L
#define USEC_PER_MSEC 1000L
#define NSEC_PER_USEC 1000L
#define NSEC_PER_MSEC 1000000L
#define USEC_PER_SEC 1000000L
#define NSEC_PER_SEC 1000000000L

typedef s64 time64_t;
struct timespec64 {
	time64_t tv_sec;
	long tv_nsec;
};

static inline s64 timespec64_to_ns(const struct timespec64 *ts)
{
	return ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
}

/** ns_to_timespec64() - nanoseconds are 0 .. 999,999,999, of a negative time too. */
static inline struct timespec64 ns_to_timespec64(s64 nsec)
{
	struct timespec64 ts = {nsec / NSEC_PER_SEC, (long)(nsec % NSEC_PER_SEC)};

	if (ts.tv_nsec < 0) {
		ts.tv_sec--;
		ts.tv_nsec += NSEC_PER_SEC;
	}
	return ts;
}

static inline struct timespec64 timespec64_sub(struct timespec64 lhs, struct timespec64 rhs)
{
	return ns_to_timespec64(timespec64_to_ns(&lhs) - timespec64_to_ns(&rhs));
}

#endif /* PERCPU_LINUX_TIME64_H */
