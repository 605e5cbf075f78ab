/* SPDX-License-Identifier: MIT */
/*
 * topology.h - which CPUs are possible, and which NUMA node each is on, as a value.
 *
 * Everything above works on such a value, never on the machine, so that any shape can be tested on
 * any machine.
 */
#ifndef PCPU_TOPOLOGY_H
#define PCPU_TOPOLOGY_H

#include "ground/layout.h"

#include <stdbool.h>
#include <stddef.h>

struct pcpu_topology {
	unsigned int nr_cpu_ids;  /* the highest possible CPU number, plus one; >= 1 */
	unsigned int nr_node_ids; /* the highest node number in use, plus one; >= 1 */
	unsigned long *possible;  /* nr_cpu_ids bits, at least one set */
	unsigned short *cpu_node; /* by CPU number; a CPU that no node names is on node 0 */
	int *distance;            /* nr_node_ids x nr_node_ids, or NULL: the defaults */
	/* by node: whose memory its CPUs are given; NULL: nothing is said of that */
	unsigned short *memory_node;
};

/* An empty topology with room for @nr_cpu_ids CPUs, none of them possible yet. 0 or -ENOMEM. */
int pcpu_topology_init(struct pcpu_topology *topo, unsigned int nr_cpu_ids);

/* Makes CPUs 0 .. @nr - 1 possible beside those that are. 0 or -ENOMEM (unchanged then). */
int pcpu_topology_extend(struct pcpu_topology *topo, unsigned int nr);

/* Makes CPUs from @nr on, a multiple of 64, impossible. 0 or -ENOMEM (unchanged then). */
int pcpu_topology_cut(struct pcpu_topology *topo, unsigned int nr);

void pcpu_topology_destroy(struct pcpu_topology *topo);

/* Bytes of the table of distances. */
static inline size_t pcpu_topology_distance_size(const struct pcpu_topology *topo)
{
	return (size_t)topo->nr_node_ids * topo->nr_node_ids * sizeof(*topo->distance);
}

/* The node of @cpu. */
static inline unsigned int pcpu_topology_node(const struct pcpu_topology *topo, unsigned int cpu)
{
	return topo->cpu_node[cpu];
}

/* From node @a to node @b: LOCAL_DISTANCE if they are one and nothing else is known. */
int pcpu_topology_node_distance(const struct pcpu_topology *topo, unsigned int a, unsigned int b);

/*
 * Decides whose memory the CPUs of each node are given: the node's own, or where it has none that
 * may be used, the nearest one's that has; of several the lowest. @has_memory is asked of each node
 * once. 0; -ENOENT if none has any; or -ENOMEM. In either case of these nothing is said.
 */
int pcpu_topology_choose_memory(struct pcpu_topology *topo, bool (*has_memory)(unsigned int node));

/*
 * LOCAL_DISTANCE for CPUs on one node, the distance between their nodes otherwise: so for a
 * pcpu_fc_cpu_distance_fn_t of it, cpu_node may be a machine's node.
 */
int pcpu_topology_cpu_distance(unsigned int from, unsigned int to,
			       const struct pcpu_topology *topo);

#endif /* PCPU_TOPOLOGY_H */
