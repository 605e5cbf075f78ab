/* SPDX-License-Identifier: MIT */
/* up/topology.h - topology.h with PERCPU_UP: CPU 0, on node 0. */
#ifndef PERCPU_UP_TOPOLOGY_H
#define PERCPU_UP_TOPOLOGY_H

#include <percpu/topology.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS
/* Weak: every file defines it, the program has one. */
extern struct percpu_nodemask __percpu_up_nodes[NR_NODE_STATES];
__attribute__((__weak__)) struct percpu_nodemask __percpu_up_nodes[NR_NODE_STATES] = {
	{{1}}, {{1}}, {{1}}, {{1}}, {{1}}, {{0}}};
__PCPU_END_DECLS

/* --- of percpu/boot.h, which has nothing else with one CPU --- */

PERCPU_API int pcpu_cpu_to_node(int cpu)
{
	(void)cpu;
	return 0;
}
#define cpu_to_node(cpu) pcpu_cpu_to_node(cpu)
#define early_cpu_to_node(cpu) pcpu_cpu_to_node(cpu)
#define nr_node_ids 1u
#ifndef LOCAL_DISTANCE
#define LOCAL_DISTANCE 10
#define REMOTE_DISTANCE 20
#endif

PERCPU_API struct percpu_nodemask *percpu_node_states(void)
{
	return __percpu_up_nodes;
}

PERCPU_API const struct cpumask *cpumask_of_node(int node)
{
	return node == 0 ? cpu_possible_mask : cpu_none_mask;
}

PERCPU_API int node_distance(int from, int to)
{
	return from == 0 && to == 0 ? LOCAL_DISTANCE : 255;
}

PERCPU_API const struct percpu_cpu_place *__percpu_cpu_place(unsigned int cpu)
{
	static const struct percpu_cpu_place place = {0, 0, 0, {{1}}, {{1}}, {{1}}};

	(void)cpu;
	return &place;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_TOPOLOGY_H */
