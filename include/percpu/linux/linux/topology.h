/* SPDX-License-Identifier: MIT */
/* topology.h - how CPUs and NUMA nodes lie: percpu/topology.h. */
#ifndef PERCPU_LINUX_TOPOLOGY_H
#define PERCPU_LINUX_TOPOLOGY_H

#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/percpu.h>
#include <linux/smp.h>

#include <percpu/topology.h>

#include <percpu/impl/begin.h>

#define DISTANCE_BITS 8
#define RECLAIM_DISTANCE 30
#define node_reclaim_distance RECLAIM_DISTANCE
#define PENALTY_FOR_NODE_WITH_CPUS 1

#define nr_cpus_node(node) cpumask_weight(cpumask_of_node(node))
#define for_each_node_with_cpus(node) for_each_node_state((node), N_CPU)
#define cpu_smt_mask(cpu) topology_sibling_cpumask((unsigned int)(cpu))
#define cpu_cpu_mask(cpu) cpumask_of_node(pcpu_cpu_to_node((int)(cpu)))
#define topology_cluster_id(cpu) ((void)(cpu), -1)
#define topology_cluster_cpumask(cpu) cpumask_of((unsigned int)(cpu))
#define cpu_coregroup_mask(cpu) topology_core_cpumask((unsigned int)(cpu))
#define cpu_clustergroup_mask(cpu) topology_cluster_cpumask(cpu)
#define topology_llc_cpumask(cpu) topology_core_cpumask((unsigned int)(cpu))
#define arch_update_cpu_topology() 0

/** sched_numa_find_nth_cpu() - the @cpu-th of @cpus, those near @node first; nr_cpu_ids: none. */
__pcpu_inline unsigned int sched_numa_find_nth_cpu(const struct cpumask *cpus, int cpu, int node)
{
	unsigned int i, at;

	for (i = 0; i < num_online_cpus(); i++) {
		at = cpumask_local_spread(i, node);
		if (at < nr_cpu_ids && cpumask_test_cpu(at, cpus) && cpu-- == 0)
			return at;
	}
	return nr_cpu_ids;
}

/** numa_nearest_node() - @node if it has @state, else the nearest that has; NUMA_NO_NODE: none. */
__pcpu_inline int numa_nearest_node(int node, unsigned int state)
{
	int best = NUMA_NO_NODE, least = 256, at;

	if (node == NUMA_NO_NODE || state >= NR_NODE_STATES || node_state(node, state))
		return node;
	for_each_node_state(at, state)
	{
		if (node_distance(node, at) < least) {
			least = node_distance(node, at);
			best = at;
		}
	}
	return best;
}
#define numa_map_to_online_node(node) numa_nearest_node((node), N_ONLINE)

#include <percpu/impl/end.h>

#endif /* PERCPU_LINUX_TOPOLOGY_H */
