/* SPDX-License-Identifier: MIT */
/* linux/sched/clock.h - of linux/sched.h: the clock. */
#ifndef PERCPU_LINUX_SCHED_CLOCK_H
#define PERCPU_LINUX_SCHED_CLOCK_H

#include <linux/sched.h>
#include <linux/ktime.h>
#endif /* PERCPU_LINUX_SCHED_CLOCK_H */
