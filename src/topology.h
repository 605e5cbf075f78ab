/* SPDX-License-Identifier: MIT */
/*
 * topology.h - which CPUs are possible, and which NUMA node each is on, as a value.
 *
 * Everything above works on such a value, never on the machine, so that any shape can be tested on
 * any machine.
 */
#ifndef PCPU_TOPOLOGY_H
#define PCPU_TOPOLOGY_H

#include "alloc_info.h"

#include <stdbool.h>
#include <stddef.h>

/* Node numbers are the kernel's; what is larger is taken as node 0. */
#define PCPU_NR_NODES 1024

struct pcpu_topology {
	unsigned int nr_cpu_ids;  /* the highest possible CPU number, plus one; >= 1 */
	unsigned int nr_node_ids; /* the highest node number in use, plus one; >= 1 */
	unsigned long *possible;  /* nr_cpu_ids bits, at least one set */
	unsigned short *cpu_node; /* by CPU number; a CPU that no node names is on node 0 */
	int *distance;		  /* nr_node_ids x nr_node_ids, or NULL: the defaults */
};

/*
 * The machine's topology, as the files below @sysfs tell ("/sys"). Where the list of possible CPUs
 * is missing or makes no sense, every CPU number that the kernel's own masks have room for counts
 * as possible: affinity masks and counts of CPUs do not bound the numbers, the size of a kernel
 * mask does.
 *
 * 0, or -ENOMEM; -EINVAL if the size of the kernel's masks cannot be had either.
 */
int pcpu_topology_from_system(struct pcpu_topology *topo, const char *sysfs);

/*
 * The topology of an hwloc synthetic description, "numa:2 pu:4". 0, -ENOMEM, or -EINVAL: no such
 * topology. In a static executable this function is there only if the program links hwloc and
 * asks the linker for it; hence weak.
 */
int pcpu_topology_from_synthetic(struct pcpu_topology *topo, const char *description)
	__attribute__((__weak__));

/*
 * The topology of a machine that was exported to the XML file @path, with the distances between its
 * nodes if they are latencies: "lstopo machine.xml" writes one. Results as above; weak as well.
 */
int pcpu_topology_from_xml(struct pcpu_topology *topo, const char *path) __attribute__((__weak__));

/*
 * Fills in the distances between the nodes, as libnuma knows them. 0 or -ENOMEM. Weak as well:
 * libnuma draws functions into a static executable that do not work there.
 */
int pcpu_topology_read_distances(struct pcpu_topology *topo) __attribute__((__weak__));

/* An empty topology with room for @nr_cpu_ids CPUs, none of them possible yet. 0 or -ENOMEM. */
int pcpu_topology_init(struct pcpu_topology *topo, unsigned int nr_cpu_ids);

/* Makes CPUs 0 .. @nr - 1 possible beside those that are. 0 or -ENOMEM (unchanged then). */
int pcpu_topology_extend(struct pcpu_topology *topo, unsigned int nr);

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

/*
 * A pcpu_fc_cpu_distance_fn_t whose context is a topology: LOCAL_DISTANCE for CPUs on one node, the
 * distance between their nodes otherwise. So cpu_node may be a request's node.
 */
int pcpu_topology_cpu_distance(unsigned int from, unsigned int to, void *topology);

/*
 * Sets the bits of a kernel CPU list such as "0-3,8,10-11\n" in @bits and returns the highest
 * number plus one. With @bits NULL only that. -EINVAL: not a list, or a number of PCPU_NR_CPUS or
 * more. An empty list has 0.
 */
int pcpu_parse_cpulist(const char *list, unsigned long *bits);

#endif /* PCPU_TOPOLOGY_H */
