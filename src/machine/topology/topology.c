/* SPDX-License-Identifier: MIT */
/* topology.c - see topology.h. */
#include "machine/topology/topology.h"
#include "ground/bitmap.h"
#include "ground/mem.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

static size_t possible_size(unsigned int nr_cpu_ids)
{
	return PCPU_BITS_TO_LONGS(nr_cpu_ids) * sizeof(unsigned long);
}

int pcpu_topology_init(struct pcpu_topology *topo, unsigned int nr_cpu_ids)
{
	*topo = (struct pcpu_topology){.nr_cpu_ids = nr_cpu_ids, .nr_node_ids = 1};
	topo->possible = pcpu_mem_zalloc(possible_size(nr_cpu_ids));
	topo->cpu_node = pcpu_mem_zalloc(nr_cpu_ids * sizeof(*topo->cpu_node));
	if (topo->possible && topo->cpu_node)
		return 0;
	pcpu_topology_destroy(topo);
	return -ENOMEM;
}

static size_t memory_node_size(const struct pcpu_topology *topo)
{
	return topo->nr_node_ids * sizeof(*topo->memory_node);
}

void pcpu_topology_destroy(struct pcpu_topology *topo)
{
	pcpu_mem_free(topo->memory_node, memory_node_size(topo));
	pcpu_mem_free(topo->possible, possible_size(topo->nr_cpu_ids));
	pcpu_mem_free(topo->cpu_node, topo->nr_cpu_ids * sizeof(*topo->cpu_node));
	pcpu_mem_free(topo->distance, pcpu_topology_distance_size(topo));
	*topo = (struct pcpu_topology){0};
}

/* The same with room for @nr CPUs, those below which it keeps. */
static int resize(struct pcpu_topology *topo, unsigned int nr)
{
	const unsigned int kept = nr < topo->nr_cpu_ids ? nr : topo->nr_cpu_ids;
	struct pcpu_topology other;
	int err = pcpu_topology_init(&other, nr);

	if (err)
		return err;
	memcpy(other.possible, topo->possible, possible_size(kept));
	memcpy(other.cpu_node, topo->cpu_node, kept * sizeof(*topo->cpu_node));
	other.nr_node_ids = topo->nr_node_ids;
	other.distance = topo->distance;
	other.memory_node = topo->memory_node;
	topo->distance = NULL;
	topo->memory_node = NULL;
	pcpu_topology_destroy(topo);
	*topo = other;
	return 0;
}

int pcpu_topology_cut(struct pcpu_topology *topo, unsigned int nr)
{
	return nr < topo->nr_cpu_ids ? resize(topo, nr) : 0;
}

int pcpu_topology_extend(struct pcpu_topology *topo, unsigned int nr)
{
	if (nr > topo->nr_cpu_ids) {
		int err = resize(topo, nr);

		if (err)
			return err;
	}
	pcpu_set_first_bits(topo->possible, nr);
	return 0;
}

int pcpu_topology_node_distance(const struct pcpu_topology *topo, unsigned int a, unsigned int b)
{
	int distance;

	if (a == b)
		return LOCAL_DISTANCE;
	distance = topo->distance ? topo->distance[a * topo->nr_node_ids + b] : 0;
	/* libnuma says 0 where it does not know */
	return distance ? distance : REMOTE_DISTANCE;
}

int pcpu_topology_cpu_distance(unsigned int from, unsigned int to, const struct pcpu_topology *topo)
{
	return pcpu_topology_node_distance(topo, topo->cpu_node[from], topo->cpu_node[to]);
}

/* --- nodes without memory --- */

static unsigned int nearest_of(const struct pcpu_topology *topo, const unsigned long *nodes,
			       unsigned int node)
{
	unsigned int nearest = node;
	int least = INT_MAX;

	if (pcpu_test_bit(node, nodes))
		return node;
	for (unsigned int other = 0; other < topo->nr_node_ids; other++)
		if (pcpu_test_bit(other, nodes) &&
		    pcpu_topology_node_distance(topo, node, other) < least) {
			nearest = other;
			least = pcpu_topology_node_distance(topo, node, other);
		}
	return nearest;
}

int pcpu_topology_choose_memory(struct pcpu_topology *topo, bool (*has_memory)(unsigned int node))
{
	unsigned long nodes[PCPU_BITS_TO_LONGS(PCPU_NR_NODES)] = {0};
	bool any = false;

	for (unsigned int node = 0; node < topo->nr_node_ids; node++)
		if (has_memory(node)) {
			pcpu_set_bit(node, nodes);
			any = true;
		}
	if (!any)
		return -ENOENT;
	topo->memory_node = pcpu_mem_zalloc(memory_node_size(topo));
	if (!topo->memory_node)
		return -ENOMEM;
	for (unsigned int node = 0; node < topo->nr_node_ids; node++)
		topo->memory_node[node] = (unsigned short)nearest_of(topo, nodes, node);
	return 0;
}
