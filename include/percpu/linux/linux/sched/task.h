/* SPDX-License-Identifier: MIT */
/* linux/sched/task.h - of linux/sched.h: references to threads. */
#ifndef PERCPU_LINUX_SCHED_TASK_H
#define PERCPU_LINUX_SCHED_TASK_H

#include <linux/sched.h>

#endif /* PERCPU_LINUX_SCHED_TASK_H */
