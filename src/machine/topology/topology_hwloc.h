/* SPDX-License-Identifier: MIT */
/* topology_hwloc.h - topologies of machines that are not there, through hwloc. */
#ifndef PCPU_TOPOLOGY_HWLOC_H
#define PCPU_TOPOLOGY_HWLOC_H

#include "machine/topology/topology.h"

/*
 * Both take as much time and memory as a description asks for: see topology_apart.h.
 */

/*
 * The topology of an hwloc synthetic description, "numa:2 pu:4". 0, -ENOMEM, or -EINVAL: no such
 * topology. In a static executable this function is there only if the program links hwloc and
 * asks the linker for it; hence weak.
 */
int pcpu_topology_from_synthetic(struct pcpu_topology *topo, const char *description)
	__attribute__((__weak__));

/*
 * The topology of a machine that was exported to the XML file @path, with the distances between its
 * nodes if they are latencies: "lstopo machine.xml" writes one. -E2BIG: the file has more than 8
 * MiB. Other results as above; weak as well.
 */
int pcpu_topology_from_xml(struct pcpu_topology *topo, const char *path) __attribute__((__weak__));

#endif /* PCPU_TOPOLOGY_HWLOC_H */
