/* SPDX-License-Identifier: MIT */
/*
 * golden.c - the program that golden.sh disassembles: the operations, sections and counters of any
 * thread, and the operations of pinned ones. Run, it does each once and says how many went wrong.
 * With GOLDEN_OBJECT defined, those of the shared object too (object.c).
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <percpu/percpu.h>
#include <percpu/ratelimit.h>
#include <percpu/refcount.h>
#include <percpu/rwsem.h>
#include <percpu/seq_stats.h>
#include <percpu/tree_counter.h>

DEFINE_PER_CPU(unsigned long, golden_count);
DEFINE_PER_CPU(unsigned long[4], golden_counts);

#define COUNT golden_count
#define COUNTS golden_counts

#define NAME(operation) golden_this_##operation
#define OP(operation) this_cpu_##operation
#include "operations.h"
#undef NAME
#undef OP

#define NAME(operation) golden_pinned_##operation
#define OP(operation) pinned_cpu_##operation
#include "operations.h"
#undef NAME
#undef OP

/* Another file's variable: a compiler may not know that it is in this program. */
DECLARE_PER_CPU(unsigned long, golden_defined_count);

GOLDEN void golden_this_inc_extern(void)
{
	this_cpu_inc(golden_defined_count);
}

GOLDEN void golden_pinned_inc_extern(void)
{
	pinned_cpu_inc(golden_defined_count);
}

GOLDEN void golden_section_static(void)
{
	get_cpu_var(golden_count)++;
	put_cpu_var(golden_count);
}

GOLDEN void golden_section_dynamic(unsigned long __percpu *p)
{
	(*get_cpu_ptr(p))++;
	put_cpu_ptr(p);
}

#ifdef GOLDEN_OBJECT
/*
 * Counters, and what is built of the operations: with the shared library only. Where they are
 * linked from the archive, lld takes an optimised program's copies of the short ways and the
 * archive's.
 */
GOLDEN void golden_counter_add(struct percpu_counter *fbc)
{
	percpu_counter_add(fbc, 1);
}

GOLDEN void golden_counter_add_amount(struct percpu_counter *fbc, int64_t amount)
{
	percpu_counter_add(fbc, amount);
}

GOLDEN void golden_counter_add_local(struct percpu_counter *fbc)
{
	percpu_counter_add_local(fbc, 1);
}

/* In line, and with a fold. */
static unsigned int counters_wrong(void)
{
	struct percpu_counter counter;
	unsigned int wrong = 0;

	if (percpu_counter_init(&counter, 0, GFP_KERNEL))
		return 1;
	golden_counter_add(&counter);
	golden_counter_add_amount(&counter, 10);
	wrong += percpu_counter_read(&counter) != 0;
	wrong += percpu_counter_sum(&counter) != 11;
	golden_counter_add_amount(&counter, 1000);
	wrong += percpu_counter_read(&counter) != 1011;
	golden_counter_add_local(&counter);
	wrong += percpu_counter_sum(&counter) != 1012;
	percpu_counter_destroy(&counter);
	return wrong;
}

GOLDEN void golden_ref_get(struct percpu_ref *ref)
{
	percpu_ref_get(ref);
}

GOLDEN bool golden_ref_tryget_live(struct percpu_ref *ref)
{
	return percpu_ref_tryget_live(ref);
}

GOLDEN void golden_ref_put(struct percpu_ref *ref)
{
	percpu_ref_put(ref);
}

static unsigned int nr_released;

static void release_ref(struct percpu_ref *ref)
{
	nr_released += percpu_ref_is_zero(ref);
}

static unsigned int refs_wrong(void)
{
	struct percpu_ref ref;
	unsigned int wrong = 0;

	nr_released = 0;
	if (percpu_ref_init(&ref, release_ref, 0, GFP_KERNEL))
		return 1;
	golden_ref_get(&ref);
	wrong += !golden_ref_tryget_live(&ref);
	golden_ref_put(&ref);
	percpu_ref_kill(&ref);
	wrong += golden_ref_tryget_live(&ref) + nr_released;
	golden_ref_put(&ref);
	wrong += nr_released != 1;
	percpu_ref_exit(&ref);
	return wrong;
}
/* What is counted in other ways: a tree above the CPUs, several numbers at once, tokens. */
GOLDEN void golden_counter_tree_add(struct percpu_counter_tree *tree, long inc)
{
	percpu_counter_tree_add(tree, inc);
}

struct golden_numbers {
	uint64_t packets, bytes;
};
PERCPU_STATS(golden_stats, struct golden_numbers);
static DEFINE_PER_CPU(struct golden_stats, golden_stats);

GOLDEN void golden_counter_stats_add(uint64_t bytes)
{
	this_cpu_stats_add(golden_stats, .packets = 1, .bytes = bytes);
}

GOLDEN bool golden_counter_limit_take(struct percpu_ratelimit *limit)
{
	return percpu_ratelimit_take(limit);
}

static unsigned int tree_wrong(void)
{
	static struct percpu_counter_tree_level_item items[4096];
	struct percpu_counter_tree tree;
	unsigned int wrong = 0;

	if (percpu_counter_tree_items_size() > sizeof(items) ||
	    percpu_counter_tree_init(&tree, items, 16, GFP_KERNEL))
		return 1;
	golden_counter_tree_add(&tree, 3);
	wrong += percpu_counter_tree_approximate_sum(&tree) != 0;
	golden_counter_tree_add(&tree, 1000);
	wrong += percpu_counter_tree_precise_sum(&tree) != 1003;
	percpu_counter_tree_destroy(&tree);
	return wrong;
}

static unsigned int limits_wrong(void)
{
	struct percpu_ratelimit limit;
	unsigned int wrong = 0;

	if (percpu_ratelimit_init(&limit, UINT64_C(1) << 50, 1000, GFP_KERNEL))
		return 1;
	for (int i = 0; i < 1000; i++)
		wrong += !golden_counter_limit_take(&limit);
	wrong += golden_counter_limit_take(&limit);
	percpu_ratelimit_destroy(&limit);
	return wrong;
}

static unsigned int stats_wrong(void)
{
	struct golden_numbers before, sum;

	percpu_stats_sum(golden_stats, &before);
	golden_counter_stats_add(10);
	golden_counter_stats_add(20);
	percpu_stats_sum(golden_stats, &sum);
	return (sum.packets != before.packets + 2) + (sum.bytes != before.bytes + 30);
}

GOLDEN void golden_rwsem_down_read(struct percpu_rw_semaphore *sem)
{
	percpu_down_read(sem);
}

GOLDEN void golden_rwsem_up_read(struct percpu_rw_semaphore *sem)
{
	percpu_up_read(sem);
}

DEFINE_STATIC_PERCPU_RWSEM(golden_sem);

GOLDEN void golden_rwsem_down_read_static(void)
{
	percpu_down_read(&golden_sem);
}

static unsigned int rwsems_wrong(void)
{
	unsigned int wrong = 0;

	golden_rwsem_down_read_static();
	golden_rwsem_down_read(&golden_sem);
	wrong += !percpu_is_read_locked(&golden_sem);
	golden_rwsem_up_read(&golden_sem);
	golden_rwsem_up_read(&golden_sem);
	percpu_down_write(&golden_sem);
	wrong += !percpu_is_write_locked(&golden_sem);
	percpu_up_write(&golden_sem);
	return wrong + percpu_rwsem_is_held(&golden_sem);
}
#endif

/* Masks of one word: what there is no call for. */
GOLDEN bool golden_mask_test_cpu(unsigned int cpu, const struct cpumask *mask)
{
	return cpumask_test_cpu(cpu, mask);
}

GOLDEN unsigned int golden_mask_next(int cpu, const struct cpumask *mask)
{
	return cpumask_next(cpu, mask);
}

GOLDEN bool golden_mask_and(struct cpumask *to, const struct cpumask *one,
			    const struct cpumask *other)
{
	return cpumask_and(to, one, other);
}

static unsigned int masks_wrong(void)
{
	static struct cpumask mask, to;

	cpumask_set_cpu(0, &mask);
	return !golden_mask_test_cpu(0, &mask) + (golden_mask_next(-1, &mask) != 0) +
	       (golden_mask_next(0, &mask) < nr_cpu_ids) + !golden_mask_and(&to, &mask, &mask);
}

static unsigned int sections_wrong(struct golden_pair __percpu *pair)
{
	golden_this_write_static(5);
	golden_section_static();
	golden_this_write_dynamic(&pair->first, 6);
	golden_section_dynamic(&pair->first);
	return (golden_this_read_static() != 6) + (golden_this_read_dynamic(&pair->first) != 7);
}

/* What does not depend on the thread being pinned. */
static unsigned int unpinned_wrong(struct golden_pair __percpu *pair)
{
	unsigned int wrong = golden_this_wrong(pair) + sections_wrong(pair) + masks_wrong();

#ifdef GOLDEN_OBJECT
	wrong += golden_object_this_wrong(pair) + counters_wrong() + refs_wrong() + rwsems_wrong();
	wrong += tree_wrong() + limits_wrong() + stats_wrong();
#endif
	return wrong;
}

static unsigned int pinned_wrong(struct golden_pair __percpu *pair)
{
	unsigned int wrong = golden_pinned_wrong(pair) + golden_defined_wrong(pair);
	unsigned long count = this_cpu_read(golden_defined_count);

	golden_this_inc_extern();
	golden_pinned_inc_extern();
	wrong += this_cpu_read(golden_defined_count) != count + 2;
#ifdef GOLDEN_OBJECT
	wrong += golden_object_pinned_wrong(pair);
#endif
	return wrong;
}

/* Lets the program go on where it is, so that each operation's copy is known. Returns the CPU. */
static int stay(void)
{
	int cpu = sched_getcpu();
	cpu_set_t *set = cpu < 0 ? NULL : CPU_ALLOC((size_t)cpu + 1);
	size_t size = CPU_ALLOC_SIZE((size_t)cpu + 1);

	if (!set)
		return -1;
	CPU_ZERO_S(size, set);
	CPU_SET_S((size_t)cpu, size, set);
	if (sched_setaffinity(0, size, set))
		cpu = -1;
	CPU_FREE(set);
	return cpu;
}

int main(void)
{
	struct golden_pair __percpu *pair = alloc_percpu(struct golden_pair);
	int pinnable = strncmp(percpu_backend(), "rseq:", 5) == 0 ? 0 : -EOPNOTSUPP;
	int cpu = stay();
	unsigned int wrong;

	if (!pair || cpu < 0)
		return 1;
	wrong = unpinned_wrong(pair);
	if (percpu_thread_pin((unsigned int)cpu) != pinnable)
		return 2;
	if (pinnable == 0)
		wrong += unpinned_wrong(pair) + pinned_wrong(pair);
	free_percpu(pair);
	printf("golden: %u wrong\n", wrong);
	return wrong > 0;
}
