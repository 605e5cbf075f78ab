/* SPDX-License-Identifier: MIT */
/* cpus.c - see cpus.h. */
#include "hotplug/cpus.h"
#include "ground/assert.h"
#include "ground/fault.h"
#include "ground/mem.h"

#include <percpu/cpumask.h>

#include <errno.h>

static struct pcpu_cpu *cpus;

static struct pcpu_cpu *make_records(void)
{
	struct pcpu_cpu *made = pcpu_mem_zalloc(nr_cpu_ids * sizeof(*made));

	for (unsigned int cpu = 0; made && cpu < nr_cpu_ids; cpu++)
		made[cpu].machine_off = !cpu_online(cpu);
	return made;
}

int pcpu_cpus_init(void)
{
	struct pcpu_cpu *none = NULL, *made;

	if (__atomic_load_n(&cpus, __ATOMIC_ACQUIRE))
		return 0;
	made = make_records();
	if (!made)
		return -ENOMEM;
	if (!__atomic_compare_exchange_n(&cpus, &none, made, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_ACQUIRE))
		pcpu_mem_free(made, nr_cpu_ids * sizeof(*made));
	return 0;
}

struct pcpu_cpu *pcpu_cpu_of(unsigned int cpu)
{
	pcpu_assert(cpus && cpu < nr_cpu_ids);
	return &cpus[cpu];
}

struct pcpu_cpu *pcpu_cpu_at_rest(unsigned int cpu)
{
	struct pcpu_cpu *record = pcpu_cpu_of(cpu);

	if (cpu_online(cpu) && record->level < CPUHP_AP_ONLINE)
		record->level = CPUHP_ONLINE;
	else if (!cpu_online(cpu) && record->level >= CPUHP_BRINGUP_CPU)
		record->level = CPUHP_OFFLINE;
	return record;
}
