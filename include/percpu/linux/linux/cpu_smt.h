/* SPDX-License-Identifier: MIT */
/* cpu_smt.h - switching off threads of cores, which is the machine's owner's affair. */
#ifndef PERCPU_LINUX_CPU_SMT_H
#define PERCPU_LINUX_CPU_SMT_H

#include <linux/types.h>

enum cpuhp_smt_control {
	CPU_SMT_ENABLED,
	CPU_SMT_DISABLED,
	CPU_SMT_FORCE_DISABLED,
	CPU_SMT_NOT_SUPPORTED,
	CPU_SMT_NOT_IMPLEMENTED,
};
#define cpu_smt_control CPU_SMT_NOT_IMPLEMENTED
#define cpu_smt_possible() false
#define cpu_smt_disable(force) ((void)(force))
#define cpu_smt_set_num_threads(nr, max) ((void)(nr), (void)(max))

#endif /* PERCPU_LINUX_CPU_SMT_H */
