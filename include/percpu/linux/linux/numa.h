/* SPDX-License-Identifier: MIT */
/* numa.h - the numbers of NUMA nodes. */
#ifndef PERCPU_LINUX_NUMA_H
#define PERCPU_LINUX_NUMA_H

#include <linux/types.h>

/** NODES_SHIFT, MAX_NUMNODES - node numbers have as many bits, and are below that. */
#define NODES_SHIFT 10
#define MAX_NUMNODES 1024
/** NUMA_NO_NODE - no node, or any. */
#define NUMA_NO_NODE (-1)
#define NUMA_NO_MEMBLK (-1)

/** numa_valid_node() - whether @nid can be a node. */
#define numa_valid_node(nid) ((nid) >= 0 && (nid) < MAX_NUMNODES)

#endif /* PERCPU_LINUX_NUMA_H */
