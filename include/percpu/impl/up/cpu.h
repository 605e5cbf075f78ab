/* SPDX-License-Identifier: MIT */
/*
 * up/cpu.h - cpu.h with PERCPU_UP: CPU 0 is up for good, so there is nobody to tell, and nobody to
 * wait for.
 */
#ifndef PERCPU_UP_CPU_H
#define PERCPU_UP_CPU_H

#include <percpu/cpu.h>

#include <percpu/impl/up/log.h>

#include <percpu/impl/begin.h>

PERCPU_API int register_cpu_notifier(struct notifier_block *nb)
{
	return nb && nb->notifier_call ? 0 : -EINVAL;
}

PERCPU_API void unregister_cpu_notifier(struct notifier_block *nb)
{
	(void)nb;
}

PERCPU_API int __register_cpu_notifier(struct notifier_block *nb)
{
	return register_cpu_notifier(nb);
}

PERCPU_API void __unregister_cpu_notifier(struct notifier_block *nb)
{
	(void)nb;
}

PERCPU_API void cpu_maps_update_begin(void)
{
}

PERCPU_API void cpu_maps_update_done(void)
{
}

PERCPU_API void cpus_read_lock(void)
{
}

PERCPU_API bool cpus_read_trylock(void)
{
	return true;
}

PERCPU_API void cpus_read_unlock(void)
{
}

PERCPU_API void cpus_write_lock(void)
{
}

PERCPU_API void cpus_write_unlock(void)
{
}

PERCPU_API bool __percpu_cpus_are_held(void)
{
	return true;
}

PERCPU_API void __percpu_cpus_not_held(const char *file, int line)
{
	(void)file;
	(void)line;
}

PERCPU_API void synchronize_sched(void)
{
}

PERCPU_API bool __percpu_is_atomic(void)
{
	return false;
}

PERCPU_API void __percpu_not_atomic(const char *file, int line)
{
	(void)file;
	(void)line;
}

PERCPU_API int cpu_up(unsigned int cpu)
{
	if (cpu != 0)
		__percpu_up_say(PERCPU_LOG_ERR, "a CPU that is not possible cannot be brought up");
	return -EINVAL;
}

PERCPU_API int cpu_down(unsigned int cpu)
{
	(void)cpu;
	return -EBUSY;
}

PERCPU_API void cpu_hotplug_disable(void)
{
}

PERCPU_API void cpu_hotplug_enable(void)
{
}

PERCPU_API int disable_nonboot_cpus(void)
{
	return 0;
}

PERCPU_API void enable_nonboot_cpus(void)
{
}

PERCPU_API int cpu_hotplug_pm_callback(struct notifier_block *nb, unsigned long action, void *data)
{
	(void)nb;
	(void)data;
	return action >= PM_HIBERNATION_PREPARE && action <= PM_POST_SUSPEND ? NOTIFY_OK
									     : NOTIFY_DONE;
}

PERCPU_API const struct percpu_cpu_hooks *percpu_set_cpu_hooks(const struct percpu_cpu_hooks *hooks)
{
	(void)hooks;
	return NULL;
}

PERCPU_API int percpu_machine_cpu_up(unsigned int cpu)
{
	return cpu_up(cpu);
}

PERCPU_API int percpu_machine_cpu_down(unsigned int cpu)
{
	return cpu_down(cpu);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_CPU_H */
