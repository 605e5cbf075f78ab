/* SPDX-License-Identifier: MIT */
/*
 * cpu.h - CPU hotplug: CPUs that come and go, who hears of it, and who keeps them from going.
 *
 *	static int heard(struct notifier_block *nb, unsigned long event, void *cpu);
 *
 *	hotcpu_notifier(heard, 0);		// from now on it hears of CPUs
 *
 *	cpus_read_lock();			// none of them comes or goes
 *	for_each_online_cpu(cpu)
 *		visit(cpu);
 *	cpus_read_unlock();
 *
 * A process cannot plug CPUs. What is up or down here are the CPUs in this process's masks
 * (cpumask.h): cpu_up() and cpu_down() change these, tell everybody who has registered, in the
 * kernel's order, and change nothing on the machine. Threads go on running wherever they are
 * allowed to, and what they count on a CPU that is down is in its copy as ever: copies exist for
 * every possible CPU, so nothing is lost or moved when one goes, and sums have it.
 * percpu_machine_cpu_up() and percpu_machine_cpu_down() do the same with the machine's own CPUs.
 *
 * Nothing of this costs anything before it is used. docs/hotplug.md has all steps in their order,
 * what the masks are at each, and who is told what if one fails.
 *
 * Who registers and who calls up or down may be any thread, but no handler of a signal, and no
 * section (section.h), which must not wait: that is fatal. The callbacks run without any lock of
 * the library that an allocation or an operation wants, so both may be done in them.
 *
 * fork(): a child has the notifiers, the masks and the readers' sections of the thread that forked,
 * and no others. fork() does not wait for whoever takes a CPU up or down: in the child, that CPU
 * stays as it was at the moment, and cpu_down() takes it from there; whoever forks inside of a
 * callback goes on with it in both processes.
 */
#ifndef PERCPU_CPU_H
#define PERCPU_CPU_H

#include <percpu/cpumask.h>
#include <percpu/notifier.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/* --- events --- */

/**
 * The events, for a notifier of CPUs. The third argument of the callback is the CPU's number as a
 * pointer: (unsigned int)(unsigned long)data. "refuse": a callback that returns an error has the
 * operation given up. An error to an event that is marked so is fatal.
 */
#define CPU_ONLINE 0x0002       /* it is up */
#define CPU_UP_PREPARE 0x0003   /* it is about to come: may be refused */
#define CPU_UP_CANCELED 0x0004  /* it does not come */
#define CPU_DOWN_PREPARE 0x0005 /* it is about to go: may be refused */
#define CPU_DOWN_FAILED 0x0006  /* it does not go */
#define CPU_DEAD 0x0007         /* it is gone; fatal */
#define CPU_DYING 0x0008        /* it goes: as on that CPU, and must not sleep */
#define CPU_POST_DEAD 0x0009    /* the same as CPU_DEAD, without the readers' lock; fatal */
#define CPU_STARTING 0x000A     /* it comes: as on that CPU, and must not sleep */

/** Added to each event while all CPUs but one are down (disable_nonboot_cpus()). */
#define CPU_TASKS_FROZEN 0x0010
#define CPU_ONLINE_FROZEN (CPU_ONLINE | CPU_TASKS_FROZEN)
#define CPU_UP_PREPARE_FROZEN (CPU_UP_PREPARE | CPU_TASKS_FROZEN)
#define CPU_UP_CANCELED_FROZEN (CPU_UP_CANCELED | CPU_TASKS_FROZEN)
#define CPU_DOWN_PREPARE_FROZEN (CPU_DOWN_PREPARE | CPU_TASKS_FROZEN)
#define CPU_DOWN_FAILED_FROZEN (CPU_DOWN_FAILED | CPU_TASKS_FROZEN)
#define CPU_DEAD_FROZEN (CPU_DEAD | CPU_TASKS_FROZEN)
#define CPU_DYING_FROZEN (CPU_DYING | CPU_TASKS_FROZEN)
#define CPU_POST_DEAD_FROZEN (CPU_POST_DEAD | CPU_TASKS_FROZEN)
#define CPU_STARTING_FROZEN (CPU_STARTING | CPU_TASKS_FROZEN)

/** Priorities that mean something: threads of CPUs (smpboot.h) are told at this one. */
#define CPU_PRI_SMPBOOT 9

/* --- who hears of them --- */

/**
 * register_cpu_notifier() - have @nb called with the events of all CPUs from now on
 *
 * What is up already is not told again. To look at that in the same step:
 * cpu_notifier_register_begin(), for_each_online_cpu(), __register_cpu_notifier(),
 * cpu_notifier_register_done().
 *
 * Returns 0; -EEXIST: it is registered already; -EINVAL: it has no callback. Waits while a CPU goes
 * up or down. Not inside of cpus_read_lock(): whoever takes a CPU down may be waiting for that. In
 * a callback it is as __register_cpu_notifier() (in the kernel, it would wait for itself); blocks
 * that come later in the order hear the event that is under way.
 */
PERCPU_API int register_cpu_notifier(struct notifier_block *nb) __pcpu_as(register_cpu_notifier);
/**
 * unregister_cpu_notifier() - from the return on, @nb is called no more
 *
 * A callback may call it for its own block. One that is not there: nothing. */
PERCPU_API void unregister_cpu_notifier(struct notifier_block *nb)
	__pcpu_as(unregister_cpu_notifier);

/** The same between cpu_notifier_register_begin() and _done(), or inside of a callback. */
PERCPU_API int __register_cpu_notifier(struct notifier_block *nb)
	__pcpu_as(register_cpu_notifier_locked);
PERCPU_API void __unregister_cpu_notifier(struct notifier_block *nb)
	__pcpu_as(unregister_cpu_notifier_locked);

/**
 * cpu_maps_update_begin(), cpu_maps_update_done() - keep everybody else from taking CPUs up or
 * down, registering, and disabling hotplug
 *
 * The kernel's cpu_add_remove_lock. It nests in a thread. Not inside of cpus_read_lock().
 */
PERCPU_API void cpu_maps_update_begin(void) __pcpu_as(cpu_maps_update_begin);
PERCPU_API void cpu_maps_update_done(void) __pcpu_as(cpu_maps_update_done);
#define cpu_notifier_register_begin cpu_maps_update_begin
#define cpu_notifier_register_done cpu_maps_update_done

/** hotcpu_notifier(), cpu_notifier() - define a block for the callback @fn, and register it. */
#define cpu_notifier(fn, pri)                                           \
	do {                                                            \
		static struct notifier_block fn##_nb = {fn, NULL, pri}; \
		register_cpu_notifier(&fn##_nb);                        \
	} while (0)
#define __cpu_notifier(fn, pri)                                         \
	do {                                                            \
		static struct notifier_block fn##_nb = {fn, NULL, pri}; \
		__register_cpu_notifier(&fn##_nb);                      \
	} while (0)
#define hotcpu_notifier(fn, pri) cpu_notifier(fn, pri)
#define __hotcpu_notifier(fn, pri) __cpu_notifier(fn, pri)
#define register_hotcpu_notifier(nb) register_cpu_notifier(nb)
#define __register_hotcpu_notifier(nb) __register_cpu_notifier(nb)
#define unregister_hotcpu_notifier(nb) unregister_cpu_notifier(nb)
#define __unregister_hotcpu_notifier(nb) __unregister_cpu_notifier(nb)

/* --- who keeps them from coming and going --- */

/**
 * cpus_read_lock() - from here to cpus_read_unlock() no CPU comes or goes
 *
 * Waits while one does, and while somebody waits to do it: so readers do not keep a writer from
 * ever beginning. It nests, and inside of the callbacks, which run as the writer, it does nothing.
 * A thread gives back itself what it has. Whoever is inside must not take CPUs up or down, nor wait
 * for another thread that wants to be a reader.
 *
 * Costs an addition to this CPU's copy of a counter, and so does the end.
 *
 * Thread-safe. In a handler of a signal it waits for other threads, never for its own. A thread
 * that ends inside is reported in the log, and taken for one that has given it back.
 */
PERCPU_API void cpus_read_lock(void) __pcpu_as(cpus_read_lock);
/** cpus_read_trylock() - the same, or false at once where that would wait. */
PERCPU_API bool cpus_read_trylock(void) __pcpu_as(cpus_read_trylock);
/** cpus_read_unlock() - the end. Without a begin: a warning in the log, and nothing else. */
PERCPU_API void cpus_read_unlock(void) __pcpu_as(cpus_read_unlock);
/** The same by their older names. */
#define get_online_cpus() cpus_read_lock()
#define try_get_online_cpus() cpus_read_trylock()
#define put_online_cpus() cpus_read_unlock()

/**
 * cpus_write_lock() - be the one who changes which CPUs there are
 *
 * Takes what cpu_maps_update_begin() does, where the caller does not have it, then waits until all
 * readers are done; new ones wait. For a change to the masks that is more than a cpu_up() or
 * cpu_down(); these cannot be called inside.
 */
PERCPU_API void cpus_write_lock(void) __pcpu_as(cpus_write_lock);
PERCPU_API void cpus_write_unlock(void) __pcpu_as(cpus_write_unlock);
#define cpu_hotplug_begin() cpus_write_lock()
#define cpu_hotplug_done() cpus_write_unlock()

/** Whether the calling thread is a reader, or the writer. */
PERCPU_API bool __percpu_cpus_are_held(void);
/** lockdep_assert_cpus_held() - say so in the log, once a place, where it is neither. */
#define lockdep_assert_cpus_held()                                                      \
	do {                                                                            \
		static bool __pcpu_warned;                                              \
		if (__builtin_expect(!__percpu_cpus_are_held(), 0) && !__pcpu_warned) { \
			__pcpu_warned = true;                                           \
			__percpu_cpus_not_held(__FILE__, __LINE__);                     \
		}                                                                       \
	} while (0)
PERCPU_API void __percpu_cpus_not_held(const char *file, int line);

/**
 * synchronize_sched() - wait until all sections (section.h) have ended that there were at the call
 *
 * On all CPUs, one after the other. What was written before the call is seen by sections that begin
 * later. Not inside of a section. Thread-safe; not for handlers of signals.
 */
PERCPU_API void synchronize_sched(void) __pcpu_as(synchronize_sched);

/**
 * might_sleep() - say so in the log, once a place, if it is inside of a section, which must not
 * wait.
 */
#define might_sleep()                                            \
	do {                                                     \
		static bool __pcpu_warned;                       \
		if (!__pcpu_warned && __percpu_is_atomic()) {    \
			__pcpu_warned = true;                    \
			__percpu_not_atomic(__FILE__, __LINE__); \
		}                                                \
	} while (0)
PERCPU_API bool __percpu_is_atomic(void);
PERCPU_API void __percpu_not_atomic(const char *file, int line);

/* --- taking them up and down --- */

/**
 * cpu_up() - bring @cpu up in this process's masks
 *
 * Returns 0; -EINVAL: it is not possible (with an error in the log), not present, or up already;
 * -EBUSY: hotplug is disabled; -EDEADLK: the caller is a reader, or in a callback; -ENOMEM; or
 * what a notifier, a state (cpuhotplug.h) or a hook has refused with, and then everything is as it
 * was.
 */
PERCPU_API int cpu_up(unsigned int cpu) __pcpu_as(cpu_up);
/**
 * cpu_down() - take @cpu down in this process's masks
 *
 * Returns 0; -EBUSY: it is the last one, or hotplug is disabled; -EINVAL: it is not up; the rest as
 * cpu_up(). Waits for sections on that CPU. Threads that may run on no other CPU are named in a
 * warning; they go on. With the watcher (watch.h) a CPU that was taken down so stays down, whatever
 * becomes of it on the machine, until cpu_up().
 */
PERCPU_API int cpu_down(unsigned int cpu) __pcpu_as(cpu_down);

/**
 * cpu_hotplug_disable() - have cpu_up() and cpu_down() refused, from the return on
 *
 * Waits for those that are under way. A flag, as in the kernel that is mirrored: of two of them,
 * one cpu_hotplug_enable() is the end. What happens to the machine meanwhile is told then.
 */
PERCPU_API void cpu_hotplug_disable(void) __pcpu_as(cpu_hotplug_disable);
PERCPU_API void cpu_hotplug_enable(void) __pcpu_as(cpu_hotplug_enable);

/**
 * disable_nonboot_cpus() - take all CPUs down but the lowest, with the events of a suspend
 *
 * Hotplug is disabled then. Returns 0, or an error as cpu_down()'s: then CPUs that are down already
 * stay so, hotplug is not disabled, and enable_nonboot_cpus() is to be called as well.
 */
PERCPU_API int disable_nonboot_cpus(void) __pcpu_as(disable_nonboot_cpus);
/**
 * enable_nonboot_cpus() - enable hotplug, and bring those up again
 *
 * Who does not come is in the log.
 */
PERCPU_API void enable_nonboot_cpus(void) __pcpu_as(enable_nonboot_cpus);

/* --- suspend --- */

/** What the kernel's power management tells, with its values. */
#define PM_HIBERNATION_PREPARE 0x0001
#define PM_POST_HIBERNATION 0x0002
#define PM_SUSPEND_PREPARE 0x0003
#define PM_POST_SUSPEND 0x0004

/**
 * cpu_hotplug_pm_callback() - a notifier for the chain on which a program hears of suspends:
 * hotplug is disabled from a PREPARE to its POST
 *
 * Returns NOTIFY_OK for these four, NOTIFY_DONE for all others.
 */
PERCPU_API int cpu_hotplug_pm_callback(struct notifier_block *nb, unsigned long action, void *data)
	__pcpu_as(cpu_hotplug_pm_callback);

/* --- hooks --- */

/**
 * struct percpu_cpu_hooks - what a program does where the kernel has the architecture
 *
 * Any of them may be NULL, which is to do nothing, and well. They run in the caller's thread, as
 * the writer. Who returns an error, a negative errno, has the operation fail with it.
 */
struct percpu_cpu_hooks {
	int (*idle_thread_get)(unsigned int cpu); /* up: the first step, before any event */
	int (*__cpu_up)(unsigned int cpu);        /* it starts, before CPU_STARTING */
	int (*__cpu_disable)(unsigned int cpu);   /* it leaves the online mask if this is 0 */
	void (*__cpu_die)(unsigned int cpu);      /* behind CPU_DYING */
	void (*arch_enable_nonboot_cpus_begin)(void);
	void (*arch_enable_nonboot_cpus_end)(void);
};

/**
 * percpu_set_cpu_hooks() - have these called from now on; NULL: none
 *
 * They are not copied. Returns those before. Waits while a CPU comes or goes.
 */
PERCPU_API const struct percpu_cpu_hooks *
percpu_set_cpu_hooks(const struct percpu_cpu_hooks *hooks);

/* --- the machine's own --- */

/**
 * percpu_machine_cpu_up(), percpu_machine_cpu_down() - bring a CPU of the machine on- or offline,
 * for everybody
 *
 * As cpu_up() and cpu_down(), and where the CPU starts or stops, that is written to
 * /sys/devices/system/cpu/cpuN/online. A CPU that this process has up or down already: -EINVAL.
 *
 * Beside what these return: -EACCES, -EPERM or -EROFS: the caller has no right to; -EOPNOTSUPP:
 * this CPU cannot be plugged, or there is no sysfs; another negative errno: the kernel refuses.
 * The first of these are found before anybody is told anything.
 */
PERCPU_API int percpu_machine_cpu_up(unsigned int cpu);
PERCPU_API int percpu_machine_cpu_down(unsigned int cpu);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/cpu.h>
#endif

#endif /* PERCPU_CPU_H */
