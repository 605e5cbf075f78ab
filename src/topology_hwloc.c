/* SPDX-License-Identifier: MIT */
/*
 * topology_hwloc.c - topologies of machines that are not there: hwloc's synthetic descriptions.
 *
 * A file of its own, so that a static executable, for which Debian has no complete hwloc, links
 * without it.
 */
#include "topology.h"
#include "bitmap.h"
#include "fault.h"

#include <errno.h>
#include <hwloc.h>

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
	while ((obj = hwloc_get_next_obj_by_type(hwloc, HWLOC_OBJ_NUMANODE, obj)) != NULL) {
		int cpu;

		if (obj->os_index >= PCPU_NR_NODES)
			continue;
		hwloc_bitmap_foreach_begin(cpu, obj->cpuset) topo->cpu_node[cpu] =
			(unsigned short)obj->os_index;
		hwloc_bitmap_foreach_end();
		if (obj->os_index >= topo->nr_node_ids)
			topo->nr_node_ids = obj->os_index + 1;
	}
	return 0;
}

int pcpu_topology_from_synthetic(struct pcpu_topology *topo, const char *description)
{
	hwloc_topology_t hwloc;
	int err;

	if (pcpu_fault(PCPU_FAULT_TOPOLOGY) || hwloc_topology_init(&hwloc) != 0)
		return -ENOMEM;
	if (hwloc_topology_set_synthetic(hwloc, description) != 0 ||
	    hwloc_topology_load(hwloc) != 0)
		err = -EINVAL;
	else
		err = fill(topo, hwloc);
	hwloc_topology_destroy(hwloc);
	return err;
}
