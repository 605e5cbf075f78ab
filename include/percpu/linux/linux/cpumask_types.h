/* SPDX-License-Identifier: MIT */
/* cpumask_types.h - struct cpumask and cpumask_var_t: percpu/cpumask.h. */
#ifndef PERCPU_LINUX_CPUMASK_TYPES_H
#define PERCPU_LINUX_CPUMASK_TYPES_H

#include <linux/types.h>

#include <percpu/cpumask.h>

#endif /* PERCPU_LINUX_CPUMASK_TYPES_H */
