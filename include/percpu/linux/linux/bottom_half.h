/* SPDX-License-Identifier: MIT */
/* bottom_half.h - bottom halves off and on: percpu/interrupt.h. */
#ifndef PERCPU_LINUX_BOTTOM_HALF_H
#define PERCPU_LINUX_BOTTOM_HALF_H

#include <linux/preempt.h>

#define __local_bh_disable_ip(ip, count) ((void)(ip), (void)(count), local_bh_disable())
#define __local_bh_enable_ip(ip, count) ((void)(ip), (void)(count), local_bh_enable())
#define local_bh_enable_ip(ip) ((void)(ip), local_bh_enable())
/** local_bh_blocked() - that is of kernels whose bottom halves are preempted. */
#define local_bh_blocked() false

#endif /* PERCPU_LINUX_BOTTOM_HALF_H */
