/* SPDX-License-Identifier: MIT */
/* nodemask.h - sets of NUMA nodes, and which there are: percpu/topology.h. */
#ifndef PERCPU_LINUX_NODEMASK_H
#define PERCPU_LINUX_NODEMASK_H

#include <linux/bitmap.h>
#include <linux/numa.h>

#include <percpu/topology.h>

#include <stdlib.h>

#include <percpu/impl/begin.h>

typedef struct percpu_nodemask nodemask_t;

#define nodes_addr(src) ((src).bits)
/** nodemask_pr_args() - how many bits and the bits: for bitmap_pb() and bitmap_pbl(). */
#define nodemask_pr_args(maskp) MAX_NUMNODES, (maskp)->bits

/* --- sets: the kernel's macros, whose arguments are masks and no pointers --- */

#define node_set(node, dst) set_bit((unsigned long)(node), (dst).bits)
#define node_clear(node, dst) clear_bit((unsigned long)(node), (dst).bits)
#define node_isset(node, mask) test_bit((unsigned long)(node), (mask).bits)
#define node_test_and_set(node, mask) test_and_set_bit((unsigned long)(node), (mask).bits)
#define __node_set(node, dstp) set_bit((unsigned long)(node), (dstp)->bits)
#define __node_clear(node, dstp) clear_bit((unsigned long)(node), (dstp)->bits)
#define nodes_setall(dst) bitmap_fill((dst).bits, MAX_NUMNODES)
#define nodes_clear(dst) bitmap_zero((dst).bits, MAX_NUMNODES)
#define nodes_and(dst, a, b) bitmap_and((dst).bits, (a).bits, (b).bits, MAX_NUMNODES)
#define nodes_or(dst, a, b) bitmap_or((dst).bits, (a).bits, (b).bits, MAX_NUMNODES)
#define nodes_xor(dst, a, b) bitmap_xor((dst).bits, (a).bits, (b).bits, MAX_NUMNODES)
#define nodes_andnot(dst, a, b) bitmap_andnot((dst).bits, (a).bits, (b).bits, MAX_NUMNODES)
#define nodes_complement(dst, src) bitmap_complement((dst).bits, (src).bits, MAX_NUMNODES)
#define nodes_equal(a, b) bitmap_equal((a).bits, (b).bits, MAX_NUMNODES)
#define nodes_intersects(a, b) bitmap_intersects((a).bits, (b).bits, MAX_NUMNODES)
#define nodes_subset(a, b) bitmap_subset((a).bits, (b).bits, MAX_NUMNODES)
#define nodes_empty(src) bitmap_empty((src).bits, MAX_NUMNODES)
#define nodes_full(src) bitmap_full((src).bits, MAX_NUMNODES)
#define nodes_weight(src) ((int)bitmap_weight((src).bits, MAX_NUMNODES))
#define nodes_shift_right(dst, src, n) bitmap_shift_right((dst).bits, (src).bits, (n), MAX_NUMNODES)
#define nodes_shift_left(dst, src, n) bitmap_shift_left((dst).bits, (src).bits, (n), MAX_NUMNODES)
#define node_remap(oldbit, old, replacement) \
	bitmap_bitremap((oldbit), (old).bits, (replacement).bits, MAX_NUMNODES)
#define nodes_remap(dst, src, old, replacement) \
	bitmap_remap((dst).bits, (src).bits, (old).bits, (replacement).bits, MAX_NUMNODES)
#define nodes_onto(dst, orig, relmap) \
	bitmap_onto((dst).bits, (orig).bits, (relmap).bits, MAX_NUMNODES)
#define nodes_fold(dst, orig, sz) bitmap_fold((dst).bits, (orig).bits, (sz), MAX_NUMNODES)
#define nodelist_parse(buf, dst) bitmap_parselist((buf), (dst).bits, MAX_NUMNODES)

/** first_node() and its like - a node; MAX_NUMNODES: there is none. */
#define first_node(src) ((unsigned int)find_first_bit((src).bits, MAX_NUMNODES))
#define next_node(n, src) \
	((unsigned int)find_next_bit((src).bits, MAX_NUMNODES, (unsigned long)(n) + 1))
#define first_unset_node(mask) ((unsigned int)find_first_zero_bit((mask).bits, MAX_NUMNODES))
/** next_node_in() - from the first on behind the last. */
#define next_node_in(n, src) \
	((unsigned int)find_next_bit_wrap((src).bits, MAX_NUMNODES, (unsigned long)(n) + 1))
#define for_each_node_mask(node, mask)                              \
	for ((node) = (int)first_node(mask); (node) < MAX_NUMNODES; \
	     (node) = (int)next_node((node), (mask)))

/* clang-format off */
#define NODE_MASK_NONE ((nodemask_t){{0}})
#define NODE_MASK_ALL ((nodemask_t){{[0 ... MAX_NUMNODES / 64 - 1] = ~0UL}})
/* clang-format on */
/** nodemask_of_node() - a set of @node alone. */
#define nodemask_of_node(node)                                       \
	__extension__({                                              \
		nodemask_t __pcpu_nodes = {{0}};                     \
		__set_bit((unsigned long)(node), __pcpu_nodes.bits); \
		__pcpu_nodes;                                        \
	})
__pcpu_inline void init_nodemask_of_node(nodemask_t *mask, int node)
{
	nodes_clear(*mask);
	node_set(node, *mask);
}

/** NODEMASK_ALLOC() - a pointer @name to a @type, allocated; NODEMASK_FREE(): given back. */
#define NODEMASK_ALLOC(type, name, gfp_flags) type *name = (type *)malloc(sizeof(*name))
#define NODEMASK_FREE(m) free(m)

/* --- the machine's --- */

#define node_states (percpu_node_states())
#define node_online_map node_states[N_ONLINE]
#define node_possible_map node_states[N_POSSIBLE]
#define node_state(node, state) node_isset((node), node_states[state])
#define node_online(node) node_state((node), N_ONLINE)
#define node_possible(node) node_state((node), N_POSSIBLE)
#define node_set_state(node, state) node_set((node), node_states[state])
#define node_clear_state(node, state) node_clear((node), node_states[state])
#define node_set_online(node) node_set_state((node), N_ONLINE)
#define node_set_offline(node) node_clear_state((node), N_ONLINE)
#define num_node_state(state) nodes_weight(node_states[state])
#define num_online_nodes() num_node_state(N_ONLINE)
#define num_possible_nodes() num_node_state(N_POSSIBLE)
#define nr_online_nodes ((unsigned int)num_online_nodes())
#define first_online_node first_node(node_online_map)
#define next_online_node(node) next_node((node), node_online_map)
#define first_memory_node first_node(node_states[N_MEMORY])
#define next_memory_node(node) next_node((node), node_states[N_MEMORY])
#define for_each_node_state(node, state) for_each_node_mask((node), node_states[state])
#define for_each_node(node) for_each_node_state((node), N_POSSIBLE)
#define for_each_online_node(node) for_each_node_state((node), N_ONLINE)

/** node_random() - some node of the set; NUMA_NO_NODE: it is empty. */
__pcpu_inline int node_random(const nodemask_t *maskp)
{
	const unsigned int nr = bitmap_weight(maskp->bits, MAX_NUMNODES);

	return nr ? (int)find_nth_bit(maskp->bits, MAX_NUMNODES, (unsigned long)rand() % nr)
		  : NUMA_NO_NODE;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_LINUX_NODEMASK_H */
