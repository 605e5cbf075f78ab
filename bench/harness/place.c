// SPDX-License-Identifier: MIT
#include "harness/place.h"

#include <err.h>
#include <sched.h>
#include <stdlib.h>

static _Thread_local cpu_set_t before_bind;

static void get_allowed(cpu_set_t *allowed)
{
	if (sched_getaffinity(0, sizeof(*allowed), allowed))
		err(EXIT_FAILURE, "sched_getaffinity");
}

unsigned int place_count(void)
{
	cpu_set_t allowed;

	get_allowed(&allowed);
	return (unsigned int)CPU_COUNT(&allowed);
}

int place_nth_cpu(unsigned int index)
{
	cpu_set_t allowed;
	unsigned int skip;
	int cpu = 0;

	get_allowed(&allowed);
	skip = index % (unsigned int)CPU_COUNT(&allowed);
	while (!CPU_ISSET(cpu, &allowed) || skip--)
		cpu++;
	return cpu;
}

int place_next_cpu(void)
{
	cpu_set_t allowed;
	int here = sched_getcpu(), cpu = here;

	get_allowed(&allowed);
	do {
		cpu = (cpu + 1) % CPU_SETSIZE;
	} while (cpu != here && !CPU_ISSET(cpu, &allowed));
	return cpu;
}

int place_own_cpu(unsigned int thread, unsigned int threads)
{
	return threads == 1 ? sched_getcpu() : place_nth_cpu(thread);
}

void place_bind(int cpu)
{
	cpu_set_t one;

	get_allowed(&before_bind);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		err(EXIT_FAILURE, "sched_setaffinity to CPU %d", cpu);
}

void place_unbind(void)
{
	if (sched_setaffinity(0, sizeof(before_bind), &before_bind))
		err(EXIT_FAILURE, "sched_setaffinity");
}
