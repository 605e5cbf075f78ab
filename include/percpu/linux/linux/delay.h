/* SPDX-License-Identifier: MIT */
/*
 * linux/delay.h - waiting for a time: asleep (msleep() and its like), or not (udelay() and its
 * like).
 */
#ifndef PERCPU_LINUX_DELAY_H
#define PERCPU_LINUX_DELAY_H

#include <linux/ktime.h>
#include <linux/sched.h>

#include <errno.h>

static inline void __pcpu_sleep_ns(s64 ns)
{
	struct timespec left = {ns / NSEC_PER_SEC, ns % NSEC_PER_SEC};

	might_sleep();
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
		continue;
}

static inline void __pcpu_delay_ns(s64 ns)
{
	const ktime_t end = ktime_get() + ns;

	while (ktime_get() < end)
		cpu_relax();
}

#define msleep(msecs) __pcpu_sleep_ns((s64)(msecs)*NSEC_PER_MSEC)
#define msleep_interruptible(msecs) (msleep(msecs), 0ul)
#define ssleep(seconds) msleep((seconds)*1000)
#define fsleep(usecs) __pcpu_sleep_ns((s64)(usecs)*NSEC_PER_USEC)
#define usleep_range(min_us, max_us) ((void)(max_us), fsleep(min_us))
#define usleep_idle_range(min_us, max_us) usleep_range(min_us, max_us)
#define mdelay(msecs) __pcpu_delay_ns((s64)(msecs)*NSEC_PER_MSEC)
#define udelay(usecs) __pcpu_delay_ns((s64)(usecs)*NSEC_PER_USEC)
#define ndelay(nsecs) __pcpu_delay_ns(nsecs)

#endif /* PERCPU_LINUX_DELAY_H */
