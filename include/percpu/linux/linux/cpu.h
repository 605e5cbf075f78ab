/* SPDX-License-Identifier: MIT */
/* cpu.h - CPUs that come and go: percpu/cpu.h and percpu/cpuhotplug.h. */
#ifndef PERCPU_LINUX_CPU_H
#define PERCPU_LINUX_CPU_H

#include <linux/cpu_smt.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/types.h>

#include <percpu/cpu.h>
#include <percpu/smpboot.h>

/** add_cpu(), remove_cpu() - up, and down; 0 of a CPU that is so already. */
static inline __attribute__((__unused__)) int add_cpu(unsigned int cpu)
{
	return cpu_online(cpu) ? 0 : cpu_up(cpu);
}

static inline __attribute__((__unused__)) int remove_cpu(unsigned int cpu)
{
	return cpu_online(cpu) ? cpu_down(cpu) : 0;
}
#define cpu_device_up(dev) cpu_up((dev)->id)
#define cpu_device_down(dev) cpu_down((dev)->id)

#define suspend_disable_secondary_cpus() disable_nonboot_cpus()
#define suspend_enable_secondary_cpus() enable_nonboot_cpus()
#define thaw_secondary_cpus() enable_nonboot_cpus()
/** cpuhp_tasks_frozen - whether it is a suspend that CPUs go and come for: nobody is frozen. */
#define cpuhp_tasks_frozen false
/** cpu_mitigations_off() - of the machine, which the kernel below knows. */
#define cpu_mitigations_off() false
#define cpu_mitigations_auto_nosmt() false

#endif /* PERCPU_LINUX_CPU_H */
