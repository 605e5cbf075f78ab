/* SPDX-License-Identifier: MIT */
/* up_down.c - see up_down.h. */
#include "hotplug/up_down.h"
#include "ground/assert.h"
#include "ground/log.h"
#include "hotplug/cpus.h"
#include "hotplug/elsewhere.h"
#include "hotplug/events.h"
#include "hotplug/hooks.h"
#include "hotplug/left_behind.h"
#include "hotplug/lock/maps.h"
#include "hotplug/lock/online_lock.h"
#include "hotplug/states.h"
#include "hotplug/threads.h"

#include <percpu/cpumask.h>

#include <errno.h>

static unsigned long event_of(const struct pcpu_change *change, unsigned long event)
{
	return change->frozen ? event | CPU_TASKS_FROZEN : event;
}

static void send(const struct pcpu_change *change, unsigned long event)
{
	pcpu_notify(event_of(change, event), change->cpu);
}

static void send_nofail(const struct pcpu_change *change, unsigned long event)
{
	pcpu_notify_nofail(event_of(change, event), change->cpu);
}

/*
 * Asks all notifiers. If one refuses, those before him, and not he himself, hear @undo. *@nr_calls:
 * how many have been told.
 */
static int ask(const struct pcpu_change *change, unsigned long event, unsigned long undo,
	       int *nr_calls)
{
	int err;

	*nr_calls = 0;
	err = pcpu_notify_some(event_of(change, event), change->cpu, -1, nr_calls);
	if (!err)
		return 0;
	--*nr_calls;
	pcpu_log(PERCPU_LOG_WARNING, "attempt to %s CPU %u failed: a notifier refuses (%d)",
		 event == CPU_UP_PREPARE ? "bring up" : "take down", change->cpu, err);
	pcpu_notify_some(event_of(change, undo), change->cpu, *nr_calls, NULL);
	return err;
}

static void set_level(const struct pcpu_change *change, int level)
{
	pcpu_cpu_of(change->cpu)->level = (short)level;
}

/* --- going --- */

static void die(void *arg)
{
	const struct pcpu_change *change = arg;

	send(change, CPU_DYING);
}

/* D7. It is nobody's to refuse. */
static void leave(const struct pcpu_change *change)
{
	if (pcpu_events_are_heard())
		pcpu_call_holding(change->cpu, die, (void *)change);
	pcpu_states_down_regardless(change->cpu, CPUHP_BRINGUP_CPU);
}

/* D5. */
static int disable(const struct pcpu_change *change)
{
	int err = pcpu_disable_cpu(change->cpu);

	if (!err && change->machine)
		err = change->machine(change->cpu);
	return change->must ? 0 : err;
}

/* D5 has failed. */
static void stay(const struct pcpu_change *change)
{
	pcpu_threads_unpark(change->cpu);
	set_cpu_active(change->cpu, true);
	send_nofail(change, CPU_DOWN_FAILED);
}

/* D3 to D10, the CPU being in the online mask. */
static int take_down(const struct pcpu_change *change)
{
	const unsigned int cpu = change->cpu;
	int err;

	set_cpu_active(cpu, false);
	pcpu_wait_for_sections(cpu);
	pcpu_threads_park(cpu);
	err = disable(change);
	if (err) {
		stay(change);
		return err;
	}
	set_cpu_online(cpu, false);
	set_level(change, CPUHP_AP_NOTIFY_STARTING);
	leave(change);
	if (cpu_online(cpu))
		pcpu_fatal_unlock("CPU %u is in the online mask again while it goes", cpu);
	pcpu_cpu_die(cpu);
	pcpu_states_down_regardless(cpu, CPUHP_NOTIFY_PREPARE);
	send_nofail(change, CPU_DEAD);
	set_level(change, CPUHP_OFFLINE);
	pcpu_report_left_behind(cpu);
	return 0;
}

/* D2 to D10; the states of ONLINE have been left. */
static int ask_and_take_down(const struct pcpu_change *change)
{
	int err, nr_calls;

	if (change->must) {
		pcpu_notify_regardless(event_of(change, CPU_DOWN_PREPARE), change->cpu);
		return take_down(change);
	}
	err = ask(change, CPU_DOWN_PREPARE, CPU_DOWN_FAILED, &nr_calls);
	return err ? err : take_down(change);
}

/* The states that D1 has left. */
static void enter_states_again(const struct pcpu_change *change)
{
	const int err = pcpu_states_up(change->cpu, CPUHP_AP_ACTIVE);

	if (err)
		pcpu_log(PERCPU_LOG_WARNING,
			 "CPU %u does not go, and cannot enter its states again (%d)", change->cpu,
			 err);
	else
		set_level(change, CPUHP_ONLINE);
}

static int leave_states(const struct pcpu_change *change)
{
	if (!change->must)
		return pcpu_states_down(change->cpu, CPUHP_AP_NOTIFY_ONLINE);
	pcpu_states_down_regardless(change->cpu, CPUHP_AP_NOTIFY_ONLINE);
	return 0;
}

static int go(const struct pcpu_change *change)
{
	int err;

	if (pcpu_cpu_at_rest(change->cpu)->level >= CPUHP_AP_ACTIVE)
		set_level(change, CPUHP_AP_ONLINE_DYN_END);
	err = leave_states(change);
	if (err) {
		enter_states_again(change);
		return err;
	}
	err = ask_and_take_down(change);
	if (err)
		enter_states_again(change);
	return err;
}

int pcpu_cpu_goes(const struct pcpu_change *change)
{
	int err;

	pcpu_assert_held(&pcpu_add_remove_lock);
	if (num_online_cpus() == 1)
		return -EBUSY;
	if (!cpu_online(change->cpu))
		return -EINVAL;
	err = pcpu_cpus_init();
	if (err)
		return err;
	pcpu_online_write_lock();
	err = go(change);
	pcpu_online_write_unlock();
	if (!err)
		send_nofail(change, CPU_POST_DEAD);
	return err;
}

/* --- coming --- */

static void start(void *arg)
{
	const struct pcpu_change *change = arg;

	send(change, CPU_STARTING);
}

/* U5 to U7. */
static int bring_up(const struct pcpu_change *change)
{
	int err = pcpu_start_cpu(change->cpu);

	if (!err && change->machine)
		err = change->machine(change->cpu);
	if (err)
		return err;
	set_level(change, CPUHP_BRINGUP_CPU);
	pcpu_states_up(change->cpu, CPUHP_AP_NOTIFY_STARTING);
	if (pcpu_events_are_heard())
		pcpu_call_holding(change->cpu, start, (void *)change);
	set_level(change, CPUHP_AP_ONLINE);
	set_cpu_online(change->cpu, true);
	/* nothing is called in between, and who takes it out needs the locks that we have */
	pcpu_assert(cpu_online(change->cpu));
	return 0;
}

/* U4 to U7, all notifiers having been asked. */
static int prepare_and_bring_up(const struct pcpu_change *change)
{
	int err;

	set_level(change, CPUHP_NOTIFY_PREPARE);
	err = pcpu_states_up(change->cpu, CPUHP_BP_PREPARE_DYN_END);
	if (err)
		return err;
	err = bring_up(change);
	if (err)
		pcpu_states_down_regardless(change->cpu, CPUHP_NOTIFY_PREPARE);
	return err;
}

/* U1 to U7. */
static int come_up(const struct pcpu_change *change)
{
	int err, nr_calls;

	err = pcpu_idle_thread_get(change->cpu);
	if (!err)
		err = pcpu_threads_create(change->cpu);
	if (!err)
		err = ask(change, CPU_UP_PREPARE, CPU_UP_CANCELED, &nr_calls);
	if (err)
		return err;
	err = prepare_and_bring_up(change);
	if (err) {
		pcpu_notify_some(event_of(change, CPU_UP_CANCELED), change->cpu, nr_calls, NULL);
		set_level(change, CPUHP_OFFLINE);
	}
	return err;
}

/* U9. *@gone: it has failed, and the CPU is gone again. */
static int enter_states(const struct pcpu_change *change, bool *gone)
{
	const struct pcpu_change back = {
		.cpu = change->cpu, .frozen = change->frozen, .must = true};
	int err;

	set_level(change, CPUHP_AP_NOTIFY_ONLINE);
	err = pcpu_states_up(change->cpu, CPUHP_AP_ONLINE_DYN_END);
	if (!err) {
		set_level(change, CPUHP_ONLINE);
		return 0;
	}
	*gone = true;
	pcpu_log(PERCPU_LOG_WARNING, "attempt to bring up CPU %u failed: a state refuses (%d)",
		 change->cpu, err);
	ask_and_take_down(&back);
	return err;
}

static int come(const struct pcpu_change *change, bool *gone)
{
	int err;

	if (cpu_online(change->cpu) || !cpu_present(change->cpu))
		return -EINVAL;
	err = pcpu_cpus_init();
	if (err)
		return err;
	pcpu_cpu_at_rest(change->cpu);
	err = come_up(change);
	if (err)
		return err;
	send(change, CPU_ONLINE);
	return enter_states(change, gone);
}

int pcpu_cpu_comes(const struct pcpu_change *change)
{
	bool gone = false;
	int err;

	pcpu_assert_held(&pcpu_add_remove_lock);
	pcpu_online_write_lock();
	err = come(change, &gone);
	pcpu_online_write_unlock();
	if (gone)
		send_nofail(change, CPU_POST_DEAD);
	if (!err)
		pcpu_cpu_of(change->cpu)->frozen = false;
	return err;
}
