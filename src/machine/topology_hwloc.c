/* SPDX-License-Identifier: MIT */
/*
 * topology_hwloc.c - topologies of machines that are not there, through hwloc: its synthetic
 * descriptions, and its XML exports.
 *
 * A file of its own, so that a static executable, for which Debian has no complete hwloc, links
 * without it.
 */
#include "machine/topology_hwloc.h"
#include "ground/bitmap.h"
#include "ground/fault.h"
#include "ground/mem.h"

#include <errno.h>
#include <hwloc.h>
#include <hwloc/distances.h>
#include <limits.h>

static void fill_node(struct pcpu_topology *topo, hwloc_obj_t node)
{
	int cpu;

	if (node->os_index >= PCPU_NR_NODES)
		return;
	hwloc_bitmap_foreach_begin(cpu, node->cpuset)
		topo->cpu_node[cpu] = (unsigned short)node->os_index;
	hwloc_bitmap_foreach_end();
	if (node->os_index >= topo->nr_node_ids)
		topo->nr_node_ids = node->os_index + 1;
}

/* Every PU is a possible CPU; its node is the one whose set has it. */
static int fill(struct pcpu_topology *topo, hwloc_topology_t hwloc)
{
	hwloc_obj_t obj = NULL;
	int last = hwloc_bitmap_last(hwloc_topology_get_complete_cpuset(hwloc));
	int err;

	if (last < 0 || last >= (int)PCPU_NR_CPUS)
		return -EINVAL;
	err = pcpu_topology_init(topo, (unsigned int)last + 1);
	if (err)
		return err;
	while ((obj = hwloc_get_next_obj_by_type(hwloc, HWLOC_OBJ_PU, obj)) != NULL)
		pcpu_set_bit(obj->os_index, topo->possible);
	while ((obj = hwloc_get_next_obj_by_type(hwloc, HWLOC_OBJ_NUMANODE, obj)) != NULL)
		fill_node(topo, obj);
	return 0;
}

static void fill_distances(struct pcpu_topology *topo, const struct hwloc_distances_s *distances)
{
	for (unsigned int i = 0; i < distances->nbobjs * distances->nbobjs; i++) {
		unsigned int from = distances->objs[i / distances->nbobjs]->os_index;
		unsigned int to = distances->objs[i % distances->nbobjs]->os_index;
		hwloc_uint64_t value = distances->values[i];

		if (from < topo->nr_node_ids && to < topo->nr_node_ids)
			topo->distance[from * topo->nr_node_ids + to] =
				value > INT_MAX ? INT_MAX : (int)value;
	}
}

/* Latencies between nodes have the kernel's numbers. Without any, there are the defaults. */
static int read_distances(struct pcpu_topology *topo, hwloc_topology_t hwloc)
{
	struct hwloc_distances_s *distances;
	unsigned int nr = 1;
	int err = 0;

	if (hwloc_distances_get_by_type(hwloc, HWLOC_OBJ_NUMANODE, &nr, &distances,
					HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0) != 0 ||
	    nr == 0)
		return 0;
	topo->distance = pcpu_mem_zalloc(pcpu_topology_distance_size(topo));
	if (topo->distance)
		fill_distances(topo, distances);
	else
		err = -ENOMEM;
	hwloc_distances_release(hwloc, distances);
	return err;
}

static int load_and_fill(struct pcpu_topology *topo, hwloc_topology_t hwloc)
{
	int err;

	/* an export has the limits of the process that made it; they are not the machine's */
	hwloc_topology_set_flags(hwloc, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
	if (hwloc_topology_load(hwloc) != 0)
		return -EINVAL;
	err = fill(topo, hwloc);
	if (err)
		return err;
	err = read_distances(topo, hwloc);
	if (err)
		pcpu_topology_destroy(topo);
	return err;
}

/* @set tells hwloc what to load, by @source. */
static int from_source(struct pcpu_topology *topo, int (*set)(hwloc_topology_t, const char *),
		       const char *source)
{
	hwloc_topology_t hwloc;
	int err;

	if (pcpu_fault(PCPU_FAULT_TOPOLOGY) || hwloc_topology_init(&hwloc) != 0)
		return -ENOMEM;
	err = set(hwloc, source) == 0 ? load_and_fill(topo, hwloc) : -EINVAL;
	hwloc_topology_destroy(hwloc);
	return err;
}

int pcpu_topology_from_synthetic(struct pcpu_topology *topo, const char *description)
{
	return from_source(topo, hwloc_topology_set_synthetic, description);
}

int pcpu_topology_from_xml(struct pcpu_topology *topo, const char *path)
{
	return from_source(topo, hwloc_topology_set_xml, path);
}
