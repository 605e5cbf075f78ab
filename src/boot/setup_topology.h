/* SPDX-License-Identifier: MIT */
/* setup_topology.h - which CPUs there are, as far as the configuration lets the machine say. */
#ifndef PCPU_SETUP_TOPOLOGY_H
#define PCPU_SETUP_TOPOLOGY_H

#include "machine/topology/topology.h"

/* Fills @topo, from the machine or from what PERCPU_CONF describes. Without CPUs it is fatal. */
void pcpu_setup_topology(struct pcpu_topology *topo);

/* Makes @topo one of the kernel's concurrency numbers, where these tell copies apart. */
void pcpu_setup_index_by_threads(struct pcpu_topology *topo);

/*
 * Finds out which nodes have memory that this process may use, by asking for some: a node may have
 * none, or it may be forbidden. Where no policy can be had, nothing is asked for later.
 */
void pcpu_setup_memory(struct pcpu_topology *topo);

#endif /* PCPU_SETUP_TOPOLOGY_H */
