/* SPDX-License-Identifier: MIT */
/* nonboot.c - see nonboot.h. */
#include "hotplug/nonboot.h"
#include "ground/log.h"
#include "hotplug/cpus.h"
#include "hotplug/hooks.h"
#include "hotplug/machine.h"
#include "hotplug/up_down.h"

#include <percpu/cpumask.h>

/* frozen_cpus is a bit of each CPU's record. */
static void clear_frozen_cpus(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		pcpu_cpu_of(cpu)->frozen = false;
}

static bool has_frozen_cpus(void)
{
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (pcpu_cpu_of(cpu)->frozen)
			return true;
	return false;
}

static int freeze(unsigned int cpu)
{
	const struct pcpu_change change = {.cpu = cpu, .frozen = true};
	const int err = pcpu_cpu_goes(&change);

	if (err)
		pcpu_log(PERCPU_LOG_ERR, "error taking CPU %u down: %d", cpu, err);
	else
		pcpu_cpu_of(cpu)->frozen = true;
	return err;
}

static unsigned int lowest_online(void)
{
	unsigned int cpu = 0;

	while (!cpu_online(cpu))
		cpu++;
	return cpu;
}

/* All that are online, but for the lowest. */
static int freeze_all(void)
{
	const unsigned int first_cpu = lowest_online();
	int err = 0;

	for (unsigned int cpu = first_cpu + 1; cpu < nr_cpu_ids && !err; cpu++)
		if (cpu_online(cpu))
			err = freeze(cpu);
	return err;
}

int pcpu_disable_nonboot_cpus(void)
{
	int err = pcpu_cpus_init();

	if (err)
		return err;
	clear_frozen_cpus();
	pcpu_log(PERCPU_LOG_INFO, "disabling non-boot CPUs");
	err = freeze_all();
	if (err) {
		pcpu_log(PERCPU_LOG_ERR, "non-boot CPUs are not disabled");
		return err;
	}
	if (num_online_cpus() != 1)
		pcpu_fatal_unlock("%u CPUs are online, all but one having gone", num_online_cpus());
	/* so that nobody else brings them up */
	pcpu_hotplug_disable_locked(true);
	return 0;
}

static void thaw(unsigned int cpu)
{
	const struct pcpu_change change = {.cpu = cpu, .frozen = true};
	const int err = pcpu_cpu_comes(&change);

	if (err)
		pcpu_log(PERCPU_LOG_WARNING, "error taking CPU %u up: %d", cpu, err);
	else
		pcpu_log(PERCPU_LOG_INFO, "CPU %u is up", cpu);
}

static void thaw_all(void)
{
	pcpu_log(PERCPU_LOG_INFO, "enabling non-boot CPUs");
	pcpu_enable_nonboot_cpus_begin();
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		if (pcpu_cpu_of(cpu)->frozen)
			thaw(cpu);
	pcpu_enable_nonboot_cpus_end();
	clear_frozen_cpus();
}

void pcpu_enable_nonboot_cpus(void)
{
	pcpu_hotplug_disable_locked(false);
	if (pcpu_cpus_init())
		return; /* then nobody has been frozen */
	if (has_frozen_cpus())
		thaw_all();
	pcpu_hotplug_tell_untold();
}
