/* SPDX-License-Identifier: MIT */
/* topology_numa.h - the distances between nodes. */
#ifndef PCPU_TOPOLOGY_NUMA_H
#define PCPU_TOPOLOGY_NUMA_H

#include "machine/topology/topology.h"

#ifdef PCPU_NUMA_SONAME

/*
 * Fills in the distances between the nodes, as libnuma knows them, which is loaded for that: none,
 * with a warning, where it cannot be. 0, or -ENOMEM.
 */
int pcpu_topology_read_distances(struct pcpu_topology *topo);

#else /* the library is built without */

static inline int pcpu_topology_read_distances(struct pcpu_topology *topo)
{
	(void)topo;
	return 0;
}

#endif

#endif /* PCPU_TOPOLOGY_NUMA_H */
