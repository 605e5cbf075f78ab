/* SPDX-License-Identifier: MIT */
/*
 * tree_counter.c - percpu_counter_tree; percpu/tree_counter.h.
 *
 * Level 0 are the CPUs' counts, level l + 1 has a count for FANOUT of level l, and the last level
 * is one, the root. The batch of a level is FANOUT times that of the level below. What is carried
 * from a count x of batch B is always C(x), the multiple of B that is next to it:
 *
 *	add	C1  level 0: x -> x + inc, by one operation
 *		C2  if C(x + inc) - C(x) is 0, that is all
 *		C3  else the count above, whichever it is: y -> y + that, by an atomic addition
 *		C4  and with y from C2 again, up to the root
 *
 * Each addition to a count carries the difference between what it has found and what it has left,
 * so all of them together carry C(x), in whatever order they come to C3. Hence, when none is
 * between C1 and C4,
 *
 *	precise = approximate + (x - C(x)) of each count x below the root
 *
 * and each difference is one of -B/2 .. B/2 - b, where b is the batch below, of which all counts of
 * that level are multiples. It does not matter which count above a carry comes to: the thread may
 * be on another CPU by then. Modelled in tests/model/tree_counter.pml.
 */
#include "calls/alloc.h"
#include "ground/log.h"
#include "machine/tier.h"

#include <percpu/tree_counter.h>

#include <errno.h>
#include <string.h>

#define FANOUT_BITS 3
#define FANOUT (1u << FANOUT_BITS)
#define MOST_BATCH (1ul << 32)

/* How many counts the level above one of @nr has. */
static unsigned int nr_above(unsigned int nr)
{
	return (nr + FANOUT - 1) / FANOUT;
}

/* From level 1 on. */
static size_t nr_items(void)
{
	unsigned int nr = nr_cpu_ids;
	size_t all = 0;

	do {
		nr = nr_above(nr);
		all += nr;
	} while (nr > 1);
	return all;
}

PERCPU_API size_t percpu_counter_tree_items_size(void)
{
	return nr_items() * sizeof(struct percpu_counter_tree_level_item);
}

/* --- life --- */

/* The sums, over all counts below the root, of what they may not have carried. */
static void set_range(struct percpu_counter_tree *counter)
{
	unsigned long batch = counter->batch_size, below = 1;
	unsigned int nr = num_possible_cpus(), level_nr = nr_cpu_ids;

	counter->under = 0;
	counter->over = 0;
	for (;;) {
		counter->under += nr * (batch / 2 - below);
		counter->over += nr * (batch / 2);
		nr = level_nr = nr_above(level_nr);
		if (nr == 1)
			return;
		below = batch;
		batch *= FANOUT;
	}
}

static void set_up(struct percpu_counter_tree *counter,
		   struct percpu_counter_tree_level_item *items, unsigned long batch_size,
		   unsigned long __percpu *level0)
{
	*counter = (struct percpu_counter_tree){
		.level0 = level0,
		.items = items,
		.root = items + nr_items() - 1,
		.batch_size = batch_size,
	};
	set_range(counter);
}

static bool is_batch(unsigned long batch_size)
{
	return batch_size >= 2 && batch_size <= MOST_BATCH && !(batch_size & (batch_size - 1));
}

static int init_many(struct percpu_counter_tree *counters,
		     struct percpu_counter_tree_level_item *items, unsigned int nr,
		     unsigned long batch_size, gfp_t gfp, void *caller)
{
	unsigned long __percpu *level0 = NULL;

	for (unsigned int i = 0; i < nr; i++)
		counters[i] = (struct percpu_counter_tree){.level0 = NULL};
	if (!nr || !is_batch(batch_size))
		return -EINVAL;
	if (pcpu_tier.shared) {
		pcpu_log(PERCPU_LOG_WARNING, "percpu_counter_tree_init() with shared copies: most "
					     "of the tree would not be shared");
		return -EOPNOTSUPP;
	}
	level0 = pcpu_alloc_for(nr * sizeof(*level0), __alignof__(*level0), gfp, caller);
	if (!level0)
		return -ENOMEM;
	memset(items, 0, nr * percpu_counter_tree_items_size());
	for (unsigned int i = 0; i < nr; i++)
		set_up(&counters[i], items + i * nr_items(), batch_size, level0 + i);
	return 0;
}

PERCPU_API int percpu_counter_tree_init_many(struct percpu_counter_tree *counters,
					     struct percpu_counter_tree_level_item *items,
					     unsigned int nr, unsigned long batch_size, gfp_t gfp)
{
	return init_many(counters, items, nr, batch_size, gfp, __builtin_return_address(0));
}

PERCPU_API int percpu_counter_tree_init(struct percpu_counter_tree *counter,
					struct percpu_counter_tree_level_item *items,
					unsigned long batch_size, gfp_t gfp)
{
	return init_many(counter, items, 1, batch_size, gfp, __builtin_return_address(0));
}

PERCPU_API void percpu_counter_tree_destroy_many(struct percpu_counter_tree *counters,
						 unsigned int nr)
{
	unsigned long __percpu *level0 = nr ? counters[0].level0 : NULL;

	for (unsigned int i = 0; i < nr; i++)
		counters[i].level0 = NULL;
	free_percpu(level0);
}

PERCPU_API void percpu_counter_tree_destroy(struct percpu_counter_tree *counter)
{
	percpu_counter_tree_destroy_many(counter, 1);
}

/* --- carrying --- */

/* C3 and C4, for @cpu. */
static void carry_from(struct percpu_counter_tree *counter, unsigned int cpu, unsigned long carry)
{
	struct percpu_counter_tree_level_item *level = counter->items;
	unsigned long batch = counter->batch_size, after;

	for (unsigned int nr = nr_above(nr_cpu_ids); carry; nr = nr_above(nr)) {
		cpu /= FANOUT;
		after = (unsigned long)__atomic_add_fetch(&level[cpu].count, (long)carry,
							  __ATOMIC_RELAXED);
		if (nr == 1)
			return;
		level += nr;
		batch *= FANOUT;
		carry = __pcpu_tree_carried(after, batch) -
			__pcpu_tree_carried(after - carry, batch);
	}
}

PERCPU_API void __percpu_counter_tree_carry(struct percpu_counter_tree *counter,
					    unsigned long carry)
{
	carry_from(counter, raw_smp_processor_id(), carry);
}

PERCPU_API void percpu_counter_tree_rebuild(struct percpu_counter_tree *counter)
{
	unsigned int cpu;

	memset(counter->items, 0, percpu_counter_tree_items_size());
	for_each_possible_cpu(cpu)
		if (percpu_unit_is_open(cpu))
			carry_from(counter, cpu,
				   __pcpu_tree_carried(*per_cpu_ptr(counter->level0, cpu),
						       counter->batch_size));
}

/* --- the value --- */

PERCPU_API long percpu_counter_tree_precise_sum(struct percpu_counter_tree *counter)
{
	return (long)(per_cpu_sum(*counter->level0) +
		      (unsigned long)__atomic_load_n(&counter->bias, __ATOMIC_RELAXED));
}

PERCPU_API void percpu_counter_tree_set(struct percpu_counter_tree *counter, long v)
{
	const unsigned long bias = (unsigned long)v - per_cpu_sum(*counter->level0);

	__atomic_store_n(&counter->bias, (long)bias, __ATOMIC_RELAXED);
}

PERCPU_API void percpu_counter_tree_approximate_accuracy_range(struct percpu_counter_tree *counter,
							       unsigned long *under,
							       unsigned long *over)
{
	*under = counter->under;
	*over = counter->over;
}

/* --- comparing --- */

/* @difference of two approximate values, the first of which may be so much too low, or too high. */
static int sign_if_sure(__int128 difference, unsigned long too_low, unsigned long too_high)
{
	if (difference > (__int128)too_high)
		return 1;
	return difference < -(__int128)too_low ? -1 : 0;
}

PERCPU_API int percpu_counter_tree_approximate_compare_value(struct percpu_counter_tree *counter,
							     long v)
{
	return sign_if_sure((__int128)percpu_counter_tree_approximate_sum(counter) - v,
			    counter->under, counter->over);
}

PERCPU_API int percpu_counter_tree_approximate_compare(struct percpu_counter_tree *a,
						       struct percpu_counter_tree *b)
{
	return sign_if_sure((__int128)percpu_counter_tree_approximate_sum(a) -
				    percpu_counter_tree_approximate_sum(b),
			    a->under + b->over, a->over + b->under);
}

static int sign(__int128 difference)
{
	return (difference > 0) - (difference < 0);
}

PERCPU_API int percpu_counter_tree_precise_compare_value(struct percpu_counter_tree *counter,
							 long v)
{
	const int sure = percpu_counter_tree_approximate_compare_value(counter, v);

	return sure ? sure : sign((__int128)percpu_counter_tree_precise_sum(counter) - v);
}

PERCPU_API int percpu_counter_tree_precise_compare(struct percpu_counter_tree *a,
						   struct percpu_counter_tree *b)
{
	const int sure = percpu_counter_tree_approximate_compare(a, b);

	return sure ? sure
		    : sign((__int128)percpu_counter_tree_precise_sum(a) -
			   percpu_counter_tree_precise_sum(b));
}
