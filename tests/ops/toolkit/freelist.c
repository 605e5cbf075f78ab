/* SPDX-License-Identifier: MIT */
/* Nodes that are popped, and stolen, and put back: each had by one at a time, and all there. */
#include "toolkit/part.h"

#include "support/tier.h"

#include <percpu/freelist.h>
#include <percpu/percpu.h>

#include <stdlib.h>
#include <unistd.h>

#define NODES 100

struct thing {
	struct percpu_freelist_node node;
	unsigned long owner;
};
static struct thing things[NODES];
static DEFINE_PER_CPU(struct percpu_freelist, list);

static void begin(void)
{
	if (percpu_freelist_populate(&list, &things[0].node, sizeof(things[0]), NODES))
		abort();
}

/* Says that the chain is the @owner's, which was nobody's, and puts it back. */
static void own_and_put_back(struct percpu_freelist_node *first, unsigned long owner)
{
	struct percpu_freelist_node *last = first;

	if (!first)
		return;
	for (struct percpu_freelist_node *node = first; node; node = node->next) {
		unsigned long *mark = &((struct thing *)node)->owner;

		if (__atomic_exchange_n(mark, owner, __ATOMIC_RELAXED) != 0 ||
		    __atomic_exchange_n(mark, 0, __ATOMIC_RELAXED) != owner)
			abort();
		last = node;
	}
	percpu_freelist_refill(&list, first, last);
}

static void own_one(unsigned long owner)
{
	struct percpu_freelist_node *node = percpu_freelist_pop(&list);

	if (!node)
		return;
	node->next = NULL;
	own_and_put_back(node, owner);
}

static void operate(unsigned int worker, unsigned int draw)
{
	/* elsewhere each is a section and two system calls */
	if (!can_pin() && draw / 16 % 8)
		return;
	const unsigned long me = worker + 1;

	if (draw % 16 == 0)
		own_and_put_back(percpu_freelist_pop_all(&list), me);
	else if (draw % 1024 == 1)
		own_and_put_back(percpu_freelist_steal(&list, draw / 1024 % nr_cpu_ids, 5), me);
	else
		own_one(me);
}

static void in_handler(unsigned int worker, unsigned int draw)
{
	const unsigned long me = worker + 1 + TOOLKIT_WORKERS;

	if (draw % 8 == 0)
		own_and_put_back(percpu_freelist_pop_all(&list), me);
	else
		own_one(me);
}

static uint64_t count(void)
{
	uint64_t nr = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (percpu_unit_is_open(cpu))
			for (struct percpu_freelist_node *node = per_cpu(list, cpu).first; node;
			     node = node->next)
				nr++;
	return nr;
}

/* Some nodes are in the hands of threads that are not there. */
static void in_child(void)
{
	const uint64_t before = count();

	own_one(1000);
	own_and_put_back(percpu_freelist_pop_all(&list), 1000);
	if (count() != before || before > NODES)
		_exit(1);
}

static bool end(void)
{
	return toolkit_equal("nodes", count(), NODES);
}

TOOLKIT_PART(freelist, .name = "freelist", .begin = begin, .operate = operate,
	     .in_handler = in_handler, .in_child = in_child, .end = end)
