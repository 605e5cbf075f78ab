/* SPDX-License-Identifier: MIT */
/* setup_layout.h - the layout of the first chunk, and a window for each CPU. */
#ifndef PCPU_SETUP_LAYOUT_H
#define PCPU_SETUP_LAYOUT_H

#include "boot/first_chunk/first_chunk.h"
#include "machine/topology/topology.h"

/*
 * Fills @layout for the CPUs of @topo, which must outlive it, and the first module's variables, in
 * the form that PERCPU_CONF asks for if it can be had. Without address space it is fatal.
 */
void pcpu_setup_layout(struct percpu_layout *layout, struct pcpu_topology *topo);

/* What it was made of: the topology, and the machine of the request. Constant. */
extern const struct pcpu_topology *pcpu_boot_topology;
extern struct percpu_machine pcpu_boot_machine;

/* The pcpu_fc_cpu_distance_fn_t of that topology. */
int pcpu_boot_distance(unsigned int from, unsigned int to);

#endif /* PCPU_SETUP_LAYOUT_H */
