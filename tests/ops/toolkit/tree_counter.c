/* SPDX-License-Identifier: MIT */
/* A counter with a tree: its precise value is what was added, and its bound holds. */
#include "toolkit/part.h"

#include <percpu/percpu.h>
#include <percpu/tree_counter.h>

#include <stdlib.h>
#include <unistd.h>

static struct percpu_counter_tree tree;
static struct toolkit_tally added[TOOLKIT_WORKERS];

static void begin(void)
{
	void *items = malloc(percpu_counter_tree_items_size());

	if (!items || percpu_counter_tree_init(&tree, items, 4, GFP_KERNEL))
		abort();
}

static void operate(unsigned int worker, unsigned int draw)
{
	const long inc = (long)(draw % 100) - 40;

	percpu_counter_tree_add(&tree, inc);
	added[worker].outside += (uint64_t)inc;
}

static void in_handler(unsigned int worker, unsigned int draw)
{
	percpu_counter_tree_add(&tree, (long)draw);
	added[worker].inside += draw;
}

static void in_child(void)
{
	const long before = percpu_counter_tree_precise_sum(&tree);

	percpu_counter_tree_add(&tree, 5);
	percpu_counter_tree_rebuild(&tree);
	if (percpu_counter_tree_precise_sum(&tree) != before + 5 ||
	    percpu_counter_tree_approximate_compare_value(&tree, before + 5))
		_exit(1);
}

static bool end(void)
{
	const uint64_t sum = toolkit_tallies(added);

	return toolkit_equal("the tree counter", (uint64_t)percpu_counter_tree_precise_sum(&tree),
			     sum) &&
	       toolkit_equal("beyond the bound",
			     percpu_counter_tree_approximate_compare_value(&tree, (long)sum) != 0,
			     false);
}

TOOLKIT_PART(tree_counter, .name = "tree_counter", .begin = begin, .operate = operate,
	     .in_handler = in_handler, .in_child = in_child, .end = end)
