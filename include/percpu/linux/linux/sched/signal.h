/* SPDX-License-Identifier: MIT */
/* linux/sched/signal.h - of linux/sched.h: signals, which end no sleep. */
#ifndef PERCPU_LINUX_SCHED_SIGNAL_H
#define PERCPU_LINUX_SCHED_SIGNAL_H

#include <linux/sched.h>

#endif /* PERCPU_LINUX_SCHED_SIGNAL_H */
