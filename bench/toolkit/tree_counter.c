// SPDX-License-Identifier: MIT
/* A counter with a tree above the CPUs, beside percpu_counter and an atomic one. */
#include "toolkit/part.h"

#include <err.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <percpu/percpu.h>
#include <percpu/tree_counter.h>

#include "toolkit/turns.h"

static DEFINE_PER_CPU(unsigned long, count);
static struct percpu_counter_tree tree;
static struct percpu_counter counter;
static atomic_long atomic;
static long seen;

WAY(inc, this_cpu_inc(count))
WAY(add_to_tree, percpu_counter_tree_add(&tree, 1))
WAY(add_to_counter, percpu_counter_add(&counter, 1))
WAY(add_atomically, atomic_fetch_add(&atomic, 1))
WAY(read_tree, seen = percpu_counter_tree_approximate_sum(&tree))
WAY(read_counter, seen = percpu_counter_read(&counter))
WAY(sum_tree, seen = percpu_counter_tree_precise_sum(&tree))
WAY(sum_counter, seen = percpu_counter_sum(&counter))
WAY(compare, seen = percpu_counter_tree_precise_compare_value(&tree, -1000000))

static void set_up(void)
{
	void *items = malloc(percpu_counter_tree_items_size());

	if (!items || percpu_counter_tree_init(&tree, items, 32, GFP_KERNEL) ||
	    percpu_counter_init(&counter, 0, GFP_KERNEL))
		errx(EXIT_FAILURE, "percpu_counter_tree_init");
}

static void measure(void)
{
	static const struct way adding[] = {
		{"this_cpu_inc", inc, 0},
		{"percpu_counter_tree_add", add_to_tree, 0},
		{"percpu_counter_add", add_to_counter, 0},
		{"an atomic addition", add_atomically, 0},
	};
	static const struct way reading[] = {
		{"percpu_counter_read", read_counter, 0},
		{"percpu_counter_tree_approximate_sum", read_tree, 0},
		{"percpu_counter_sum", sum_counter, 0},
		{"percpu_counter_tree_precise_sum", sum_tree, 0},
		{"percpu_counter_tree_precise_compare_value, far", compare, 0},
	};

	set_up();
	turns_measure_all(adding, sizeof(adding) / sizeof(adding[0]));
	turns_measure(reading, sizeof(reading) / sizeof(reading[0]), 1);
}

TOOLKIT_GROUP(tree_counter, "tree_counter", NULL, measure)
TOOLKIT_GROUP(many, "tree_counter, 4096 CPUs possible", "possible:4096", measure)
