/* SPDX-License-Identifier: MIT */
/* linux/cache.h - cache lines: percpu/defs.h has ____cacheline_aligned. */
#ifndef PERCPU_LINUX_CACHE_H
#define PERCPU_LINUX_CACHE_H

#include <linux/compiler.h>

#include <percpu/kernel/math.h>

#define L1_CACHE_SHIFT 6
#define L1_CACHE_BYTES SMP_CACHE_BYTES
#define L1_CACHE_ALIGN(x) ALIGN(x, L1_CACHE_BYTES)
#define SMP_CACHE_ALIGN(x) L1_CACHE_ALIGN(x)
#define __cacheline_aligned ____cacheline_aligned
#define __cacheline_aligned_in_smp ____cacheline_aligned_in_smp
#define ____cacheline_internodealigned_in_smp ____cacheline_aligned_in_smp
#define __cacheline_group_begin(group) char __cacheline_group_begin__##group[0]
#define __cacheline_group_end(group) char __cacheline_group_end__##group[0]
#define cache_line_size() SMP_CACHE_BYTES

#endif /* PERCPU_LINUX_CACHE_H */
