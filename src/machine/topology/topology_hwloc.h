/* SPDX-License-Identifier: MIT */
/* topology_hwloc.h - topologies of machines that are not there, through hwloc. */
#ifndef PCPU_TOPOLOGY_HWLOC_H
#define PCPU_TOPOLOGY_HWLOC_H

#include "machine/topology/topology.h"

/*
 * Both take as much time and memory as a description asks for: see topology_apart.h.
 */

#ifdef PCPU_HWLOC_SONAME

/*
 * The topology of an hwloc synthetic description, "numa:2 pu:4". 0; -ENOMEM; -EINVAL: no such
 * topology; -ENOSYS: there is no hwloc that could be loaded.
 */
int pcpu_topology_from_synthetic(struct pcpu_topology *topo, const char *description);

/*
 * The topology of a machine that was exported to the XML file @path, with the distances between its
 * nodes if they are latencies: "lstopo machine.xml" writes one. -E2BIG: the file has more than 8
 * MiB. Other results as above.
 */
int pcpu_topology_from_xml(struct pcpu_topology *topo, const char *path);

#else /* the library is built without */

#include <errno.h>

static inline int pcpu_topology_from_synthetic(struct pcpu_topology *topo, const char *description)
{
	(void)topo;
	(void)description;
	return -ENOSYS;
}

static inline int pcpu_topology_from_xml(struct pcpu_topology *topo, const char *path)
{
	return pcpu_topology_from_synthetic(topo, path);
}

#endif

#endif /* PCPU_TOPOLOGY_HWLOC_H */
