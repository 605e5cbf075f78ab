/* SPDX-License-Identifier: MIT */
/* linux/threads.h - how many CPUs masks have room for: linux/cpumask.h. */
#ifndef PERCPU_LINUX_THREADS_H
#define PERCPU_LINUX_THREADS_H

#include <linux/cpumask.h>

#endif /* PERCPU_LINUX_THREADS_H */
