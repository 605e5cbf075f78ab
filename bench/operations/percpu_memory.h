/* SPDX-License-Identifier: MIT */
/* Where the counters of the dynamic ways are. */
#ifndef BENCH_OPERATIONS_PERCPU_MEMORY_H
#define BENCH_OPERATIONS_PERCPU_MEMORY_H

#include <stddef.h>

#include <percpu/percpu.h>

/* @size bytes on each CPU, zero and aligned as struct counters is; exits where there are none. */
void __percpu *percpu_memory(size_t size);

#endif
