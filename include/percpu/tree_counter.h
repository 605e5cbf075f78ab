/* SPDX-License-Identifier: MIT */
/*
 * tree_counter.h - percpu_counter_tree: a counter whose approximate value is read by one load, and
 * is off by a bound that grows with n log n on n CPUs.
 *
 * Every CPU counts for itself. Of eight CPUs whole batches are carried to a count that these have
 * together, of eight such counts whole multiples of eight batches to the next, and so on to the
 * root, which is the approximate value. (A percpu_counter folds into one count from everywhere, so
 * on many CPUs its batch, and with it the error, has to be large.)
 *
 * Off by how much: percpu_counter_tree_approximate_accuracy_range() says it. With batch B and n
 * CPUs it is at most B * n / 2 * ceil(log8(n)), below B * n * log2(n): 8,192 B on 4,096 CPUs. That
 * holds while no addition is going on; each that is may add what it carries, which is less than its
 * amount and a batch. (Values wrap. One that is nearer to an end of long than that may be on the
 * other side of it, approximately.)
 *
 * All functions but init, destroy and rebuild are thread- and signal-safe. Nobody waits for
 * another; an addition whose CPU another thread holds waits for it, as this_cpu_add() does. The
 * kernel's functions of the same names are mirrored (Linux 7).
 */
#ifndef PERCPU_TREE_COUNTER_H
#define PERCPU_TREE_COUNTER_H

#include <percpu/alloc.h>
#include <percpu/impl/runtime.h>
#include <percpu/ops.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/** What one count of the tree takes: a cache line, wherever it begins. Private. */
struct percpu_counter_tree_level_item {
	long count;
	char apart[SMP_CACHE_BYTES - sizeof(long)];
};

/** All fields are private. */
struct percpu_counter_tree {
#ifdef PERCPU_UP
	long count;
#else
	unsigned long __percpu *level0;               /* by CPU: all that was added there */
	struct percpu_counter_tree_level_item *items; /* levels from 1 on, the root last */
	struct percpu_counter_tree_level_item *root;
	long bias; /* what percpu_counter_tree_set() has made of it */
	unsigned long batch_size;
	unsigned long under, over; /* precise - under <= approximate <= precise + over */
#endif
};

/** percpu_counter_tree_items_size() - how many bytes of items each counter needs. */
PERCPU_API size_t percpu_counter_tree_items_size(void);

/**
 * percpu_counter_tree_init_many() - make @nr counters, @counters[0] and on, count from 0
 * @items: @nr times percpu_counter_tree_items_size() bytes, aligned as malloc() aligns, which the
 *	caller frees after percpu_counter_tree_destroy_many()
 * @batch_size: what a CPU counts before it carries: a power of two, 2 to 2^32
 * @gfp: as in __alloc_percpu_gfp()
 *
 * Returns 0; -EINVAL: @nr is 0, or @batch_size no such number; -ENOMEM; or -EOPNOTSUPP, with a
 * warning in the log, where copies are shared (shared.h). After an error all are as if destroyed.
 * Counters that were made before percpu_share() are not for children that are forked after it.
 */
PERCPU_API int percpu_counter_tree_init_many(struct percpu_counter_tree *counters,
					     struct percpu_counter_tree_level_item *items,
					     unsigned int nr, unsigned long batch_size, gfp_t gfp);

/** percpu_counter_tree_init() - percpu_counter_tree_init_many() of one. */
PERCPU_API int percpu_counter_tree_init(struct percpu_counter_tree *counter,
					struct percpu_counter_tree_level_item *items,
					unsigned long batch_size, gfp_t gfp);

/** percpu_counter_tree_destroy_many() - give back what percpu_counter_tree_init_many() took. */
PERCPU_API void percpu_counter_tree_destroy_many(struct percpu_counter_tree *counters,
						 unsigned int nr);
PERCPU_API void percpu_counter_tree_destroy(struct percpu_counter_tree *counter);

/**
 * percpu_counter_tree_add() - add @inc
 *
 * In line, one restartable sequence, while there is nothing to carry; then an atomic addition for
 * each level that has. (A handler that has interrupted that, and is left by siglongjmp(), takes
 * what was carried from the approximate value, until it is rebuilt; the precise one has it.)
 */
__pcpu_inline void percpu_counter_tree_add(struct percpu_counter_tree *counter, long inc);
__pcpu_inline void percpu_counter_tree_sub(struct percpu_counter_tree *counter, long dec);
__pcpu_inline void percpu_counter_tree_inc(struct percpu_counter_tree *counter);
__pcpu_inline void percpu_counter_tree_dec(struct percpu_counter_tree *counter);

/** percpu_counter_tree_approximate_sum() - the approximate value. */
__pcpu_inline long percpu_counter_tree_approximate_sum(struct percpu_counter_tree *counter);

/**
 * percpu_counter_tree_precise_sum() - the value; costs what the CPUs used cost
 *
 * Exact when nobody changes the counter meanwhile; an addition made during the call counts or does
 * not.
 */
PERCPU_API long percpu_counter_tree_precise_sum(struct percpu_counter_tree *counter);

/**
 * percpu_counter_tree_approximate_accuracy_range() - how far the approximate value may be off
 *
 * By *@under below the precise one, and by *@over above it. The same for a counter's whole life.
 */
PERCPU_API void percpu_counter_tree_approximate_accuracy_range(struct percpu_counter_tree *counter,
							       unsigned long *under,
							       unsigned long *over);

/** Between which numbers the precise value is, if the approximate one is @approximate_sum. */
__pcpu_inline void percpu_counter_tree_approximate_min_max_range(long approximate_sum,
								 unsigned long under,
								 unsigned long over,
								 long *precise_min,
								 long *precise_max)
{
	*precise_min = (long)((unsigned long)approximate_sum - over);
	*precise_max = (long)((unsigned long)approximate_sum + under);
}

/**
 * percpu_counter_tree_approximate_compare_value() - 1, -1: the value is certainly above, below @v
 *
 * 0: it may be equal; both values are too near for the approximate one to tell.
 */
PERCPU_API int percpu_counter_tree_approximate_compare_value(struct percpu_counter_tree *counter,
							     long v);
/** The same of two counters. */
PERCPU_API int percpu_counter_tree_approximate_compare(struct percpu_counter_tree *a,
						       struct percpu_counter_tree *b);

/**
 * percpu_counter_tree_precise_compare_value() - 1, 0, -1: the value is above @v, equal, or below
 *
 * Looks at the precise value only where the approximate one does not decide.
 */
PERCPU_API int percpu_counter_tree_precise_compare_value(struct percpu_counter_tree *counter,
							 long v);
/** The same of two counters. */
PERCPU_API int percpu_counter_tree_precise_compare(struct percpu_counter_tree *a,
						   struct percpu_counter_tree *b);

/**
 * percpu_counter_tree_set() - have the precise value be @v
 *
 * What is added meanwhile is in it or not. The approximate value is as near as before.
 */
PERCPU_API void percpu_counter_tree_set(struct percpu_counter_tree *counter, long v);

/**
 * percpu_counter_tree_rebuild() - carry anew what all CPUs have; nobody else changes it meanwhile
 *
 * For a child of fork() whose parent's other threads were counting: what these were carrying at
 * that moment is not in the child's approximate value. Everything else is right there without it.
 */
PERCPU_API void percpu_counter_tree_rebuild(struct percpu_counter_tree *counter);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

/* How. */
#ifdef PERCPU_UP
#include <percpu/impl/up/tree_counter.h>
#else
#include <percpu/impl/tree_counter.h>
#endif

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

__pcpu_inline void percpu_counter_tree_sub(struct percpu_counter_tree *counter, long dec)
{
	percpu_counter_tree_add(counter, (long)(0 - (unsigned long)dec));
}

__pcpu_inline void percpu_counter_tree_inc(struct percpu_counter_tree *counter)
{
	percpu_counter_tree_add(counter, 1);
}

__pcpu_inline void percpu_counter_tree_dec(struct percpu_counter_tree *counter)
{
	percpu_counter_tree_add(counter, -1);
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_TREE_COUNTER_H */
