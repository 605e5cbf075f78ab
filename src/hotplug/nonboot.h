/* SPDX-License-Identifier: MIT */
/* nonboot.h - all CPUs but one go for a suspend, and come again; percpu/cpu.h. */
#ifndef PCPU_NONBOOT_H
#define PCPU_NONBOOT_H

/* By who has pcpu_add_remove_lock. */
int pcpu_disable_nonboot_cpus(void);
void pcpu_enable_nonboot_cpus(void);

#endif /* PCPU_NONBOOT_H */
