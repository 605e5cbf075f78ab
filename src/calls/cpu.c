/* SPDX-License-Identifier: MIT */
/* cpu.c - CPU hotplug, as programs call it; percpu/cpu.h and percpu/smpboot.h. */
#include "cpu/holder.h"
#include "cpu/self.h"
#include "ground/log.h"
#include "hotplug/elsewhere.h"
#include "hotplug/events.h"
#include "hotplug/hooks.h"
#include "hotplug/lock/maps.h"
#include "hotplug/lock/online_lock.h"
#include "hotplug/machine.h"
#include "hotplug/nonboot.h"
#include "hotplug/threads.h"

#include <percpu/cpu.h>
#include <percpu/smpboot.h>

#include <errno.h>

/* What may wait must not be done in a section: whoever is waited for may want its CPU. */
static void must_be_able_to_wait(const char *what)
{
	if (pcpu_held_cpu() >= 0 && !pcpu_online_self.writes)
		pcpu_fatal_unlock("%s inside of a section: who holds a CPU does not wait", what);
}

/* A writer that waits for it may have the lock. */
static void warn_reader(void)
{
	static bool warned;

	if (pcpu_online_self.reads && !pcpu_maps_taken &&
	    !__atomic_exchange_n(&warned, true, __ATOMIC_RELAXED))
		pcpu_log(PERCPU_LOG_WARNING,
			 "cpu_maps_update_begin() or register_cpu_notifier() inside of "
			 "cpus_read_lock(): a thread that waits for that may have the lock");
}

static void begin(const char *what)
{
	must_be_able_to_wait(what);
	warn_reader();
	pcpu_maps_begin();
}

/* --- notifiers --- */

PERCPU_API int __register_cpu_notifier(struct notifier_block *nb)
{
	int err;

	if (!pcpu_maps_taken)
		pcpu_fatal("__register_cpu_notifier() without cpu_notifier_register_begin()");
	err = pcpu_events_register(nb);
	if (!err)
		pcpu_hotplug_is_listened_to();
	return err;
}

PERCPU_API void __unregister_cpu_notifier(struct notifier_block *nb)
{
	if (!pcpu_maps_taken)
		pcpu_fatal("__unregister_cpu_notifier() without cpu_notifier_register_begin()");
	pcpu_events_unregister(nb);
	pcpu_hotplug_is_left();
}

PERCPU_API int register_cpu_notifier(struct notifier_block *nb)
{
	int err;

	begin("register_cpu_notifier()");
	err = pcpu_events_register(nb);
	pcpu_maps_done();
	if (!err)
		pcpu_hotplug_is_listened_to();
	return err;
}

PERCPU_API void unregister_cpu_notifier(struct notifier_block *nb)
{
	begin("unregister_cpu_notifier()");
	pcpu_events_unregister(nb);
	pcpu_maps_done();
	pcpu_hotplug_is_left();
}

PERCPU_API void cpu_maps_update_begin(void)
{
	begin("cpu_maps_update_begin()");
}

PERCPU_API void cpu_maps_update_done(void)
{
	pcpu_maps_done();
}

/* --- readers and the writer --- */

PERCPU_API void cpus_read_lock(void)
{
	must_be_able_to_wait("cpus_read_lock()");
	if (__builtin_expect(!pcpu_self.word, 0))
		pcpu_self_begin();
	pcpu_online_read_lock();
}

PERCPU_API bool cpus_read_trylock(void)
{
	if (__builtin_expect(!pcpu_self.word, 0))
		pcpu_self_begin();
	return pcpu_online_read_trylock();
}

PERCPU_API void cpus_read_unlock(void)
{
	if (__builtin_expect(!pcpu_online_read_unlock(), 0))
		pcpu_log(PERCPU_LOG_WARNING,
			 "cpus_read_unlock() without cpus_read_lock(), caller is %p",
			 __builtin_return_address(0));
}

PERCPU_API void cpus_write_lock(void)
{
	if (pcpu_online_self.writes || pcpu_online_self.reads)
		pcpu_fatal_unlock(
			"cpus_write_lock() by who is the writer, or a reader: it would wait for "
			"itself");
	begin("cpus_write_lock()");
	pcpu_online_write_lock();
}

PERCPU_API void cpus_write_unlock(void)
{
	if (!pcpu_online_self.writes)
		pcpu_fatal("cpus_write_unlock() without cpus_write_lock()");
	pcpu_online_write_unlock();
	pcpu_maps_done();
}

PERCPU_API bool __percpu_cpus_are_held(void)
{
	return pcpu_online_self.writes || pcpu_online_self.reads;
}

PERCPU_API void __percpu_cpus_not_held(const char *file, int line)
{
	pcpu_log(PERCPU_LOG_WARNING,
		 "%s:%d: CPUs may come and go here: cpus_read_lock() is missing", file, line);
}

PERCPU_API void synchronize_sched(void)
{
	unsigned int cpu;

	must_be_able_to_wait("synchronize_sched()");
	for_each_possible_cpu(cpu)
		pcpu_wait_for_sections(cpu);
}

PERCPU_API bool __percpu_is_atomic(void)
{
	return pcpu_held_cpu() >= 0;
}

PERCPU_API void __percpu_not_atomic(const char *file, int line)
{
	pcpu_log(PERCPU_LOG_WARNING, "%s:%d: inside of a section, which must not wait", file, line);
}

/* --- up and down --- */

PERCPU_API int cpu_up(unsigned int cpu)
{
	must_be_able_to_wait("cpu_up()");
	return pcpu_hotplug_up(cpu, false);
}

PERCPU_API int cpu_down(unsigned int cpu)
{
	must_be_able_to_wait("cpu_down()");
	return pcpu_hotplug_down(cpu, false);
}

PERCPU_API int percpu_machine_cpu_up(unsigned int cpu)
{
	must_be_able_to_wait("percpu_machine_cpu_up()");
	return pcpu_hotplug_up(cpu, true);
}

PERCPU_API int percpu_machine_cpu_down(unsigned int cpu)
{
	must_be_able_to_wait("percpu_machine_cpu_down()");
	return pcpu_hotplug_down(cpu, true);
}

PERCPU_API void cpu_hotplug_disable(void)
{
	begin("cpu_hotplug_disable()");
	pcpu_hotplug_set_disabled(true);
	pcpu_maps_done();
}

PERCPU_API void cpu_hotplug_enable(void)
{
	begin("cpu_hotplug_enable()");
	pcpu_hotplug_set_disabled(false);
	pcpu_maps_done();
}

PERCPU_API const struct percpu_cpu_hooks *percpu_set_cpu_hooks(const struct percpu_cpu_hooks *hooks)
{
	const struct percpu_cpu_hooks *before;

	begin("percpu_set_cpu_hooks()");
	before = pcpu_set_hooks(hooks);
	pcpu_maps_done();
	return before;
}

/* --- suspend --- */

PERCPU_API int disable_nonboot_cpus(void)
{
	int err = pcpu_hotplug_refuse_inside("disable_nonboot_cpus()");

	if (err)
		return err;
	begin("disable_nonboot_cpus()");
	err = pcpu_disable_nonboot_cpus();
	pcpu_maps_done();
	return err;
}

PERCPU_API void enable_nonboot_cpus(void)
{
	if (pcpu_hotplug_refuse_inside("enable_nonboot_cpus()"))
		return;
	begin("enable_nonboot_cpus()");
	pcpu_enable_nonboot_cpus();
	pcpu_maps_done();
}

PERCPU_API int cpu_hotplug_pm_callback(struct notifier_block *nb, unsigned long action, void *data)
{
	(void)nb;
	(void)data;
	switch (action) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
		cpu_hotplug_disable();
		return NOTIFY_OK;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
		cpu_hotplug_enable();
		return NOTIFY_OK;
	default:
		return NOTIFY_DONE;
	}
}

/* --- threads of CPUs --- */

PERCPU_API int smpboot_register_percpu_thread(struct smp_hotplug_thread *kind)
{
	int err = pcpu_hotplug_refuse_inside("smpboot_register_percpu_thread()");

	if (err)
		return err;
	begin("smpboot_register_percpu_thread()");
	err = pcpu_threads_register(kind);
	pcpu_maps_done();
	if (!err)
		pcpu_hotplug_is_listened_to();
	return err;
}

PERCPU_API void smpboot_unregister_percpu_thread(struct smp_hotplug_thread *kind)
{
	begin("smpboot_unregister_percpu_thread()");
	pcpu_threads_unregister(kind);
	pcpu_maps_done();
	pcpu_hotplug_is_left();
}
