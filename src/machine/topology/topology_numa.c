/* SPDX-License-Identifier: MIT */
/* topology_numa.c - the distances between nodes; a file of its own, see topology.h. */
#include "machine/topology/topology_numa.h"
#include "ground/log.h"
#include "ground/mem.h"
#include "machine/topology/import.h"

#include <errno.h>
#include <numa.h>

static struct {
	__typeof__(numa_available) *available;
	__typeof__(numa_distance) *distance;
} numa;

static bool load_libnuma(void)
{
	static const struct pcpu_import imports[] = {
		{"numa_available", &numa.available},
		{"numa_distance", &numa.distance},
	};

	if (pcpu_import(PCPU_NUMA_SONAME, imports, 2) == 0)
		return true;
	pcpu_log(PERCPU_LOG_WARNING,
		 PCPU_NUMA_SONAME " cannot be loaded: all nodes are taken for equally far");
	return false;
}

int pcpu_topology_read_distances(struct pcpu_topology *topo)
{
	unsigned int nodes = topo->nr_node_ids;

	if (!load_libnuma() || numa.available() < 0)
		return 0;
	topo->distance = pcpu_mem_zalloc(pcpu_topology_distance_size(topo));
	if (!topo->distance)
		return -ENOMEM;
	for (unsigned int from = 0; from < nodes; from++)
		for (unsigned int to = 0; to < nodes; to++)
			topo->distance[from * nodes + to] = numa.distance((int)from, (int)to);
	return 0;
}
