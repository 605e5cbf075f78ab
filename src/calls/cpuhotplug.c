/* SPDX-License-Identifier: MIT */
/* cpuhotplug.c - states of CPU hotplug, as programs call them; percpu/cpuhotplug.h. */
#include "hotplug/machine.h"
#include "hotplug/states.h"

#include <percpu/cpu.h>
#include <percpu/cpuhotplug.h>

static void begin(bool locked)
{
	if (locked)
		lockdep_assert_cpus_held();
	else
		cpus_read_lock();
}

static void end(bool locked)
{
	if (!locked)
		cpus_read_unlock();
}

static int set_up(int state, const char *name, bool invoke,
		  const struct pcpu_state_callbacks *callbacks, bool locked)
{
	int err;

	begin(locked);
	err = pcpu_state_setup(state, name, invoke, callbacks);
	end(locked);
	if (err >= 0)
		pcpu_hotplug_is_listened_to();
	return err;
}

PERCPU_API int __percpu_cpuhp_setup(int state, const char *name, bool invoke,
				    cpuhp_callback_t startup, cpuhp_callback_t teardown,
				    bool locked)
{
	const struct pcpu_state_callbacks callbacks = {.startup = startup, .teardown = teardown};

	return set_up(state, name, invoke, &callbacks, locked);
}

PERCPU_API int __percpu_cpuhp_setup_multi(int state, const char *name,
					  cpuhp_multi_callback_t startup,
					  cpuhp_multi_callback_t teardown, bool locked)
{
	const struct pcpu_state_callbacks callbacks = {
		.startup_multi = startup, .teardown_multi = teardown, .multi = true};

	return set_up(state, name, false, &callbacks, locked);
}

PERCPU_API void __percpu_cpuhp_remove(int state, bool invoke, bool locked)
{
	begin(locked);
	pcpu_state_remove(state, invoke);
	end(locked);
	pcpu_hotplug_is_left();
}

PERCPU_API int __percpu_cpuhp_add_instance(int state, struct hlist_node *node, bool invoke,
					   bool locked)
{
	int err;

	begin(locked);
	err = pcpu_state_add_instance(state, node, invoke);
	end(locked);
	return err;
}

PERCPU_API int __percpu_cpuhp_remove_instance(int state, struct hlist_node *node, bool invoke,
					      bool locked)
{
	int err;

	begin(locked);
	err = pcpu_state_remove_instance(state, node, invoke);
	end(locked);
	return err;
}
