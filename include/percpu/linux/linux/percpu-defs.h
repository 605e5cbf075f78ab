/* SPDX-License-Identifier: MIT */
/*
 * percpu-defs.h - static per-CPU variables, accessors and operations: percpu/percpu.h, without
 * per_cpu_sum(), which kernel files define for themselves (`__pcpu_per_cpu_sum(var, __COUNTER__)`
 * is what it was).
 */
#ifndef PERCPU_LINUX_PERCPU_DEFS_H
#define PERCPU_LINUX_PERCPU_DEFS_H

#include <percpu/kernel/size_call.h>
#include <percpu/percpu.h>
#undef per_cpu_sum

/** DEFINE_PER_CPU_DECRYPTED - memory that a host may read is as other memory here. */
#define DECLARE_PER_CPU_DECRYPTED(type, name) DECLARE_PER_CPU(type, name)
#define DEFINE_PER_CPU_DECRYPTED(type, name) DEFINE_PER_CPU(type, name)

/** __pcpu_size_call_return2bool() - as __pcpu_size_call_return2(): whether it has stored. */
#define __pcpu_size_call_return2bool(stem, variable, ...)         \
	(sizeof(variable) == 1   ? stem##1(variable, __VA_ARGS__) \
	 : sizeof(variable) == 2 ? stem##2(variable, __VA_ARGS__) \
	 : sizeof(variable) == 4 ? stem##4(variable, __VA_ARGS__) \
				 : stem##8(variable, __VA_ARGS__))

#endif /* PERCPU_LINUX_PERCPU_DEFS_H */
