/* SPDX-License-Identifier: MIT */
/*
 * topology_hwloc.c - topologies of machines that are not there, through hwloc: its synthetic
 * descriptions, and its XML exports.
 *
 * hwloc is loaded here, by who asks for such a machine, and in the process of its own that
 * topology_apart.h makes for that: so no program has it for our sake.
 */
#include "machine/topology/topology_hwloc.h"
#include "ground/bitmap.h"
#include "ground/fault.h"
#include "ground/mem.h"
#include "machine/topology/import.h"

#include <errno.h>
#include <fcntl.h>
#include <hwloc.h>
#include <hwloc/distances.h>
#include <hwloc/memattrs.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of hwloc's functions those that are used. The headers' inline ones would call others. */
static struct {
	__typeof__(hwloc_topology_init) *topology_init;
	__typeof__(hwloc_topology_destroy) *topology_destroy;
	__typeof__(hwloc_topology_load) *topology_load;
	__typeof__(hwloc_topology_set_flags) *topology_set_flags;
	__typeof__(hwloc_topology_set_synthetic) *topology_set_synthetic;
	__typeof__(hwloc_topology_set_xmlbuffer) *topology_set_xmlbuffer;
	__typeof__(hwloc_topology_get_complete_cpuset) *topology_get_complete_cpuset;
	__typeof__(hwloc_get_type_depth) *get_type_depth;
	__typeof__(hwloc_get_obj_by_depth) *get_obj_by_depth;
	__typeof__(hwloc_bitmap_isset) *bitmap_isset;
	__typeof__(hwloc_bitmap_last) *bitmap_last;
	__typeof__(hwloc_bitmap_weight) *bitmap_weight;
	__typeof__(hwloc_memattr_get_value) *memattr_get_value;
	__typeof__(hwloc_distances_get_by_type) *distances_get_by_type;
	__typeof__(hwloc_distances_release) *distances_release;
} hw;

#define IMPORT(function)                         \
	{                                        \
		"hwloc_" #function, &hw.function \
	}

static int load_hwloc(void)
{
	static const struct pcpu_import imports[] = {
		IMPORT(topology_init),
		IMPORT(topology_destroy),
		IMPORT(topology_load),
		IMPORT(topology_set_flags),
		IMPORT(topology_set_synthetic),
		IMPORT(topology_set_xmlbuffer),
		IMPORT(topology_get_complete_cpuset),
		IMPORT(get_type_depth),
		IMPORT(get_obj_by_depth),
		IMPORT(bitmap_isset),
		IMPORT(bitmap_last),
		IMPORT(bitmap_weight),
		IMPORT(memattr_get_value),
		IMPORT(distances_get_by_type),
		IMPORT(distances_release),
	};

	return pcpu_import(PCPU_HWLOC_SONAME, imports, sizeof(imports) / sizeof(imports[0]));
}

/* Objects of one type, which are all at one depth; NULL: no more. */
static hwloc_obj_t object(hwloc_topology_t hwloc, hwloc_obj_type_t type, unsigned int i)
{
	return hw.get_obj_by_depth(hwloc, hw.get_type_depth(hwloc, type), i);
}

/* --- which node is whose home --- */

/*
 * hwloc says of every node which CPUs it is local to, and several may be to one CPU: beside the
 * ordinary memory there is fast (HBM) or far (CXL), in nodes of its own without CPUs. The kernel
 * takes nothing from these unless it is asked to, and so that they are nobody's home here.
 */

/*
 * hwloc 2.10 and later say of which kind a node is; so does what was exported from some machines.
 */
static bool is_special(hwloc_obj_t node)
{
	return node->subtype && strcmp(node->subtype, "DRAM") != 0;
}

static bool has_memory(hwloc_obj_t node)
{
	return node->attr->numanode.local_memory != 0;
}

/* In nanoseconds, as firmware tells it; 0: not known. Fast memory's is longer, and far memory's. */
static hwloc_uint64_t latency(hwloc_topology_t hwloc, hwloc_obj_t node, hwloc_obj_t pu)
{
	struct hwloc_location from = {.type = HWLOC_LOCATION_TYPE_CPUSET,
				      .location.cpuset = pu->cpuset};
	hwloc_uint64_t value;

	if (hw.memattr_get_value(hwloc, HWLOC_MEMATTR_ID_LATENCY, node, &from, 0, &value) != 0 &&
	    hw.memattr_get_value(hwloc, HWLOC_MEMATTR_ID_READ_LATENCY, node, &from, 0, &value) != 0)
		return 0;
	return value;
}

/* Whether @node is more of a home to @pu than @other is. Both are local to it. */
static bool is_better(hwloc_topology_t hwloc, hwloc_obj_t node, hwloc_obj_t other, hwloc_obj_t pu)
{
	hwloc_uint64_t mine, others;
	int width, other_width;

	if (is_special(node) != is_special(other))
		return is_special(other);
	if (has_memory(node) != has_memory(other))
		return has_memory(node);
	mine = latency(hwloc, node, pu);
	others = latency(hwloc, other, pu);
	if (mine && others && mine != others)
		return mine < others;
	width = hw.bitmap_weight(node->cpuset);
	other_width = hw.bitmap_weight(other->cpuset);
	if (width != other_width)
		return width < other_width;
	/* the kernel numbers the nodes that have CPUs first */
	return node->os_index < other->os_index;
}

static hwloc_obj_t home_of(hwloc_topology_t hwloc, hwloc_obj_t pu)
{
	hwloc_obj_t node, home = NULL;

	for (unsigned int i = 0; (node = object(hwloc, HWLOC_OBJ_NUMANODE, i)) != NULL; i++)
		if (node->os_index < PCPU_NR_NODES && node->cpuset &&
		    hw.bitmap_isset(node->cpuset, pu->os_index) &&
		    (!home || is_better(hwloc, node, home, pu)))
			home = node;
	return home;
}

static void count_nodes(struct pcpu_topology *topo, hwloc_topology_t hwloc)
{
	hwloc_obj_t node;

	for (unsigned int i = 0; (node = object(hwloc, HWLOC_OBJ_NUMANODE, i)) != NULL; i++)
		if (node->os_index < PCPU_NR_NODES && node->os_index >= topo->nr_node_ids)
			topo->nr_node_ids = node->os_index + 1;
}

/* Every PU is a possible CPU. */
static int fill(struct pcpu_topology *topo, hwloc_topology_t hwloc)
{
	hwloc_obj_t obj, home;
	int last = hw.bitmap_last(hw.topology_get_complete_cpuset(hwloc));
	int err;

	if (last < 0 || last >= (int)PCPU_NR_CPUS)
		return -EINVAL;
	err = pcpu_topology_init(topo, (unsigned int)last + 1);
	if (err)
		return err;
	count_nodes(topo, hwloc);
	for (unsigned int i = 0; (obj = object(hwloc, HWLOC_OBJ_PU, i)) != NULL; i++) {
		/* an XML file may say anything */
		if (obj->os_index >= topo->nr_cpu_ids)
			continue;
		pcpu_set_bit(obj->os_index, topo->possible);
		home = home_of(hwloc, obj);
		topo->cpu_node[obj->os_index] = home ? (unsigned short)home->os_index : 0;
	}
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

	if (hw.distances_get_by_type(hwloc, HWLOC_OBJ_NUMANODE, &nr, &distances,
				     HWLOC_DISTANCES_KIND_MEANS_LATENCY, 0) != 0 ||
	    nr == 0)
		return 0;
	topo->distance = pcpu_mem_zalloc(pcpu_topology_distance_size(topo));
	if (topo->distance)
		fill_distances(topo, distances);
	else
		err = -ENOMEM;
	hw.distances_release(hwloc, distances);
	return err;
}

static int load_and_fill(struct pcpu_topology *topo, hwloc_topology_t hwloc)
{
	int err;

	/* an export has the limits of the process that made it; they are not the machine's */
	hw.topology_set_flags(hwloc, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED);
	if (hw.topology_load(hwloc) != 0)
		return -EINVAL;
	err = fill(topo, hwloc);
	if (err)
		return err;
	err = read_distances(topo, hwloc);
	if (err)
		pcpu_topology_destroy(topo);
	return err;
}

/* @set tells hwloc what to load, by @source. 0 or a negative errno. */
static int from_source(struct pcpu_topology *topo, int (*set)(hwloc_topology_t, const char *),
		       const char *source)
{
	hwloc_topology_t hwloc;
	int err;

	err = load_hwloc();
	if (err)
		return err;
	if (pcpu_fault(PCPU_FAULT_TOPOLOGY) || hw.topology_init(&hwloc) != 0)
		return -ENOMEM;
	err = set(hwloc, source);
	err = err ? err : load_and_fill(topo, hwloc);
	hw.topology_destroy(hwloc);
	return err;
}

static int set_synthetic(hwloc_topology_t hwloc, const char *description)
{
	return hw.topology_set_synthetic(hwloc, description) == 0 ? 0 : -EINVAL;
}

int pcpu_topology_from_synthetic(struct pcpu_topology *topo, const char *description)
{
	return from_source(topo, set_synthetic, description);
}

/* --- files --- */

/* An export of a machine with 4096 CPUs has less than half of that. */
#define MOST_BYTES (8L << 20)

/*
 * Not by hwloc, which would wait for who writes to a pipe, and read a device for ever. The bytes of
 * a file, or a negative errno.
 */
static ssize_t size_of_file(int fd)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return -errno;
	if (!S_ISREG(status.st_mode) || status.st_size == 0)
		return -EINVAL;
	return status.st_size <= MOST_BYTES ? (ssize_t)status.st_size : -E2BIG;
}

static int set_from_buffer(hwloc_topology_t hwloc, int fd, size_t size)
{
	char *text = pcpu_mem_zalloc(size + 1);
	ssize_t got;
	int err;

	if (!text)
		return -ENOMEM;
	got = read(fd, text, size);
	err = got > 0 && hw.topology_set_xmlbuffer(hwloc, text, (int)got + 1) == 0 ? 0 : -EINVAL;
	pcpu_mem_free(text, size + 1);
	return err;
}

static int set_xml(hwloc_topology_t hwloc, const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t size;
	int err;

	if (fd < 0)
		return -EINVAL;
	size = size_of_file(fd);
	err = size < 0 ? (int)size : set_from_buffer(hwloc, fd, (size_t)size);
	close(fd);
	return err;
}

int pcpu_topology_from_xml(struct pcpu_topology *topo, const char *path)
{
	return from_source(topo, set_xml, path);
}
