/* SPDX-License-Identifier: MIT */
/*
 * topology_apart.h - reading a description of a machine that may say anything, in a process of its
 * own: what it takes of time and memory is bounded there, and if its reader breaks, no more than
 * that process is broken.
 */
#ifndef PCPU_TOPOLOGY_APART_H
#define PCPU_TOPOLOGY_APART_H

#include "machine/topology/topology.h"

/*
 * What @read makes of @source, as if it were called here. 0; what @read says; -E2BIG: it has taken
 * too long, or too much memory, or has crashed; or another negative errno: there is no process to
 * be had for it.
 */
int pcpu_topology_apart(struct pcpu_topology *topo,
			int (*read)(struct pcpu_topology *topo, const char *source),
			const char *source);

#endif /* PCPU_TOPOLOGY_APART_H */
