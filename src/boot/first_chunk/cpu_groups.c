/* SPDX-License-Identifier: MIT */
/*
 * cpu_groups.c - see cpu_groups.h.
 *
 * Groups are kept as chains of CPUs in ascending order. A CPU that asks to join a group so meets
 * only that group's members, and in most cases is turned away by the first one: with n CPUs on m
 * equal nodes that makes about n * (n / m + m) questions instead of the n * n of a walk over all
 * CPUs. An accepted CPU has to be compared with every member, because the answers of a distance
 * function need be neither symmetric nor transitive.
 *
 * Where nodes are known, only the first CPU of each is compared. The others would join its group:
 * the member that turned it away from an earlier one turns them away as well, and who joined its
 * group later is near it, and so near them.
 */
#include "boot/first_chunk/cpu_groups.h"
#include "ground/bitmap.h"
#include "ground/layout.h"
#include "ground/mem.h"

#include <errno.h>
#include <stdbool.h>

static bool pcpu_are_near(const struct pcpu_grouping *grouping, unsigned int a, unsigned int b)
{
	return grouping->distance(a, b) <= LOCAL_DISTANCE &&
	       grouping->distance(b, a) <= LOCAL_DISTANCE;
}

/* May cpu join? An empty group takes everyone. */
static bool pcpu_group_accepts(const struct pcpu_grouping *grouping, unsigned int group,
			       unsigned int cpu)
{
	const struct pcpu_cpu_chain *chain = &grouping->groups[group];

	if (!chain->count)
		return true;
	for (unsigned int member = chain->first; member != PCPU_CHAIN_END;
	     member = grouping->next[member])
		if (!pcpu_are_near(grouping, cpu, member))
			return false;
	return true;
}

/* cpu is higher than every CPU added before, so that chains ascend. */
static void pcpu_group_add(struct pcpu_grouping *grouping, unsigned int group, unsigned int cpu)
{
	struct pcpu_cpu_chain *chain = &grouping->groups[group];

	if (chain->count++)
		grouping->next[chain->last] = cpu;
	else
		chain->first = cpu;
	chain->last = cpu;
	grouping->next[cpu] = PCPU_CHAIN_END;
	if (group == grouping->nr_groups)
		grouping->nr_groups++;
}

/* Ends at the first empty group: there are as many groups as CPUs. */
static unsigned int pcpu_first_group(const struct pcpu_grouping *grouping, unsigned int cpu)
{
	unsigned int group = 0;

	while (!pcpu_group_accepts(grouping, group, cpu))
		group++;
	return group;
}

static unsigned int pcpu_group_of(struct pcpu_grouping *grouping, unsigned int cpu)
{
	unsigned int *known;

	if (!grouping->node)
		return pcpu_first_group(grouping, cpu);
	known = &grouping->node_group[grouping->node[cpu]];
	if (!*known)
		*known = pcpu_first_group(grouping, cpu) + 1;
	return *known - 1;
}

static void pcpu_group_cpus(struct pcpu_grouping *grouping)
{
	const struct percpu_cpu_set *cpus = grouping->cpus;

	for (unsigned int cpu = 0; cpu < cpus->nr_cpu_ids; cpu++)
		if (pcpu_test_bit(cpu, cpus->possible))
			pcpu_group_add(grouping, pcpu_group_of(grouping, cpu), cpu);
}

/* Without tables by CPU: there may be thousands, of which few are ever used. */
static void pcpu_group_all(struct pcpu_grouping *grouping)
{
	grouping->nr_groups = 1;
	grouping->groups[0].count = grouping->nr_cpus;
}

static size_t pcpu_groups_bytes(const struct pcpu_grouping *grouping)
{
	return (grouping->distance ? grouping->nr_cpus : 1) * sizeof(*grouping->groups);
}

static size_t pcpu_next_bytes(const struct pcpu_grouping *grouping)
{
	return grouping->distance ? grouping->cpus->nr_cpu_ids * sizeof(*grouping->next) : 0;
}

static size_t pcpu_node_group_bytes(const struct pcpu_grouping *grouping)
{
	return grouping->node ? PCPU_NR_NODES * sizeof(*grouping->node_group) : 0;
}

void pcpu_grouping_destroy(struct pcpu_grouping *grouping)
{
	pcpu_mem_free(grouping->groups, pcpu_groups_bytes(grouping));
	pcpu_mem_free(grouping->next, pcpu_next_bytes(grouping));
	pcpu_mem_free(grouping->node_group, pcpu_node_group_bytes(grouping));
}

static int pcpu_grouping_alloc(struct pcpu_grouping *grouping)
{
	grouping->groups = pcpu_mem_zalloc(pcpu_groups_bytes(grouping));
	if (!grouping->groups)
		return -ENOMEM;
	if (grouping->distance)
		grouping->next = pcpu_mem_zalloc(pcpu_next_bytes(grouping));
	if (grouping->node)
		grouping->node_group = pcpu_mem_zalloc(pcpu_node_group_bytes(grouping));
	if ((grouping->next || !grouping->distance) && (grouping->node_group || !grouping->node))
		return 0;
	pcpu_grouping_destroy(grouping);
	return -ENOMEM;
}

static bool pcpu_nodes_are_numbers(const struct pcpu_grouping *grouping)
{
	for (unsigned int cpu = 0; grouping->node && cpu < grouping->cpus->nr_cpu_ids; cpu++)
		if (pcpu_test_bit(cpu, grouping->cpus->possible) &&
		    grouping->node[cpu] >= PCPU_NR_NODES)
			return false;
	return true;
}

int pcpu_grouping_make(struct pcpu_grouping *grouping)
{
	const struct percpu_cpu_set *cpus = grouping->cpus;
	int err;

	if (cpus->nr_cpu_ids == 0 || cpus->nr_cpu_ids > PCPU_NR_CPUS)
		return -EINVAL;
	grouping->nr_cpus = pcpu_bitmap_weight(cpus->possible, cpus->nr_cpu_ids);
	if (grouping->nr_cpus == 0 || !pcpu_nodes_are_numbers(grouping))
		return -EINVAL;

	err = pcpu_grouping_alloc(grouping);
	if (err)
		return err;
	if (grouping->distance)
		pcpu_group_cpus(grouping);
	else
		pcpu_group_all(grouping);
	return 0;
}

/* A word at a time: where thousands of CPUs are possible most of a start would be spent here. */
static void pcpu_list_all(const struct percpu_cpu_set *possible, unsigned int *cpus)
{
	for (unsigned int first = 0; first < possible->nr_cpu_ids; first += PCPU_BITS_PER_LONG) {
		unsigned long word = possible->possible[first / PCPU_BITS_PER_LONG];

		if (possible->nr_cpu_ids - first < PCPU_BITS_PER_LONG)
			word &= pcpu_bit_mask(possible->nr_cpu_ids) - 1;
		for (; word; word &= word - 1)
			*cpus++ = first + (unsigned int)__builtin_ctzl(word);
	}
}

void pcpu_group_list(const struct pcpu_grouping *grouping, unsigned int group, unsigned int *cpus)
{
	unsigned int cpu = grouping->groups[group].first;

	if (!grouping->next) {
		pcpu_list_all(grouping->cpus, cpus);
		return;
	}
	for (; cpu != PCPU_CHAIN_END; cpu = grouping->next[cpu])
		*cpus++ = cpu;
}
