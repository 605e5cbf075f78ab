/* SPDX-License-Identifier: MIT */
/*
 * topology_sysfs.c - the machine's CPUs and nodes, from the kernel's own lists.
 *
 * Read from sysfs rather than through hwloc_topology_load(), because a process pays for it at every
 * start: three small files on a machine with one node, where hwloc opens several for each CPU.
 * Distances come from libnuma (topology_numa.c), and only where there are two nodes or more.
 */
#include "machine/topology/topology_sysfs.h"
#include "ground/bitmap.h"
#include "ground/fault.h"
#include "ground/mem.h"
#include "machine/topology/cpulist.h"
#include "machine/topology/topology_numa.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Room for the longest list: 65,536 CPUs, every other one, is under 400,000 characters. */
#define LIST_MAX (512 * 1024)
/* What the kernel prints for a machine of the usual kind fits here, and needs no allocation. */
#define LIST_SMALL 4096

struct list {
	char *large; /* NULL: it fits */
	char small[LIST_SMALL];
};

/* Up to the end, or to the end of the line, which the kernel's lists have one of. */
static ssize_t read_line(int fd, char *buf, size_t size)
{
	size_t len = 0;
	ssize_t got = 0;

	while (len < size && (len == 0 || buf[len - 1] != '\n') &&
	       (got = read(fd, buf + len, size - len)) > 0)
		len += (size_t)got;
	if (got < 0)
		return -errno;
	return len < size ? (ssize_t)len : -E2BIG;
}

/* Reads a file of one line into @buf, zero-terminated. 0, or a negative errno: -E2BIG. */
static int read_file(const char *sysfs, const char *file, char *buf, size_t size)
{
	char path[512];
	ssize_t len;
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", sysfs, file) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read_line(fd, buf, size);
	close(fd);
	if (len < 0)
		return (int)len;
	buf[len] = '\0';
	return 0;
}

/* 0, or a negative errno; end_list() in either case. */
static int begin_list(struct list *list, const char *sysfs, const char *file)
{
	int err = read_file(sysfs, file, list->small, sizeof(list->small));

	list->large = NULL;
	if (err != -E2BIG)
		return err;
	list->large = pcpu_mem_zalloc(LIST_MAX);
	return list->large ? read_file(sysfs, file, list->large, LIST_MAX) : -ENOMEM;
}

static int parse_list(const struct list *list, unsigned long *bits)
{
	return pcpu_parse_cpulist(list->large ? list->large : list->small, bits);
}

static void end_list(struct list *list)
{
	pcpu_mem_free(list->large, LIST_MAX);
}

/* Calls parse_cpulist on a file's content. Its result, or begin_list()'s error. */
static int read_list(const char *sysfs, const char *file, unsigned long *bits)
{
	struct list list;
	int ret = begin_list(&list, sysfs, file);

	if (!ret)
		ret = parse_list(&list, bits);
	end_list(&list);
	return ret;
}

/*
 * The kernel copies its whole CPU mask to a buffer that is large enough, and returns how many bytes
 * that was. No CPU number lies beyond, wherever sysfs is.
 */
static int possible_from_mask_size(struct pcpu_topology *topo)
{
	unsigned long mask[PCPU_NR_CPUS / 8 / sizeof(unsigned long)];
	long bytes = syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask);
	int err;

	if (bytes <= 0)
		return -EINVAL;
	err = pcpu_topology_init(topo, (unsigned int)bytes * 8);
	return err ? err : pcpu_topology_extend(topo, (unsigned int)bytes * 8);
}

static int possible_from_list(struct pcpu_topology *topo, const struct list *list)
{
	int end = parse_list(list, NULL), err;

	if (end <= 0)
		return possible_from_mask_size(topo);
	err = pcpu_topology_init(topo, (unsigned int)end);
	if (!err)
		parse_list(list, topo->possible);
	return err;
}

static int read_possible(struct pcpu_topology *topo, const char *sysfs)
{
	struct list list;
	int err = begin_list(&list, sysfs, "devices/system/cpu/possible");

	if (!err)
		err = possible_from_list(topo, &list);
	else if (err != -ENOMEM)
		err = possible_from_mask_size(topo);
	end_list(&list);
	return err;
}

/* Puts the CPUs of @node where the node's list has them. */
static int read_node(struct pcpu_topology *topo, const char *sysfs, unsigned int node,
		     unsigned long *cpus)
{
	char file[64];
	int end;

	snprintf(file, sizeof(file), "devices/system/node/node%u/cpulist", node);
	memset(cpus, 0, PCPU_NR_CPUS / 8);
	end = read_list(sysfs, file, cpus);
	if (end < 0)
		return end;
	for (unsigned int cpu = 0; cpu < (unsigned int)end && cpu < topo->nr_cpu_ids; cpu++)
		if (pcpu_test_bit(cpu, cpus))
			topo->cpu_node[cpu] = (unsigned short)node;
	return 0;
}

/* Without NUMA in the kernel there is no such folder, and every CPU stays on node 0. */
static int read_nodes(struct pcpu_topology *topo, const char *sysfs)
{
	unsigned long nodes[PCPU_NR_CPUS / 8 / sizeof(unsigned long)] = {0};
	unsigned long *cpus;
	int end = read_list(sysfs, "devices/system/node/online", nodes);
	int err = 0;

	if (end <= 1)
		return end == -ENOMEM ? end : 0;
	if (end > PCPU_NR_NODES)
		end = PCPU_NR_NODES;
	cpus = pcpu_mem_zalloc(PCPU_NR_CPUS / 8);
	if (!cpus)
		return -ENOMEM;
	topo->nr_node_ids = (unsigned int)end;
	for (unsigned int node = 0; node < (unsigned int)end && !err; node++)
		if (pcpu_test_bit(node, nodes))
			err = read_node(topo, sysfs, node, cpus);
	pcpu_mem_free(cpus, PCPU_NR_CPUS / 8);
	/* a node that went away meanwhile leaves its CPUs on node 0: a matter of speed only */
	if (err != -ENOMEM)
		err = pcpu_topology_read_distances(topo);
	return err;
}

int pcpu_topology_from_system(struct pcpu_topology *topo, const char *sysfs)
{
	int err = pcpu_fault(PCPU_FAULT_TOPOLOGY) ? -ENOMEM : read_possible(topo, sysfs);

	if (err)
		return err;
	err = read_nodes(topo, sysfs);
	if (err)
		pcpu_topology_destroy(topo);
	return err;
}
