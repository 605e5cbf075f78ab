/* SPDX-License-Identifier: MIT */
/* hooks.h - what the program does where the kernel has the architecture; percpu/cpu.h. */
#ifndef PCPU_HOOKS_H
#define PCPU_HOOKS_H

#include <percpu/cpu.h>

/* By who has pcpu_add_remove_lock. Returns those before. */
const struct percpu_cpu_hooks *pcpu_set_hooks(const struct percpu_cpu_hooks *to);

int pcpu_idle_thread_get(unsigned int cpu);
int pcpu_start_cpu(unsigned int cpu);
int pcpu_disable_cpu(unsigned int cpu);
void pcpu_cpu_die(unsigned int cpu);
void pcpu_enable_nonboot_cpus_begin(void);
void pcpu_enable_nonboot_cpus_end(void);

#endif /* PCPU_HOOKS_H */
