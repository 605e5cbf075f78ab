/* SPDX-License-Identifier: MIT */
/* topology_sysfs.h - the topology of the machine, from the kernel's own lists. */
#ifndef PCPU_TOPOLOGY_SYSFS_H
#define PCPU_TOPOLOGY_SYSFS_H

#include "machine/topology/topology.h"

/*
 * The machine's topology, as the files below @sysfs tell ("/sys"). Where the list of possible CPUs
 * is missing or makes no sense, every CPU number that the kernel's own masks have room for counts
 * as possible: affinity masks and counts of CPUs do not bound the numbers, the size of a kernel
 * mask does.
 *
 * 0, or -ENOMEM; -EINVAL if the size of the kernel's masks cannot be had either.
 */
int pcpu_topology_from_system(struct pcpu_topology *topo, const char *sysfs);

#endif /* PCPU_TOPOLOGY_SYSFS_H */
