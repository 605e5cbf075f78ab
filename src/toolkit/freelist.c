/* SPDX-License-Identifier: MIT */
/*
 * freelist.c - other CPUs' lists; percpu/freelist.h has this CPU's.
 *
 * L1 - L3 are a push or a pop, one sequence: this CPU's first node is looked at (L1), and for a pop
 * its next (L2); the commit (L3). T1 - T3 are a theft:
 *
 *	T1	the CPU is taken (E2 of sequence.h): a sequence that has done L1, and not L3,
 *		aborts, so none commits with what T2 has changed; and none begins before T3
 *	T2	the chain is cut behind the last node that is wanted, by one store to the first
 *	T3	the CPU is let go: who does L1 after that sees T2
 *
 * What T2 has cut off is the thief's alone; so the last node's next becomes NULL after T3. A node's
 * next is read by who has the list (L2, T2), and written by who has the node. tests/model/
 * freelist.pml is a model of them.
 */
#include "toolkit/sequence.h"
#include "memory/unit.h"

#include <percpu/cpumask.h>
#include <percpu/freelist.h>

#include <errno.h>

static uintptr_t address_of(struct percpu_freelist __percpu *list)
{
	return (uintptr_t)&list->first;
}

/* Behind the first @nr nodes. */
static void cut_behind(struct percpu_freelist_node *node, unsigned long nr)
{
	while (node && --nr)
		node = node->next;
	if (node)
		node->next = NULL;
}

PERCPU_API struct percpu_freelist_node *percpu_freelist_steal(struct percpu_freelist __percpu *list,
							      unsigned int cpu, unsigned long max)
{
	struct pcpu_sequence theft = {.kind = __PCPU_SEQUENCE_skip,
				      .ptr = address_of(list),
				      .ptr2 = address_of(list),
				      .other = max};
	struct percpu_freelist_node *first;

	if (max == 0 || !percpu_unit_is_open(cpu) || pcpu_sequence_on(cpu, &theft) <= 0)
		return NULL;
	first = (struct percpu_freelist_node *)theft.found;
	if (max != PERCPU_FREELIST_ALL)
		cut_behind(first, max);
	return first;
}

PERCPU_API bool percpu_freelist_is_empty(struct percpu_freelist __percpu *list, unsigned int cpu)
{
	return !percpu_unit_is_open(cpu) ||
	       !__atomic_load_n(&per_cpu_ptr(list, cpu)->first, __ATOMIC_RELAXED);
}

PERCPU_API struct percpu_freelist_node *
percpu_freelist_pop_any(struct percpu_freelist __percpu *list)
{
	struct percpu_freelist_node *node = percpu_freelist_pop(list);
	const unsigned int here = raw_smp_processor_id();

	for (unsigned int i = 1; !node && i <= nr_cpu_ids; i++) {
		const unsigned int cpu = (here + i) % nr_cpu_ids;

		if (!percpu_freelist_is_empty(list, cpu))
			node = percpu_freelist_steal(list, cpu, 1);
	}
	return node;
}

PERCPU_API int percpu_freelist_refill_on(struct percpu_freelist __percpu *list, unsigned int cpu,
					 struct percpu_freelist_node *first,
					 struct percpu_freelist_node *last)
{
	struct pcpu_sequence refill = {.kind = __PCPU_SEQUENCE_link,
				       .ptr = address_of(list),
				       .ptr2 = address_of(list),
				       .val = (uintptr_t)first,
				       .other = (uintptr_t)&last->next};
	int done;

	if (!cpu_possible(cpu))
		return -EINVAL;
	done = pcpu_sequence_on(cpu, &refill);
	return done < 0 ? done : 0;
}

/* --- to begin with --- */

static struct percpu_freelist_node *element(void *nodes, size_t size, size_t i)
{
	return (struct percpu_freelist_node *)((char *)nodes + i * size);
}

/* Puts the @nr elements from the @from-th on on the list of @cpu. 0 or a negative errno. */
static int put_elements(struct percpu_freelist __percpu *list, unsigned int cpu, void *nodes,
			size_t size, size_t from, size_t nr)
{
	for (size_t i = 0; i + 1 < nr; i++)
		element(nodes, size, from + i)->next = element(nodes, size, from + i + 1);
	return percpu_freelist_refill_on(list, cpu, element(nodes, size, from),
					 element(nodes, size, from + nr - 1));
}

PERCPU_API int percpu_freelist_populate(struct percpu_freelist __percpu *list, void *nodes,
					size_t size, size_t nr)
{
	unsigned int left = num_online_cpus(), cpu;
	size_t done = 0;

	if (!pcpu_sequence_may_wait())
		return -EDEADLK;
	for_each_online_cpu(cpu)
	{
		const size_t share = left ? (nr - done) / left : nr - done;

		if (share && put_elements(list, cpu, nodes, size, done, share))
			return -EDEADLK;
		done += share;
		left -= left > 0;
	}
	/* where CPUs have gone meanwhile */
	return done < nr ? put_elements(list, raw_smp_processor_id(), nodes, size, done, nr - done)
			 : 0;
}
