// SPDX-License-Identifier: MIT
/*
 * group_cpus.c - lib/group_cpus.c: every CPU is in one group, groups are even, and a group is on
 * one node where there are enough of them.
 */
#include <linux/group_cpus.h>
#include <linux/slab.h>
#include <linux/topology.h>

#include "check.h"

static void group(unsigned int nr)
{
	struct cpumask *masks = group_cpus_evenly(nr);
	unsigned int least = UINT_MAX, most = 0, cpu;
	cpumask_t seen = {{0}};

	CHECK_THAT(masks);
	for (unsigned int i = 0; i < nr; i++) {
		const unsigned int weight = cpumask_weight(&masks[i]);

		CHECK_THAT(!cpumask_intersects(&seen, &masks[i]));
		cpumask_or(&seen, &seen, &masks[i]);
		least = min(least, weight);
		most = max(most, weight);
		if (nr >= num_possible_nodes())
			for_each_cpu(cpu, &masks[i]) CHECK_THAT(
				cpu_to_node(cpu) == cpu_to_node(cpumask_first(&masks[i])));
	}
	CHECK_THAT(cpumask_equal(&seen, cpu_possible_mask) && least >= 1);
	CHECK_THAT(most - least <= DIV_ROUND_UP(num_possible_cpus(), nr));
	kfree(masks);
}

int main(void)
{
	CHECK_THAT(!group_cpus_evenly(0));
	for (unsigned int nr = 1; nr <= num_possible_cpus(); nr++)
		group(nr);
	printf("%u CPUs, %u nodes\n", num_possible_cpus(), (unsigned int)num_possible_nodes());
	return check_result();
}
