/* SPDX-License-Identifier: MIT */
/* linux/sched/task_stack.h - of linux/sched.h: nothing beside that. */
#ifndef PERCPU_LINUX_SCHED_TASK_STACK_H
#define PERCPU_LINUX_SCHED_TASK_STACK_H

#include <linux/sched.h>

#endif /* PERCPU_LINUX_SCHED_TASK_STACK_H */
