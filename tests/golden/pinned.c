/* SPDX-License-Identifier: MIT */
/* pinned.c - a file that says that its threads are pinned: this_cpu_X() is pinned_cpu_X() in it. */
#define PERCPU_PINNED
#include <percpu/percpu.h>

DEFINE_PER_CPU(unsigned long, golden_defined_count);
DEFINE_PER_CPU(unsigned long[4], golden_defined_counts);

#define COUNT golden_defined_count
#define COUNTS golden_defined_counts
#define NAME(operation) golden_defined_##operation
#define OP(operation) this_cpu_##operation
#include "operations.h"
