/* SPDX-License-Identifier: MIT */
/* topology_numa.h - the distances between nodes. */
#ifndef PCPU_TOPOLOGY_NUMA_H
#define PCPU_TOPOLOGY_NUMA_H

#include "machine/topology/topology.h"

/*
 * Fills in the distances between the nodes, as libnuma knows them. 0 or -ENOMEM. Weak as well:
 * libnuma draws functions into a static executable that do not work there.
 */
int pcpu_topology_read_distances(struct pcpu_topology *topo) __attribute__((__weak__));

#endif /* PCPU_TOPOLOGY_NUMA_H */
