/* SPDX-License-Identifier: MIT */
/* split_count.c - see split_count.h. */
#include "toolkit/split_count.h"
#include "cpu/holder.h"
#include "ground/lock.h"
#include "ground/signals.h"
#include "ground/system/fence.h"
#include "ground/system/new_process.h"
#include "machine/tier.h"
#include "memory/displaced.h"
#include "memory/open_units.h"
#include "memory/unit.h"

/* Of a part in the fallback tier; what is counted is counted in twos. */
#define LIVE ((int64_t)1)

/* The word is at least this, if __PCPU_SPLIT is in it. */
#define SPLIT_AT_LEAST (__PCPU_SPLIT / 2)

void pcpu_split_lock(sigset_t *saved)
{
	/* a child has its parent's lock */
	pcpu_mend_new_process();
	pcpu_lock_sigsave(&pcpu_switch_mutex, saved);
}

void pcpu_split_unlock(const sigset_t *saved)
{
	pcpu_unlock_sigrestore(&pcpu_switch_mutex, saved);
}

static bool is_joined(const struct percpu_split_count *split)
{
	return pcpu_tier.shared || __atomic_load_n(&split->joined, __ATOMIC_ACQUIRE) != 0;
}

/* Parts count: J4 has not been done since S2. */
static bool has_parts(const struct percpu_split_count *split)
{
	return __atomic_load_n(&split->count, __ATOMIC_ACQUIRE) >= SPLIT_AT_LEAST;
}

static int64_t *part_in(const struct percpu_split_count *split, uintptr_t window)
{
	return (int64_t *)(window + pcpu_coordinate((uintptr_t)split->parts));
}

void pcpu_split_init(struct percpu_split_count *split, int64_t __percpu *parts, int64_t word,
		     bool joined)
{
	split->parts = parts;
	split->joined = joined || !parts;
	split->count = split->joined ? word : word + __PCPU_SPLIT;
}

/* --- adding --- */

/* The unit of the CPU that the thread is on may not be open yet. False: it cannot be opened. */
static bool open_unit_of(unsigned int cpu)
{
	return pcpu_unit_is_open(cpu) || pcpu_unit_try_open(cpu) == 0;
}

#ifndef __PCPU_NO_INLINE_SEQUENCE
/* A1 once more, after what it may have lacked. Who holds the CPU is aborted by nobody. */
static bool add_by_sequence(const struct percpu_split_count *split, int64_t change)
{
	return pcpu_held_cpu() < 0 && pcpu_thread_ensure_rseq() &&
	       open_unit_of(pcpu_running_cpu()) && __pcpu_split_add(split, change);
}
#else
static bool add_by_sequence(const struct percpu_split_count *split, int64_t change)
{
	(void)split;
	(void)change;
	return false;
}
#endif

/* The rest of B1. False: it is joined, or another thread switches something. */
static bool make_live(const struct percpu_split_count *split, int64_t *part)
{
	bool splits = false;
	sigset_t saved;

	pcpu_mask_signals(&saved);
	if (pcpu_mutex_trylock(&pcpu_switch_mutex)) {
		splits = !is_joined(split);
		if (splits)
			__atomic_fetch_or(part, LIVE, __ATOMIC_ACQ_REL);
		pcpu_mutex_unlock(&pcpu_switch_mutex);
	}
	pcpu_restore_signals(&saved);
	return splits;
}

/* B1 and B2 */
static bool add_by_swap(const struct percpu_split_count *split, int64_t change)
{
	const unsigned int cpu = pcpu_running_cpu();
	int64_t before, *part;

	if (!open_unit_of(cpu))
		return false;
	part = part_in(split, pcpu_unit_window(cpu));
	before = __atomic_load_n(part, __ATOMIC_ACQUIRE);
	if (!(before & LIVE)) {
		if (!make_live(split, part))
			return false;
		before = __atomic_load_n(part, __ATOMIC_ACQUIRE);
	}
	while (before & LIVE)
		if (__atomic_compare_exchange_n(part, &before, before + change, false,
						__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			return true;
	return false;
}

bool pcpu_split_add(struct percpu_split_count *split, int64_t change)
{
	if (is_joined(split))
		return false;
	if (pcpu_tier_has_sequences())
		return add_by_sequence(split, change);
	return add_by_swap(split, change);
}

/* --- joining, and splitting again --- */

/* J2 of the fallback tier, and J3; or, if others may still add, what the parts are by now. */
static int64_t sum_of_parts(const struct percpu_split_count *split, bool ends)
{
	const unsigned int nr = pcpu_units_nr_open();
	const bool locked = ends && !pcpu_tier_has_sequences();
	int64_t sum = 0;

	for (unsigned int i = 0; i < nr; i++) {
		int64_t *part = part_in(split, pcpu_open_windows[i]);

		sum += (locked ? __atomic_fetch_and(part, ~LIVE, __ATOMIC_ACQ_REL)
			       : __atomic_load_n(part, __ATOMIC_ACQUIRE)) &
		       ~LIVE;
	}
	return sum;
}

void pcpu_split_join(struct percpu_split_count *split)
{
	pcpu_assert_held(&pcpu_switch_mutex);
	if (!has_parts(split))
		return;
	__atomic_store_n(&split->joined, 1, __ATOMIC_SEQ_CST);
	if (pcpu_tier_has_sequences() && !pcpu_tier.shared)
		pcpu_fence_sequences();
	__atomic_fetch_add(&split->count, sum_of_parts(split, true) - __PCPU_SPLIT,
			   __ATOMIC_ACQ_REL);
}

void pcpu_split_again(struct percpu_split_count *split)
{
	const unsigned int nr = pcpu_units_nr_open();

	pcpu_assert_held(&pcpu_switch_mutex);
	if (!split->parts || !is_joined(split) || pcpu_tier.shared)
		return;
	/* in a child, where another thread was at it */
	pcpu_split_join(split);
	for (unsigned int i = 0; i < nr; i++)
		__atomic_store_n(part_in(split, pcpu_open_windows[i]), 0, __ATOMIC_RELAXED);
	__atomic_fetch_add(&split->count, __PCPU_SPLIT, __ATOMIC_RELEASE);
	__atomic_store_n(&split->joined, 0, __ATOMIC_RELEASE);
}

int64_t pcpu_split_value(const struct percpu_split_count *split)
{
	const int64_t word = __atomic_load_n(&split->count, __ATOMIC_ACQUIRE);

	return word < SPLIT_AT_LEAST ? word : word - __PCPU_SPLIT + sum_of_parts(split, false);
}
