/* SPDX-License-Identifier: MIT */
/* linux/sched/mm.h - of linux/sched.h: nothing beside that. */
#ifndef PERCPU_LINUX_SCHED_MM_H
#define PERCPU_LINUX_SCHED_MM_H

#include <linux/sched.h>

#endif /* PERCPU_LINUX_SCHED_MM_H */
