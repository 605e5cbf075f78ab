/* SPDX-License-Identifier: MIT */
/* linux/sched/debug.h - of linux/sched.h: nothing beside that. */
#ifndef PERCPU_LINUX_SCHED_DEBUG_H
#define PERCPU_LINUX_SCHED_DEBUG_H

#include <linux/sched.h>

#endif /* PERCPU_LINUX_SCHED_DEBUG_H */
