/* SPDX-License-Identifier: MIT */
/*
 * cpuhotplug.h - states of CPU hotplug: what is to be done when a CPU comes, and undone when it
 * goes.
 *
 *	static int start(unsigned int cpu);	// 0, or a negative errno: the CPU does not come
 *	static int stop(unsigned int cpu);	// 0, or a negative errno: the CPU does not go
 *
 *	int state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "mine:online", start, stop);
 *
 *	if (state < 0)
 *		return state;			// start() has been undone where it had been done
 *	...
 *	cpuhp_remove_state(state);		// stop() has been called for each CPU
 *
 * A CPU that comes goes through all states, from the lowest to the highest, and one that goes back
 * through them. Whoever fails has the ones before him undone. In the order of the states stand the
 * notifiers' events too (cpu.h):
 *
 *	state			its callbacks run
 *	PREPARE, fixed and	in the thread that calls cpu_up() or cpu_down()
 *	dynamic
 *	STARTING, fixed		as on the CPU, which is held (section.h), with signals blocked.
 *				They must not wait; what they return is only reported
 *	ONLINE, fixed and	on the CPU: in a thread of the library that may run on no other,
 *	dynamic			with signals blocked. In a process that may not run there (a
 *				cpuset; a CPU that the machine does not have, or has offline),
 *				in that thread, elsewhere
 *
 * A callback that is NULL is passed over. Callbacks may allocate, operate, and nest
 * cpus_read_lock(); they must not set up or remove states (-EDEADLK, or fatal), nor be left by
 * longjmp() or an exception. The calls are thread-safe, and none of them is for handlers of signals
 * or for sections.
 */
#ifndef PERCPU_CPUHOTPLUG_H
#define PERCPU_CPUHOTPLUG_H

#include <percpu/impl/compiler.h>
#include <percpu/impl/hlist.h>

#include <percpu/impl/begin.h>

/** The states, in their order. Those that are named FIXED and DYN are a program's to use. */
enum cpuhp_state {
	CPUHP_INVALID = -1,
	CPUHP_OFFLINE = 0,
	CPUHP_CREATE_THREADS,   /* threads of CPUs are made (smpboot.h) */
	CPUHP_NOTIFY_PREPARE,   /* CPU_UP_PREPARE, CPU_UP_CANCELED and CPU_DEAD */
	CPUHP_BP_PREPARE_FIXED, /* ... _END: places among which a program decides */
	CPUHP_BP_PREPARE_FIXED_END = CPUHP_BP_PREPARE_FIXED + 47,
	CPUHP_BP_PREPARE_DYN, /* ask for this one: the next free of the dynamic ones */
	CPUHP_BP_PREPARE_DYN_END = CPUHP_BP_PREPARE_DYN + 20,
	CPUHP_BRINGUP_CPU, /* the CPU starts */
	CPUHP_AP_OFFLINE,
	CPUHP_AP_STARTING_FIXED,
	CPUHP_AP_STARTING_FIXED_END = CPUHP_AP_STARTING_FIXED + 15,
	CPUHP_AP_NOTIFY_STARTING, /* CPU_STARTING and CPU_DYING */
	CPUHP_AP_ONLINE,          /* from here on it is in the online mask */
	CPUHP_TEARDOWN_CPU,       /* the CPU stops */
	CPUHP_AP_SMPBOOT_THREADS, /* its threads are unparked, and parked */
	CPUHP_AP_NOTIFY_ONLINE,   /* CPU_ONLINE, CPU_DOWN_PREPARE and CPU_DOWN_FAILED */
	CPUHP_AP_ONLINE_FIXED,
	CPUHP_AP_ONLINE_FIXED_END = CPUHP_AP_ONLINE_FIXED + 15,
	CPUHP_AP_ONLINE_DYN,
	CPUHP_AP_ONLINE_DYN_END = CPUHP_AP_ONLINE_DYN + 40,
	CPUHP_AP_ACTIVE,
	CPUHP_ONLINE,
};

#ifndef container_of
/** container_of() - the @type whose @member @ptr points to. */
#define container_of(ptr, type, member) \
	((type *)(void *)((char *)(ptr) - __builtin_offsetof(type, member)))
#endif
#ifndef hlist_entry
/** hlist_entry(), hlist_entry_safe() - the instance of a node; NULL of NULL. */
#define hlist_entry(ptr, type, member) container_of(ptr, type, member)
#define hlist_entry_safe(ptr, type, member)                                  \
	__extension__({                                                      \
		struct hlist_node *__pcpu_node = (ptr);                      \
		__pcpu_node ? hlist_entry(__pcpu_node, type, member) : NULL; \
	})
#endif

__PCPU_BEGIN_DECLS

/** A callback of a state; and one of a state with instances, which is called for each of them. */
typedef int (*cpuhp_callback_t)(unsigned int cpu);
typedef int (*cpuhp_multi_callback_t)(unsigned int cpu, struct hlist_node *node);

/* What the calls below are. Locked: between cpus_read_lock() and its end, or in no need of that. */
PERCPU_API int __percpu_cpuhp_setup(int state, const char *name, bool invoke,
				    cpuhp_callback_t startup, cpuhp_callback_t teardown,
				    bool locked);
PERCPU_API int __percpu_cpuhp_setup_multi(int state, const char *name,
					  cpuhp_multi_callback_t startup,
					  cpuhp_multi_callback_t teardown, bool locked);
PERCPU_API void __percpu_cpuhp_remove(int state, bool invoke, bool locked);
PERCPU_API int __percpu_cpuhp_add_instance(int state, struct hlist_node *node, bool invoke,
					   bool locked);
PERCPU_API int __percpu_cpuhp_remove_instance(int state, struct hlist_node *node, bool invoke,
					      bool locked);

/**
 * cpuhp_setup_state() - have @startup called for each CPU that comes, and @teardown for each that
 * goes
 * @state: a FIXED one, or CPUHP_BP_PREPARE_DYN or CPUHP_AP_ONLINE_DYN
 * @name: for the log. Not NULL, and kept
 *
 * For each CPU that is past the state already @startup is called here. If one fails, @teardown is
 * called for those before it, and the state is not set up.
 *
 * Returns 0, or the state for a dynamic one; -EINVAL: no such state, or no name; -EBUSY: the state
 * is in use; -ENOSPC: no dynamic one is left; -EDEADLK: in a callback of a state; -ENOMEM; or what
 * @startup has failed with.
 *
 * _nocalls: @startup is not called here. _cpuslocked: the caller is a reader (cpus_read_lock()).
 */
__pcpu_always_inline int cpuhp_setup_state(int state, const char *name, cpuhp_callback_t startup,
					   cpuhp_callback_t teardown)
{
	return __percpu_cpuhp_setup(state, name, true, startup, teardown, false);
}

__pcpu_always_inline int cpuhp_setup_state_cpuslocked(int state, const char *name,
						      cpuhp_callback_t startup,
						      cpuhp_callback_t teardown)
{
	return __percpu_cpuhp_setup(state, name, true, startup, teardown, true);
}

__pcpu_always_inline int cpuhp_setup_state_nocalls(int state, const char *name,
						   cpuhp_callback_t startup,
						   cpuhp_callback_t teardown)
{
	return __percpu_cpuhp_setup(state, name, false, startup, teardown, false);
}

__pcpu_always_inline int cpuhp_setup_state_nocalls_cpuslocked(int state, const char *name,
							      cpuhp_callback_t startup,
							      cpuhp_callback_t teardown)
{
	return __percpu_cpuhp_setup(state, name, false, startup, teardown, true);
}

/**
 * cpuhp_remove_state() - call @teardown for each CPU that is past the state, and forget the state
 *
 * What @teardown returns is not looked at, but for a warning in the log. Fatal if @state is not one
 * that can be set up; of one that is not, nothing. _nocalls: @teardown is not called.
 */
__pcpu_always_inline void cpuhp_remove_state(int state)
{
	__percpu_cpuhp_remove(state, true, false);
}

__pcpu_always_inline void cpuhp_remove_state_nocalls(int state)
{
	__percpu_cpuhp_remove(state, false, false);
}

__pcpu_always_inline void cpuhp_remove_state_nocalls_cpuslocked(int state)
{
	__percpu_cpuhp_remove(state, false, true);
}

/** cpuhp_setup_state_multi() - a state with instances, of which there are none yet. */
__pcpu_always_inline int cpuhp_setup_state_multi(int state, const char *name,
						 cpuhp_multi_callback_t startup,
						 cpuhp_multi_callback_t teardown)
{
	return __percpu_cpuhp_setup_multi(state, name, startup, teardown, false);
}

/** cpuhp_remove_multi_state() - forget it. Instances that it still has: a warning in the log. */
__pcpu_always_inline void cpuhp_remove_multi_state(int state)
{
	__percpu_cpuhp_remove(state, false, false);
}

/**
 * cpuhp_state_add_instance() - one instance more, for which the callbacks are called from now on
 * @node: a member of it, which belongs to the list until it is removed
 *
 * Returns 0; -EINVAL: @state has no instances; or what the startup callback has failed with for one
 * CPU: it has been undone for the others. _nocalls: it is not called here.
 */
__pcpu_always_inline int cpuhp_state_add_instance(int state, struct hlist_node *node)
{
	return __percpu_cpuhp_add_instance(state, node, true, false);
}

__pcpu_always_inline int cpuhp_state_add_instance_nocalls(int state, struct hlist_node *node)
{
	return __percpu_cpuhp_add_instance(state, node, false, false);
}

__pcpu_always_inline int cpuhp_state_add_instance_nocalls_cpuslocked(int state,
								     struct hlist_node *node)
{
	return __percpu_cpuhp_add_instance(state, node, false, true);
}

/** cpuhp_state_remove_instance() - call the teardown for it, and take it off. 0, or -EINVAL. */
__pcpu_always_inline int cpuhp_state_remove_instance(int state, struct hlist_node *node)
{
	return __percpu_cpuhp_remove_instance(state, node, true, false);
}

__pcpu_always_inline int cpuhp_state_remove_instance_nocalls(int state, struct hlist_node *node)
{
	return __percpu_cpuhp_remove_instance(state, node, false, false);
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/cpuhotplug.h>
#endif

#endif /* PERCPU_CPUHOTPLUG_H */
