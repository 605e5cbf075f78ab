/* SPDX-License-Identifier: MIT */
/*
 * cpus.h - what is known of each CPU beside the masks: how far it has come, and why.
 */
#ifndef PCPU_CPUS_H
#define PCPU_CPUS_H

#include <percpu/cpuhotplug.h>

#include <stdbool.h>

struct pcpu_cpu {
	short level;      /* the highest state that it is in; of one that is up, CPUHP_ONLINE */
	bool machine_off; /* the machine has it offline */
	bool kept_down;   /* by cpu_down(): the machine's coming does not bring it up */
	bool kept_up;     /* by cpu_up(), while the machine had it offline */
	bool untold;      /* what the machine did has not been told: hotplug was disabled */
	bool frozen;      /* in frozen_cpus: taken down by disable_nonboot_cpus(), until it comes */
};

/*
 * Makes the records. 0 or -ENOMEM. Before anything else here; any number of times, by any thread.
 */
int pcpu_cpus_init(void);

/* That of a possible CPU. */
struct pcpu_cpu *pcpu_cpu_of(unsigned int cpu);

/*
 * The same with its level brought up to the masks, where the program has changed them by
 * set_cpu_online(). Not while the CPU comes or goes.
 */
struct pcpu_cpu *pcpu_cpu_at_rest(unsigned int cpu);

#endif /* PCPU_CPUS_H */
