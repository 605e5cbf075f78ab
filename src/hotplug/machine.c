/* SPDX-License-Identifier: MIT */
/* machine.c - see machine.h. */
#include "hotplug/machine.h"
#include "ground/assert.h"
#include "ground/bitmap.h"
#include "ground/fault.h"
#include "ground/log.h"
#include "hotplug/cpus.h"
#include "hotplug/events.h"
#include "hotplug/lock/maps.h"
#include "hotplug/lock/online_lock.h"
#include "hotplug/states.h"
#include "hotplug/up_down.h"

#include <percpu/cpumask.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

const char *pcpu_machine_sysfs = "/sys";

static struct {
	bool cpu_hotplug_disabled;
	bool untold; /* some of the machine's doings are */
	int file;    /* of the machine's CPU that is about to come or go */
} hotplug;

/* --- who watches the machine --- */

static bool is_heard(void)
{
	return pcpu_events_are_heard() || pcpu_states_are_heard();
}

static void machine_is_online(unsigned int cpu, bool online)
{
	pcpu_hotplug_machine_event(cpu, online ? PCPU_MACHINE_CAME : PCPU_MACHINE_GONE);
}

static void machine_is_present(unsigned int cpu, bool present)
{
	pcpu_hotplug_machine_event(cpu, present ? PCPU_MACHINE_ADDED : PCPU_MACHINE_REMOVED);
}

/* Between this and a CPU that comes, whoever is last is told again. */
static void machine_allows(const unsigned long *bits)
{
	unsigned int cpu;

	pcpu_maps_begin();
	for_each_possible_cpu(cpu)
		set_cpu_active(cpu, cpu_online(cpu) && pcpu_test_bit(cpu, bits));
	pcpu_maps_done();
}

const struct pcpu_watch_sink pcpu_hotplug_sink = {
	.is_heard = is_heard,
	.online = machine_is_online,
	.present = machine_is_present,
	.allowed = machine_allows,
};

void pcpu_hotplug_is_listened_to(void)
{
	pcpu_watch_listen(&pcpu_hotplug_sink);
}

void pcpu_hotplug_is_left(void)
{
	pcpu_watch_leave();
}

/* --- the machine's own --- */

/* 0, or why it cannot be done to @cpu. */
static int open_file(unsigned int cpu)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/devices/system/cpu/cpu%u/online", pcpu_machine_sysfs, cpu);
	hotplug.file = pcpu_fault(PCPU_FAULT_FILE) ? (errno = EMFILE, -1)
						   : open(path, O_WRONLY | O_CLOEXEC);
	if (hotplug.file >= 0)
		return 0;
	return errno == ENOENT || errno == ENOTDIR ? -EOPNOTSUPP : -errno;
}

static int write_file(const char *what)
{
	ssize_t written;

	do {
		written = write(hotplug.file, what, 1);
	} while (written < 0 && errno == EINTR);
	return written == 1 ? 0 : written < 0 ? -errno : -EIO;
}

static int machine_on(unsigned int cpu)
{
	int err = write_file("1");

	if (!err)
		pcpu_cpu_of(cpu)->machine_off = false;
	return err;
}

static int machine_off(unsigned int cpu)
{
	int err = write_file("0");

	if (!err)
		pcpu_cpu_of(cpu)->machine_off = true;
	return err;
}

/* --- what becomes of a CPU --- */

/* Whether @cpu is to be up. */
static bool is_wanted(const struct pcpu_cpu *record)
{
	return !record->kept_down && (record->kept_up || !record->machine_off);
}

static int settle(unsigned int cpu)
{
	struct pcpu_cpu *record = pcpu_cpu_of(cpu);
	const struct pcpu_change change = {.cpu = cpu, .must = !is_wanted(record)};

	record->untold = false;
	if (is_wanted(record) == cpu_online(cpu))
		return 0;
	return change.must ? pcpu_cpu_goes(&change) : pcpu_cpu_comes(&change);
}

static void note(unsigned int cpu, enum pcpu_machine_event event)
{
	struct pcpu_cpu *record = pcpu_cpu_of(cpu);

	if (event == PCPU_MACHINE_ADDED || event == PCPU_MACHINE_CAME)
		set_cpu_present(cpu, true);
	if (event == PCPU_MACHINE_ADDED)
		return;
	record->machine_off = event != PCPU_MACHINE_CAME;
	if (event != PCPU_MACHINE_GONE)
		record->kept_up = false;
}

/* Until enable_nonboot_cpus(), which brings it up: also where not all went, and hotplug goes on. */
static bool stays_frozen(unsigned int cpu)
{
	return pcpu_cpu_of(cpu)->frozen && !cpu_online(cpu);
}

static int take_note(unsigned int cpu, enum pcpu_machine_event event)
{
	int err = pcpu_cpus_init();

	if (err)
		return err;
	note(cpu, event);
	/* in a callback, somebody is on his way already */
	if (hotplug.cpu_hotplug_disabled || pcpu_online_self.writes || stays_frozen(cpu)) {
		pcpu_cpu_of(cpu)->untold = true;
		hotplug.untold = true;
		return -EBUSY;
	}
	err = settle(cpu);
	if (event == PCPU_MACHINE_REMOVED && !cpu_online(cpu))
		set_cpu_present(cpu, false);
	return err;
}

int pcpu_hotplug_machine_event(unsigned int cpu, enum pcpu_machine_event event)
{
	int err;

	if (!cpu_possible(cpu))
		return -EINVAL;
	if (pcpu_online_self.reads)
		return -EDEADLK;
	pcpu_maps_begin();
	err = take_note(cpu, event);
	if (!pcpu_online_self.writes)
		pcpu_hotplug_tell_untold();
	pcpu_maps_done();
	return err;
}

void pcpu_hotplug_tell_untold(void)
{
	pcpu_assert_held(&pcpu_add_remove_lock);
	if (!hotplug.untold || hotplug.cpu_hotplug_disabled)
		return;
	hotplug.untold = false;
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++) {
		if (!pcpu_cpu_of(cpu)->untold)
			continue;
		if (stays_frozen(cpu))
			hotplug.untold = true;
		else
			settle(cpu);
	}
}

/* --- up and down --- */

int pcpu_hotplug_refuse_inside(const char *what)
{
	if (!pcpu_online_self.reads && !pcpu_online_self.writes && !pcpu_online_self.calls)
		return 0;
	pcpu_log(PERCPU_LOG_ERR,
		 "%s inside of a callback of hotplug, or of cpus_read_lock(): it would wait for "
		 "itself",
		 what);
	return -EDEADLK;
}

static int change_cpu(const struct pcpu_change *change, bool up)
{
	struct pcpu_cpu *record;
	int err;

	if (hotplug.cpu_hotplug_disabled)
		return -EBUSY;
	err = up ? pcpu_cpu_comes(change) : pcpu_cpu_goes(change);
	if (err)
		return err;
	record = pcpu_cpu_of(change->cpu);
	record->kept_down = !up && !change->machine;
	record->kept_up = up && record->machine_off;
	return 0;
}

static int change_locked(const struct pcpu_change *change, bool up)
{
	int err;

	pcpu_maps_begin();
	err = change->machine ? open_file(change->cpu) : 0;
	if (!err) {
		err = change_cpu(change, up);
		if (change->machine)
			close(hotplug.file);
	}
	if (!pcpu_online_self.writes)
		pcpu_hotplug_tell_untold();
	pcpu_maps_done();
	return err;
}

int pcpu_hotplug_up(unsigned int cpu, bool machine)
{
	const struct pcpu_change change = {.cpu = cpu, .machine = machine ? machine_on : NULL};
	const int err = pcpu_hotplug_refuse_inside("cpu_up()");

	if (err)
		return err;
	if (!cpu_possible(cpu)) {
		pcpu_log(PERCPU_LOG_ERR, "CPU %u cannot be brought up: it is not possible", cpu);
		return -EINVAL;
	}
	return change_locked(&change, true);
}

int pcpu_hotplug_down(unsigned int cpu, bool machine)
{
	const struct pcpu_change change = {.cpu = cpu, .machine = machine ? machine_off : NULL};
	const int err = pcpu_hotplug_refuse_inside("cpu_down()");

	return err ? err : change_locked(&change, false);
}

bool pcpu_hotplug_is_disabled(void)
{
	pcpu_assert(pcpu_maps_taken);
	return hotplug.cpu_hotplug_disabled;
}

void pcpu_hotplug_disable_locked(bool disabled)
{
	pcpu_assert_held(&pcpu_add_remove_lock);
	hotplug.cpu_hotplug_disabled = disabled;
}

void pcpu_hotplug_set_disabled(bool disabled)
{
	pcpu_maps_begin();
	hotplug.cpu_hotplug_disabled = disabled;
	if (!pcpu_online_self.writes)
		pcpu_hotplug_tell_untold();
	pcpu_maps_done();
}
