/* SPDX-License-Identifier: MIT */
/* topology_numa.c - the distances between nodes; a file of its own, see topology.h. */
#include "machine/topology/topology_numa.h"
#include "ground/mem.h"

#include <errno.h>
#include <numa.h>

int pcpu_topology_read_distances(struct pcpu_topology *topo)
{
	unsigned int nodes = topo->nr_node_ids;

	if (numa_available() < 0)
		return 0;
	topo->distance = pcpu_mem_zalloc(pcpu_topology_distance_size(topo));
	if (!topo->distance)
		return -ENOMEM;
	for (unsigned int from = 0; from < nodes; from++)
		for (unsigned int to = 0; to < nodes; to++)
			topo->distance[from * nodes + to] = numa_distance((int)from, (int)to);
	return 0;
}
