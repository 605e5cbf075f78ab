/* SPDX-License-Identifier: MIT */
/*
 * freelist.h - a list of free nodes for each CPU: last in, first out, without a lock.
 *
 *	struct request { struct percpu_freelist_node node; ... };	// intrusive
 *	static DEFINE_PER_CPU(struct percpu_freelist, free_requests);
 *
 *	percpu_freelist_push(&free_requests, &request->node);		// onto this CPU's
 *	node = percpu_freelist_pop(&free_requests);			// NULL: this CPU's is empty
 *
 * A push, and a pop, is one restartable sequence (sequence.h): whoever has popped a node has it to
 * himself at once, and may give its memory back. There is no ABA problem: between the look at the
 * first node and the commit nobody comes in, and the node is not looked at afterwards.
 *
 * Nodes belong to nobody while they are on a list; the list is a zeroed variable, static or from
 * alloc_percpu(), and needs no more. Nothing is allocated: with nodes that are there, push and pop
 * serve handlers of signals. A node is pushed once before it is popped again: twice makes a circle,
 * which nobody finds.
 *
 * A CPU that goes offline leaves its nodes where they are. Others get at them by
 * percpu_freelist_steal() and percpu_freelist_pop_any(), at any time: nothing is stranded.
 *
 * All functions are thread-safe, and work in forked children (which have their own copies of the
 * lists, and of the nodes if these are in private memory). Functions that name a CPU, and
 * percpu_freelist_pop_any(), take that CPU to themselves for a moment, as percpu_remote_begin()
 * does, and are safe in a handler of a signal only if that cannot have interrupted a section. With
 * shared copies (shared.h) the lists are those of all processes: so the nodes have to be in memory
 * that all of them have at the same address, from mmap() with MAP_SHARED before the fork, say.
 *
 * With PERCPU_UP there is one list. The kernel has something like it for BPF.
 */
#ifndef PERCPU_FREELIST_H
#define PERCPU_FREELIST_H

#include <percpu/sequence.h>

#include <percpu/impl/begin.h>

/** Where a node is linked to the next one; private while it is on a list. */
struct percpu_freelist_node {
	struct percpu_freelist_node *next;
};

/** A per-CPU variable of it is a list for each CPU. Zero: empty. */
struct percpu_freelist {
	struct percpu_freelist_node *first; /* private */
};

__PCPU_BEGIN_DECLS

/**
 * percpu_freelist_push() - put @node on this CPU's list
 *
 * Returns the CPU's number. Safe in signal handlers.
 */
__pcpu_always_inline int percpu_freelist_push(struct percpu_freelist __percpu *list,
					      struct percpu_freelist_node *node)
{
	return __pcpu_sequence_link_words(__pcpu_address(&list->first), (uintptr_t)node,
					  &node->next);
}

/**
 * percpu_freelist_refill() - put a chain of nodes on this CPU's list, at once
 * @first, @last: the first node of the chain, linked by their next, and the last one
 *
 * Returns the CPU's number. Safe in signal handlers.
 */
__pcpu_always_inline int percpu_freelist_refill(struct percpu_freelist __percpu *list,
						struct percpu_freelist_node *first,
						struct percpu_freelist_node *last)
{
	return __pcpu_sequence_link_words(__pcpu_address(&list->first), (uintptr_t)first,
					  &last->next);
}

/**
 * percpu_freelist_pop() - take the node that was last put on this CPU's list
 *
 * Returns NULL if the list is empty: those of other CPUs may not be. Safe in signal handlers.
 */
__pcpu_always_inline struct percpu_freelist_node *
percpu_freelist_pop(struct percpu_freelist __percpu *list)
{
	uint64_t node;

	(void)__pcpu_sequence_pop_word(__pcpu_address(&list->first), 0, 0, &node);
	return (struct percpu_freelist_node *)(uintptr_t)node;
}

/**
 * percpu_freelist_pop_all() - take all nodes of this CPU's list, at once
 *
 * Returns them as a chain that ends with NULL; NULL if the list is empty. Safe in signal handlers.
 */
__pcpu_always_inline struct percpu_freelist_node *
percpu_freelist_pop_all(struct percpu_freelist __percpu *list)
{
	return (struct percpu_freelist_node *)(uintptr_t)__pcpu_this_xchg_8(
		__pcpu_address(&list->first), 0);
}

/** percpu_freelist_steal() takes all that there are. */
#define PERCPU_FREELIST_ALL (~0ul)

/**
 * percpu_freelist_steal() - take nodes of the list of CPU @cpu, whichever the caller is on
 * @max: how many at most; or PERCPU_FREELIST_ALL, whose cost does not grow with their number
 *
 * Those that were put there last, as a chain that ends with NULL. Interrupts the CPU, if it runs a
 * thread of the process. A CPU that nobody has used yet is left alone.
 *
 * Returns NULL if there are none, if @cpu is no possible CPU, if @max is 0, or if the caller must
 * not wait: it holds another CPU, or local locks of one.
 */
PERCPU_API struct percpu_freelist_node *percpu_freelist_steal(struct percpu_freelist __percpu *list,
							      unsigned int cpu, unsigned long max);

/**
 * percpu_freelist_pop_any() - percpu_freelist_pop(), or one of another CPU's list
 *
 * Looks at other lists before it takes a CPU, in the order of their numbers from this CPU's on.
 * Returns NULL if it has found all of them empty, or must not wait as percpu_freelist_steal().
 */
PERCPU_API struct percpu_freelist_node *
percpu_freelist_pop_any(struct percpu_freelist __percpu *list);

/**
 * percpu_freelist_refill_on() - percpu_freelist_refill() of the list of CPU @cpu
 *
 * Opens the CPU's unit if this is its first use. Returns 0; -EINVAL: no such CPU; -EDEADLK: the
 * caller holds another CPU, or local locks of one. After an error the chain is as it was.
 */
PERCPU_API int percpu_freelist_refill_on(struct percpu_freelist __percpu *list, unsigned int cpu,
					 struct percpu_freelist_node *first,
					 struct percpu_freelist_node *last);

/**
 * percpu_freelist_populate() - put the @nr elements of an array on the lists of all online CPUs
 * @nodes: the node of the first element
 * @size: from one node to the next, bytes
 *
 * Evenly: no list gets two more than another. Opens the units of these CPUs. Returns 0; -EDEADLK
 * as percpu_freelist_refill_on(), and then no element is on a list. Mirrors
 * pcpu_freelist_populate(), which goes over all CPUs that are possible.
 */
PERCPU_API int percpu_freelist_populate(struct percpu_freelist __percpu *list, void *nodes,
					size_t size, size_t nr);

/**
 * percpu_freelist_is_empty() - whether the list of @cpu was empty a moment ago
 *
 * Also of a CPU that is not possible. Opens no unit; safe in signal handlers.
 */
PERCPU_API bool percpu_freelist_is_empty(struct percpu_freelist __percpu *list, unsigned int cpu);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/freelist.h>
#endif

#endif /* PERCPU_FREELIST_H */
