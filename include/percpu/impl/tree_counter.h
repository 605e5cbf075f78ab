/* SPDX-License-Identifier: MIT */
/*
 * tree_counter.h - what percpu/tree_counter.h has in line: additions that carry nothing. With
 * PERCPU_UP they are in up/tree_counter.h.
 */
#ifndef PERCPU_IMPL_TREE_COUNTER_H
#define PERCPU_IMPL_TREE_COUNTER_H

#include <percpu/tree_counter.h>

#ifndef PERCPU_UP

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/* Adds @carry, a multiple of the batch, to the levels above this CPU. */
PERCPU_API void __percpu_counter_tree_carry(struct percpu_counter_tree *counter,
					    unsigned long carry) __attribute__((__cold__));

/*
 * Of @count what is carried: the next multiple of @batch, a power of two. Numbers wrap, and batches
 * divide where they do.
 */
__pcpu_always_inline unsigned long __pcpu_tree_carried(unsigned long count, unsigned long batch)
{
	return (count + batch / 2) & (0 - batch);
}

__pcpu_inline void percpu_counter_tree_add(struct percpu_counter_tree *counter, long inc)
{
	const unsigned long after = this_cpu_add_return(*counter->level0, (unsigned long)inc);
	const unsigned long batch = counter->batch_size;
	const unsigned long carry = __pcpu_tree_carried(after, batch) -
				    __pcpu_tree_carried(after - (unsigned long)inc, batch);

	if (__pcpu_unlikely(carry))
		__percpu_counter_tree_carry(counter, carry);
}

__pcpu_inline long percpu_counter_tree_approximate_sum(struct percpu_counter_tree *counter)
{
	return (long)((unsigned long)__atomic_load_n(&counter->root->count, __ATOMIC_RELAXED) +
		      (unsigned long)__atomic_load_n(&counter->bias, __ATOMIC_RELAXED));
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_UP */

#endif /* PERCPU_IMPL_TREE_COUNTER_H */
