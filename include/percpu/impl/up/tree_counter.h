/* SPDX-License-Identifier: MIT */
/*
 * up/tree_counter.h - tree_counter.h with PERCPU_UP: one count, which is exact.
 */
#ifndef PERCPU_UP_TREE_COUNTER_H
#define PERCPU_UP_TREE_COUNTER_H

#include <percpu/tree_counter.h>

#include <errno.h>

#include <percpu/impl/begin.h>

PERCPU_API size_t percpu_counter_tree_items_size(void)
{
	return sizeof(struct percpu_counter_tree_level_item);
}

PERCPU_API int percpu_counter_tree_init_many(struct percpu_counter_tree *counters,
					     struct percpu_counter_tree_level_item *items,
					     unsigned int nr, unsigned long batch_size, gfp_t gfp)
{
	(void)items;
	(void)gfp;
	if (!nr || batch_size < 2 || batch_size > 1ul << 32 || (batch_size & (batch_size - 1)))
		return -EINVAL;
	for (unsigned int i = 0; i < nr; i++)
		counters[i].count = 0;
	return 0;
}

PERCPU_API int percpu_counter_tree_init(struct percpu_counter_tree *counter,
					struct percpu_counter_tree_level_item *items,
					unsigned long batch_size, gfp_t gfp)
{
	return percpu_counter_tree_init_many(counter, items, 1, batch_size, gfp);
}

PERCPU_API void percpu_counter_tree_destroy_many(struct percpu_counter_tree *counters,
						 unsigned int nr)
{
	(void)counters;
	(void)nr;
}

PERCPU_API void percpu_counter_tree_destroy(struct percpu_counter_tree *counter)
{
	(void)counter;
}

/* One instruction, for the sake of signal handlers; it wraps. */
__pcpu_inline void percpu_counter_tree_add(struct percpu_counter_tree *counter, long inc)
{
	__pcpu_direct_add_8((uintptr_t)&counter->count, (uint64_t)inc);
}

__pcpu_inline long percpu_counter_tree_approximate_sum(struct percpu_counter_tree *counter)
{
	return (long)__pcpu_direct_read_8((uintptr_t)&counter->count);
}

PERCPU_API long percpu_counter_tree_precise_sum(struct percpu_counter_tree *counter)
{
	return percpu_counter_tree_approximate_sum(counter);
}

PERCPU_API void percpu_counter_tree_approximate_accuracy_range(struct percpu_counter_tree *counter,
							       unsigned long *under,
							       unsigned long *over)
{
	(void)counter;
	*under = 0;
	*over = 0;
}

PERCPU_API int percpu_counter_tree_precise_compare_value(struct percpu_counter_tree *counter,
							 long v)
{
	const long value = percpu_counter_tree_precise_sum(counter);

	return (value > v) - (value < v);
}

PERCPU_API int percpu_counter_tree_precise_compare(struct percpu_counter_tree *a,
						   struct percpu_counter_tree *b)
{
	return percpu_counter_tree_precise_compare_value(a, percpu_counter_tree_precise_sum(b));
}

PERCPU_API int percpu_counter_tree_approximate_compare_value(struct percpu_counter_tree *counter,
							     long v)
{
	return percpu_counter_tree_precise_compare_value(counter, v);
}

PERCPU_API int percpu_counter_tree_approximate_compare(struct percpu_counter_tree *a,
						       struct percpu_counter_tree *b)
{
	return percpu_counter_tree_precise_compare(a, b);
}

PERCPU_API void percpu_counter_tree_set(struct percpu_counter_tree *counter, long v)
{
	__pcpu_direct_write_8((uintptr_t)&counter->count, (uint64_t)v);
}

PERCPU_API void percpu_counter_tree_rebuild(struct percpu_counter_tree *counter)
{
	(void)counter;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_TREE_COUNTER_H */
