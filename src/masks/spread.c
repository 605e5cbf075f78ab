/* SPDX-License-Identifier: MIT */
/*
 * spread.c - see spread.h; cpumask_local_spread() of percpu/cpumask.h.
 *
 * Nothing is prepared or kept: distance after distance, the CPUs that are so far away are counted.
 * That is as many rounds as there are distances, and they are few.
 */
#include "masks/spread.h"
#include "ground/bitmap.h"

#include <percpu/cpumask.h>

#include <limits.h>

static const struct pcpu_topology *topo;

void pcpu_spread_init(const struct pcpu_topology *topology)
{
	topo = topology;
}

static int distance_of(unsigned int cpu, unsigned int node)
{
	return pcpu_topology_node_distance(topo, node, pcpu_topology_node(topo, cpu));
}

/* The least distance of a CPU that is more than @than; INT_MAX: there is none. */
static int next_distance(const struct cpumask *cpus, unsigned int node, int than)
{
	int least = INT_MAX;
	unsigned int cpu;

	for_each_cpu(cpu, cpus)
	{
		const int distance = distance_of(cpu, node);

		if (distance > than && distance < least)
			least = distance;
	}
	return least;
}

/* The @i-th of those at @distance; nr_cpu_ids, and @i less by them: they are fewer. */
static unsigned int nth_at(const struct cpumask *cpus, unsigned int node, int distance,
			   unsigned int *i)
{
	unsigned int cpu;

	for_each_cpu(cpu, cpus) if (distance_of(cpu, node) == distance && (*i)-- == 0) return cpu;
	return nr_cpu_ids;
}

static unsigned int nth_by_distance(const struct cpumask *cpus, unsigned int node, unsigned int i)
{
	unsigned int cpu = nr_cpu_ids;

	for (int distance = next_distance(cpus, node, INT_MIN);
	     cpu == nr_cpu_ids && distance != INT_MAX;
	     distance = next_distance(cpus, node, distance))
		cpu = nth_at(cpus, node, distance, &i);
	return cpu;
}

PERCPU_API unsigned int __percpu_local_spread(unsigned int i, int node)
{
	struct cpumask online; /* as they are now: others may change it between two rounds */
	unsigned int nr;

	cpumask_copy(&online, cpu_online_mask);
	nr = cpumask_weight(&online);
	if (nr == 0)
		return nr_cpu_ids;
	if (node < 0 || (unsigned int)node >= topo->nr_node_ids || topo->nr_node_ids == 1)
		return cpumask_nth(i % nr, &online);
	return nth_by_distance(&online, (unsigned int)node, i % nr);
}
