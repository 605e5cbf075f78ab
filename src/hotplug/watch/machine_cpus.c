/* SPDX-License-Identifier: MIT */
/* machine_cpus.c - see machine_cpus.h. */
#include "hotplug/watch/machine_cpus.h"
#include "masks/read_list.h"

#include <percpu/cpumask.h>

#include <stdio.h>
#include <string.h>

void pcpu_machine_cpus_go_on(struct pcpu_machine_cpus *cpus, const struct pcpu_machine_cpus *before)
{
	cpus->known = before->known;
	memcpy(cpus->online, before->online, sizeof(cpus->online));
	memcpy(cpus->present, before->present, sizeof(cpus->present));
}

static void tell(struct pcpu_machine_cpus *cpus, unsigned long *mask, unsigned int cpu, bool set)
{
	cpus->told++;
	if (set)
		pcpu_set_bit(cpu, mask);
	else
		pcpu_clear_bit(cpu, mask);
	if (mask == cpus->online)
		cpus->sink->online(cpu, set);
	else
		cpus->sink->present(cpu, set);
}

static bool is_first(const struct pcpu_machine_cpus *cpus, unsigned int cpu)
{
	return !cpus->known && pcpu_test_bit(cpu, cpus->present_now);
}

/* At the first look all that is there is new, and what is not there is nothing. */
static void tell_if_new(struct pcpu_machine_cpus *cpus, unsigned long *mask, unsigned int cpu,
			bool set)
{
	if (!cpus->over && (pcpu_test_bit(cpu, mask) != set || is_first(cpus, cpu)))
		tell(cpus, mask, cpu, set);
}

/* Not online before it is present, nor the other way round at the end. */
static void is_now(struct pcpu_machine_cpus *cpus, unsigned int cpu, bool online, bool present)
{
	if (present)
		tell_if_new(cpus, cpus->present, cpu, true);
	tell_if_new(cpus, cpus->online, cpu, online);
	if (!present)
		tell_if_new(cpus, cpus->present, cpu, false);
}

void pcpu_machine_cpus_hear(struct pcpu_machine_cpus *cpus, const struct pcpu_uevent *event)
{
	const bool online = event->action == PCPU_CPU_ONLINE;

	if (cpus->known && cpu_possible(event->cpu))
		is_now(cpus, event->cpu, online, event->action != PCPU_CPU_REMOVED);
}

/*
 * Of the list @name in that folder the bits, in the mask @into. False: there is none, or nobody in
 * it.
 */
static bool read_list(const char *path, const char *name, unsigned long *into)
{
	char file[160];

	snprintf(file, sizeof(file), "%s/%s", path, name);
	memset(into, 0, sizeof(unsigned long) * PCPU_CPU_WORDS);
	return pcpu_read_cpulist(file, into, PCPU_NR_CPUS) &&
	       pcpu_bitmap_weight(into, PCPU_NR_CPUS) > 0;
}

/*
 * The files are read one after the other, and a CPU may come or go meanwhile: one that was online
 * is present. Where nobody says which are present, none has gone.
 */
bool pcpu_machine_cpus_look(struct pcpu_machine_cpus *cpus, const char *path)
{
	unsigned int cpu;

	if (!read_list(path, "online", cpus->online_now))
		return false;
	if (!read_list(path, "present", cpus->present_now))
		memcpy(cpus->present_now, cpus->present, sizeof(cpus->present));
	for (unsigned int i = 0; i < PCPU_CPU_WORDS; i++)
		cpus->present_now[i] |= cpus->online_now[i];
	for_each_possible_cpu(cpu)
		is_now(cpus, cpu, pcpu_test_bit(cpu, cpus->online_now),
		       pcpu_test_bit(cpu, cpus->present_now));
	cpus->known = true;
	return true;
}
