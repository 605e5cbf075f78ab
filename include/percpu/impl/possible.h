/* SPDX-License-Identifier: MIT */
/*
 * possible.h - cpumask.h: which CPUs are possible, without masks, for those headers that need no
 * more.
 */
#ifndef PERCPU_POSSIBLE_H
#define PERCPU_POSSIBLE_H

#include <percpu/impl/bits.h>
#include <percpu/impl/runtime.h>
#include <percpu/impl/value.h>

#include <percpu/impl/begin.h>

/** cpu_possible() - whether CPU @cpu may ever run; false for any number out of range. */
__pcpu_always_inline bool cpu_possible(unsigned int cpu)
{
#ifdef PERCPU_UP
	return cpu == 0;
#else
	return cpu < nr_cpu_ids && (__percpu_rt.cpu_possible[cpu / __PCPU_BITS_PER_LONG] >>
				    (cpu % __PCPU_BITS_PER_LONG)) &
					   1;
#endif
}

/** num_possible_cpus() - how many CPUs are possible; at least 1, at most nr_cpu_ids. */
#ifdef PERCPU_UP
#define num_possible_cpus() 1u
#else
#define num_possible_cpus() (__percpu_nr_possible)
#endif

/* The first possible CPU at or above @cpu, nr_cpu_ids if there is none. */
__pcpu_always_inline unsigned int __pcpu_next_possible(unsigned int cpu)
{
	while (cpu < nr_cpu_ids && !cpu_possible(cpu))
		cpu++;
	return cpu;
}

/** for_each_possible_cpu() - run a statement with the integer @cpu set to each possible CPU. */
#define for_each_possible_cpu(cpu)                                          \
	for ((cpu) = __pcpu_cast(__typeof__(cpu), __pcpu_next_possible(0)); \
	     __pcpu_cast(unsigned int, cpu) < nr_cpu_ids;                   \
	     (cpu) = __pcpu_cast(__typeof__(cpu),                           \
				 __pcpu_next_possible(__pcpu_cast(unsigned int, cpu) + 1)))

#include <percpu/impl/end.h>

#endif /* PERCPU_POSSIBLE_H */
