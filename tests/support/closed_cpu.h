/* SPDX-License-Identifier: MIT */
/* closed_cpu.h - a CPU whose unit nobody has opened, as one that comes online later. */
#ifndef SUPPORT_CLOSED_CPU_H
#define SUPPORT_CLOSED_CPU_H

#include "support/cmocka_all.h"

#include <percpu/cpumask.h>
#include <percpu/percpu.h>

/* A possible one, the highest, but never @but. nr_cpu_ids: there is none. */
static inline unsigned int find_closed_cpu_but(unsigned int but)
{
	unsigned int cpu = nr_cpu_ids;

	while (cpu-- > 0)
		if (cpu != but && cpu_possible(cpu) && !percpu_unit_is_open(cpu))
			return cpu;
	return nr_cpu_ids;
}

static inline unsigned int closed_cpu_but(unsigned int but)
{
	const unsigned int cpu = find_closed_cpu_but(but);

	if (cpu == nr_cpu_ids)
		fail_msg("no unit is closed any more: a test of more possible CPUs");
	return cpu;
}

static inline unsigned int closed_cpu(void)
{
	return closed_cpu_but(nr_cpu_ids);
}

#endif /* SUPPORT_CLOSED_CPU_H */
