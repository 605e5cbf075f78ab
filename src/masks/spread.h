/* SPDX-License-Identifier: MIT */
/* spread.h - the online CPUs in the order of their distance. */
#ifndef PCPU_SPREAD_H
#define PCPU_SPREAD_H

#include "machine/topology/topology.h"

/* By which nodes and distances; @topology stays. Before anybody asks. */
void pcpu_spread_init(const struct pcpu_topology *topology);

#endif /* PCPU_SPREAD_H */
