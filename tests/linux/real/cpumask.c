// SPDX-License-Identifier: MIT
/* cpumask.c - lib/cpumask.c: CPUs behind the highest, spread, and distributed. */
#include <linux/cpumask.h>

#include "check.h"

/*
 * Every CPU of the mask once, from @start, and then the end: as for_each_cpu_wrap() was made of it.
 */
static void walk(const struct cpumask *mask, int start)
{
	cpumask_t seen = {{0}};
	int cpu = start - 1;
	unsigned int nr = 0;

	for (cpu = cpumask_next_wrap(start - 1, mask, start, false); cpu < nr_cpumask_bits;
	     cpu = cpumask_next_wrap(cpu, mask, start, true)) {
		CHECK_THAT(!cpumask_test_and_set_cpu(cpu, &seen));
		CHECK_THAT(cpumask_next_wrap(cpu, mask, start, true) ==
			   __pcpu_next_wrap_from(cpu, mask, start, true));
		if (++nr > 1000)
			break;
	}
	CHECK_THAT(cpumask_equal(&seen, mask));
}

int main(void)
{
	cpumask_t seen = {{0}}, one = {{0}};
	unsigned int i, cpu;

	for (i = 0; i < nr_cpu_ids; i++)
		walk(cpu_possible_mask, i);
	cpumask_set_cpu(nr_cpu_ids - 1, &one);
	walk(&one, 0);
	for (i = 0; i < num_online_cpus(); i++) {
		cpu = cpumask_local_spread(i, NUMA_NO_NODE);
		CHECK_THAT(cpu < nr_cpu_ids && !cpumask_test_and_set_cpu(cpu, &seen));
	}
	CHECK_THAT(cpumask_equal(&seen, cpu_online_mask));
	cpumask_clear(&seen);
	get_cpu(); /* what was last is a CPU's */
	for (i = 0; i < num_possible_cpus(); i++)
		cpumask_set_cpu(cpumask_any_distribute(cpu_possible_mask), &seen);
	CHECK_THAT(cpumask_equal(&seen, cpu_possible_mask));
	CHECK_THAT(cpumask_any_and_distribute(cpu_possible_mask, &one) == nr_cpu_ids - 1);
	put_cpu();
	cpumask_clear(&one);
	CHECK_THAT(cpumask_any_and_distribute(cpu_possible_mask, &one) >= nr_cpu_ids);
	return check_result();
}
