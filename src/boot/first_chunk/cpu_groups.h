/* SPDX-License-Identifier: MIT */
/*
 * cpu_groups.h - possible CPUs in groups of near ones: a step on the way to a layout
 * (alloc_info.h).
 */
#ifndef PCPU_CPU_GROUPS_H
#define PCPU_CPU_GROUPS_H

#include "ground/layout.h"

#include <percpu/impl/alloc_info.h>

#include <stddef.h>

/* Ends a chain of CPUs. No CPU has this id. */
#define PCPU_CHAIN_END PCPU_NR_CPUS

struct pcpu_cpu_chain {
	unsigned int count;
	unsigned int first, last; /* undefined while count is 0, and where there is no next */
};

struct pcpu_grouping {
	const struct percpu_cpu_set *cpus;
	pcpu_fc_cpu_distance_fn_t distance; /* NULL: all CPUs are near */
	unsigned int nr_cpus;               /* possible ones */
	unsigned int nr_groups;             /* groups with a member; they are the first ones */
	struct pcpu_cpu_chain *groups;      /* nr_cpus: there may be a group for each */
	/* nr_cpu_ids: the next CPU of the same group. NULL: there is one, of all possible CPUs */
	unsigned int *next;
	const unsigned short *node; /* NULL: not known */
	unsigned int *node_group;   /* PCPU_NR_NODES: a node's group plus 1; 0: no CPU so far */
};

/*
 * Makes the groups. cpus, distance and node of @grouping are set, the rest is 0. 0, or -EINVAL
 * or -ENOMEM, and then nothing is kept.
 */
int pcpu_grouping_make(struct pcpu_grouping *grouping);

void pcpu_grouping_destroy(struct pcpu_grouping *grouping);

/* The CPUs of @group, in ascending order, to @cpus, which has room for them. */
void pcpu_group_list(const struct pcpu_grouping *grouping, unsigned int group, unsigned int *cpus);

#endif /* PCPU_CPU_GROUPS_H */
