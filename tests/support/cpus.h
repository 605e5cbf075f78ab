/* SPDX-License-Identifier: MIT */
/* cpus.h - the CPUs that a test may run on, and going to one of them. */
#ifndef SUPPORT_CPUS_H
#define SUPPORT_CPUS_H

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Those that the test may run on, lowest first. */
static unsigned int cpus[CPU_SETSIZE];
static unsigned int nr_cpus;

static inline void find_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		abort();
	nr_cpus = 0;
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			cpus[nr_cpus++] = cpu;
}

static inline void go_to(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		abort();
}

/* Keeps the calling thread, and those that it starts, on the CPU that it is on. Returns which. */
static inline unsigned int stay_here(void)
{
	unsigned int cpu = (unsigned int)sched_getcpu();

	go_to(cpu);
	return cpu;
}

/* To all of cpus[] again, after go_to() or stay_here(), which threads and children inherit. */
static inline void go_anywhere(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (unsigned int i = 0; i < nr_cpus; i++)
		CPU_SET(cpus[i], &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		abort();
}

/* One of cpus[] that is not @cpu. There have to be two. */
static inline unsigned int other_than(unsigned int cpu)
{
	return cpus[0] == cpu ? cpus[1] : cpus[0];
}

/* Says so if the test needs two CPUs and does not have them. */
static inline bool lacks_cpus(void)
{
	if (nr_cpus >= 2)
		return false;
	printf("this test needs two CPUs\n");
	return true;
}

#endif /* SUPPORT_CPUS_H */
