/* SPDX-License-Identifier: MIT */
/* hooks.c - see hooks.h. */
#include "hotplug/hooks.h"
#include "ground/assert.h"
#include "hotplug/lock/maps.h"

static const struct percpu_cpu_hooks no_hooks, *hooks = &no_hooks;

const struct percpu_cpu_hooks *pcpu_set_hooks(const struct percpu_cpu_hooks *to)
{
	const struct percpu_cpu_hooks *before = hooks == &no_hooks ? NULL : hooks;

	pcpu_assert(pcpu_maps_taken);
	hooks = to ? to : &no_hooks;
	return before;
}

int pcpu_idle_thread_get(unsigned int cpu)
{
	return hooks->idle_thread_get ? hooks->idle_thread_get(cpu) : 0;
}

int pcpu_start_cpu(unsigned int cpu)
{
	return hooks->__cpu_up ? hooks->__cpu_up(cpu) : 0;
}

int pcpu_disable_cpu(unsigned int cpu)
{
	return hooks->__cpu_disable ? hooks->__cpu_disable(cpu) : 0;
}

void pcpu_cpu_die(unsigned int cpu)
{
	if (hooks->__cpu_die)
		hooks->__cpu_die(cpu);
}

void pcpu_enable_nonboot_cpus_begin(void)
{
	if (hooks->arch_enable_nonboot_cpus_begin)
		hooks->arch_enable_nonboot_cpus_begin();
}

void pcpu_enable_nonboot_cpus_end(void)
{
	if (hooks->arch_enable_nonboot_cpus_end)
		hooks->arch_enable_nonboot_cpus_end();
}
