/* SPDX-License-Identifier: MIT */
/*
 * counter.c - percpu_counter.
 *
 * The value is the count, the extra, and all CPUs' parts; memory/counter_lock.h says how it stays
 * what it is while a part is moved to the count. A part never reaches its batch: the addition that
 * would make it so moves the part, and itself, to the count. What cannot be moved there at once,
 * and what has no part to move, is added to the extra, which everybody changes atomically.
 *
 * With shared copies each process has a struct percpu_counter of its own, and its lock and notes.
 * So from then on nothing of it changes any more: what there was by then stays in it, in each
 * process the same, and parts are not folded.
 *
 *	value = count + extra + all parts + all amounts (of this CPU's copy) + the common extra
 *
 * An addition that does not fit into a part is one operation on this CPU's amount. What is added
 * by nobody's CPU (a reset, what has a limit) goes to an extra that all have in common, in the
 * first CPU's copy, by compare and swap. Each is one store, so a process may be killed anywhere.
 * (Modelled in tests/model/counter_shared.pml.)
 */
#include "calls/alloc.h"
#include "arch_constants.h"
#include "boot/share.h"
#include "ground/assert.h"
#include "ground/pause.h"
#include "ground/pointer.h"
#include "ground/system/fence.h"
#include "ground/system/new_process.h"
#include "machine/tier.h"
#include "memory/counter_lock.h"

#include <percpu/percpu.h>

/* of the processor; it knows what stands above */
#include "counter_sequence.h"

#include <errno.h>

int percpu_counter_batch = 32;

#define MIN_BATCH 32

/* The counter's near: see percpu_counter_limited_add(). */
enum { FAR, NEARING, NEAR };

/* After the boot, before any constructor of the program. */
static void __attribute__((__constructor__(101))) set_up_counters(void)
{
	int batch = 2 * (int)num_possible_cpus();

	percpu_counter_batch = batch > MIN_BATCH ? batch : MIN_BATCH;
}

/* --- life --- */

static int32_t batch_within_bounds(int32_t batch)
{
	return batch < __PCPU_COUNTER_MAX_BATCH ? batch : __PCPU_COUNTER_MAX_BATCH;
}

/* What @nr counters have on each CPU: no more than is needed while copies are not shared. */
static size_t size_of_parts(bool wide, uint32_t nr)
{
	return nr * (wide ? sizeof(struct percpu_counter_parts) : sizeof(int32_t));
}

static int32_t __percpu *part_of(int32_t __percpu *parts, bool wide, uint32_t i)
{
	return wide ? &((struct percpu_counter_parts __percpu *)parts)[i].part : parts + i;
}

static int init_many(struct percpu_counter *fbc, int64_t amount, gfp_t gfp, uint32_t nr,
		     void *caller)
{
	const int32_t bound = batch_within_bounds(percpu_counter_batch);
	int32_t __percpu *parts;
	bool wide;

	if (nr == 0)
		return -EINVAL;
	wide = !pcpu_share_begin_apart();
	parts = pcpu_alloc_for(size_of_parts(wide, nr),
			       wide ? __alignof__(int64_t) : __alignof__(int32_t), gfp, caller);
	if (!parts && !wide)
		pcpu_share_end_apart();
	for (uint32_t i = 0; i < nr; i++)
		fbc[i] = (struct percpu_counter){
			.count = amount,
			.counters = parts ? part_of(parts, wide, i) : NULL,
			.bound = bound,
			.wide = wide,
		};
	return parts ? 0 : -ENOMEM;
}

PERCPU_API int percpu_counter_init_many(struct percpu_counter *fbc, int64_t amount, gfp_t gfp,
					uint32_t nr)
{
	return init_many(fbc, amount, gfp, nr, __builtin_return_address(0));
}

PERCPU_API int percpu_counter_init(struct percpu_counter *fbc, int64_t amount, gfp_t gfp)
{
	return init_many(fbc, amount, gfp, 1, __builtin_return_address(0));
}

PERCPU_API void percpu_counter_destroy_many(struct percpu_counter *fbc, uint32_t nr)
{
	int32_t __percpu *parts = nr ? fbc[0].counters : NULL;

	if (!parts)
		return;
	pcpu_counter_forget(fbc, nr);
	for (uint32_t i = 0; i < nr; i++)
		fbc[i].counters = NULL;
	/* or they are a static variable */
	if (pcpu_pointer_is_dynamic(parts))
		free_percpu(parts);
	if (!fbc[0].wide)
		pcpu_share_end_apart();
}

PERCPU_API void percpu_counter_destroy(struct percpu_counter *fbc)
{
	percpu_counter_destroy_many(fbc, 1);
}

/* --- shared copies --- */

static struct percpu_counter_parts __percpu *wide_parts(const struct percpu_counter *fbc)
{
	pcpu_assert(fbc->wide);
	return (struct percpu_counter_parts __percpu *)fbc->counters;
}

static int64_t *common_extra(const struct percpu_counter *fbc)
{
	return &per_cpu_ptr(wide_parts(fbc), cpumask_first(cpu_possible_mask))->extra;
}

/* What does not change by then, and what CPUs have counted since. */
static int64_t shared_rest(struct percpu_counter *fbc)
{
	int64_t rest = pcpu_wrapping_add(__atomic_load_n(&fbc->extra, __ATOMIC_RELAXED),
					 pcpu_counter_count_and_parts(fbc));

	return pcpu_wrapping_add(rest, per_cpu_sum(wide_parts(fbc)->amount));
}

/* The extra that resets and limits change, and all that is not in it. */
static int64_t *extra_of(struct percpu_counter *fbc)
{
	return pcpu_tier.shared ? common_extra(fbc) : &fbc->extra;
}

static int64_t rest_of(struct percpu_counter *fbc)
{
	return pcpu_tier.shared ? shared_rest(fbc) : pcpu_counter_count_and_parts(fbc);
}

/* --- adding --- */

static int64_t load_extra(struct percpu_counter *fbc)
{
	return __atomic_load_n(extra_of(fbc), __ATOMIC_ACQUIRE);
}

static void add_to_extra(struct percpu_counter *fbc, int64_t amount)
{
	__atomic_fetch_add(&fbc->extra, amount, __ATOMIC_RELEASE);
}

/* False: the extra is not @before any more, which is brought up to date. */
static bool try_to_set_extra(struct percpu_counter *fbc, int64_t *before, int64_t after)
{
	return __atomic_compare_exchange_n(extra_of(fbc), before, after, false, __ATOMIC_ACQ_REL,
					   __ATOMIC_ACQUIRE);
}

/*
 * Whether a part may have @amount: nothing, where the batch is not positive, as in the kernel.
 * Unsigned, so that the smallest int64_t has an absolute value.
 */
static bool fits(int64_t amount, int32_t batch)
{
	uint64_t size = amount < 0 ? -(uint64_t)amount : (uint64_t)amount;

	return batch > 0 && size < (uint64_t)batch;
}

/* Adds @amount to this CPU's part if that fits. If not, @part is the part that there was. */
static bool add_to_part(struct percpu_counter *fbc, int64_t amount, int32_t batch, int32_t *part)
{
	int32_t before;
	int64_t sum;

	*part = this_cpu_read(*fbc->counters);
	for (;;) {
		sum = pcpu_wrapping_add(pcpu_part_amount(*part), amount);
		if (!fits(sum, batch))
			return false;
		before = this_cpu_cmpxchg(*fbc->counters, *part,
					  pcpu_part_with(*part, (int32_t)sum));
		if (before == *part)
			return true;
		*part = before;
	}
}

/*
 * Moves @part, if it still is this CPU's, to the count, and @amount with it. False: nothing has
 * been done, as somebody else is folding, or this is a handler that has interrupted who does.
 */
static bool fold(struct percpu_counter *fbc, int32_t part, int64_t amount)
{
	struct pcpu_counter_lock *lock = pcpu_counter_lock_of(fbc);
	int32_t before;

	/* a child has its parent's locks */
	pcpu_mend_new_process();
	if (!pcpu_counter_trylock(lock))
		return false;
	pcpu_counter_note_fold(lock, fbc, pcpu_part_amount(part));
	/* L4. On whichever CPU: a part that is equal is as good */
	before = this_cpu_cmpxchg(*fbc->counters, part, !(part & 1));
	if (before == part)
		pcpu_counter_fold(lock, amount);
	pcpu_counter_unlock(lock);
	return before == part;
}

static int32_t load_bound(const struct percpu_counter *fbc)
{
	return __atomic_load_n(&fbc->bound, __ATOMIC_RELAXED);
}

/* Before any part is that large. */
static void raise_bound(struct percpu_counter *fbc, int32_t batch)
{
	int32_t before = load_bound(fbc);

	while (before < batch && !__atomic_compare_exchange_n(&fbc->bound, &before, batch, false,
							      __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		;
	pcpu_store_fence();
}

PERCPU_API void __percpu_counter_add_slow(struct percpu_counter *fbc, int64_t amount, int32_t batch)
{
	int32_t part;

	batch = batch_within_bounds(batch);
	if (batch > load_bound(fbc))
		raise_bound(fbc, batch);
	if (add_to_part(fbc, amount, batch, &part))
		return;
	if (pcpu_tier.shared)
		this_cpu_add(wide_parts(fbc)->amount, amount);
	else if (!pcpu_part_amount(part) || !fold(fbc, part, amount))
		add_to_extra(fbc, amount);
}

PERCPU_API void percpu_counter_sync(struct percpu_counter *fbc)
{
	/* waits for whoever holds the CPU, opens its unit, and gives the thread its rseq area */
	int32_t part = this_cpu_read(*fbc->counters);

	if (pcpu_tier.shared)
		return;
	for (unsigned int n = 0; n < PCPU_PAUSE_SPINS && pcpu_part_amount(part); n++) {
		if (fold(fbc, part, 0))
			return;
		pcpu_pause(n);
		part = this_cpu_read(*fbc->counters);
	}
}

/* --- the value --- */

PERCPU_API int64_t percpu_counter_sum(struct percpu_counter *fbc)
{
	int64_t extra = load_extra(fbc);

	return pcpu_wrapping_add(extra, rest_of(fbc));
}

/* A program looks without changing anything; a child's first look may mend what it has of locks. */
PERCPU_API int64_t __percpu_counter_read_slow(const struct percpu_counter *fbc)
{
	return percpu_counter_sum((struct percpu_counter *)(uintptr_t)fbc);
}

PERCPU_API int64_t percpu_counter_sum_positive(struct percpu_counter *fbc)
{
	int64_t sum = percpu_counter_sum(fbc);

	return sum > 0 ? sum : 0;
}

/* Has the extra make up for all the rest. Returns what the value was. */
static int64_t change_to(struct percpu_counter *fbc, int64_t amount)
{
	int64_t extra = load_extra(fbc), rest;

	do {
		rest = rest_of(fbc);
	} while (!try_to_set_extra(fbc, &extra, pcpu_wrapping_sub(amount, rest)));
	return pcpu_wrapping_add(extra, rest);
}

PERCPU_API int64_t percpu_counter_sum_and_reset(struct percpu_counter *fbc)
{
	return change_to(fbc, 0);
}

PERCPU_API void percpu_counter_set(struct percpu_counter *fbc, int64_t amount)
{
	struct pcpu_counter_lock *lock = pcpu_counter_lock_of(fbc);

	pcpu_mend_new_process();
	/* with the parts at 0, percpu_counter_read() is exact too */
	if (!pcpu_tier.shared && pcpu_counter_trylock(lock)) {
		pcpu_counter_note_set(lock, fbc, pcpu_wrapping_sub(amount, load_extra(fbc)));
		pcpu_counter_clear(lock);
		pcpu_counter_unlock(lock);
	} else {
		change_to(fbc, amount);
	}
	/* whoever is limited meanwhile is somebody else who changes it */
	__atomic_store_n(&fbc->near, FAR, __ATOMIC_SEQ_CST);
}

/* --- comparing --- */

static int sign_of_difference(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

PERCPU_API int __percpu_counter_compare(struct percpu_counter *fbc, int64_t rhs, int32_t batch)
{
	__int128 difference = (__int128)percpu_counter_read(fbc) - rhs;
	/* parts are empty with a batch that is not positive, and the count is the value */
	__int128 unknown = batch > 0 ? (__int128)batch * num_possible_cpus() : 0;

	if (difference > unknown)
		return 1;
	if (difference < -unknown)
		return -1;
	return sign_of_difference(percpu_counter_sum(fbc), rhs);
}

PERCPU_API int percpu_counter_compare(struct percpu_counter *fbc, int64_t rhs)
{
	return __percpu_counter_compare(fbc, rhs, percpu_counter_batch);
}

/* --- limits --- */

/*
 * What a call has added by itself may lie in a part, so it is not enough to know the count and the
 * extra: all parts together can have bound * possible CPUs more, or less.
 *
 *	far	N1  in one sequence: the counter is far, count and extra are further from the limit
 *		    than the margin, and the part stays below the bound with the amount: the commit
 *		N2  or the part is folded first, which changes no value; again N1
 *	near	E1  near = NEARING, for good
 *		E2  membarrier(RSEQ): whoever had passed N1's look at E1 aborts, or has committed
 *		E3  near = NEAR. Who does not see it makes steps E1 to E3 himself
 *		E4  the extra; then count and parts, all of one moment
 *		E5  they and the amount are within the limit; else refuse
 *		E6  extra: what it was -> with the amount, by compare and swap; or again E4
 *
 * While it is far, on each CPU there can be one sequence that has looked long ago, at a smaller
 * count. Count and extra change by folds alone, one of which takes them over the margin by less
 * than the bound. Then all parts are below the bound, and each of those sequences can commit, which
 * adds less than the bound: so the margin is bound * (2 * possible CPUs + 2), with one to spare.
 *
 * Once it is near, all that is limited goes to the extra, and of two calls that have seen the same
 * one only one gets through. What other functions do after E4 is as if it was done behind the call.
 * It is far again after percpu_counter_set(), during which nobody else changes it.
 *
 * With shared copies, membarrier() would not reach all who may have passed N1: it is always near.
 */
static int load_near(const struct percpu_counter *fbc)
{
	return __atomic_load_n(&fbc->near, __ATOMIC_SEQ_CST);
}

#ifndef __PCPU_NO_INLINE_SEQUENCE
/* N1. In line, with all that it is made of: it is called for each addition. */
__pcpu_always_inline bool add_by_sequence(struct percpu_counter *fbc, int64_t limit, int64_t amount)
{
	const struct pcpu_counter_lock *lock = pcpu_counter_lock_of(fbc);
	const int64_t bound = load_bound(fbc), most = 2 * (bound - 1);
	const int64_t margin = bound * (2 * (int64_t)num_possible_cpus() + 2);
	int64_t far;

	if (!fits(amount, (int32_t)bound))
		return false;
	if (amount > 0)
		return !__builtin_sub_overflow(limit, margin + amount, &far) &&
		       pcpu_counter_sequence(fbc, lock, false, far, 2 * amount, most);
	return !__builtin_add_overflow(limit, margin - amount, &far) &&
	       pcpu_counter_sequence(fbc, lock, true, far, 2 * amount, most);
}
#else
static bool add_by_sequence(struct percpu_counter *fbc, int64_t limit, int64_t amount)
{
	(void)fbc, (void)limit, (void)amount;
	return false;
}
#endif

static bool __attribute__((__noinline__))
try_again(struct percpu_counter *fbc, int64_t limit, int64_t amount)
{
	return add_by_sequence(fbc, limit, amount);
}

/*
 * How often a part is folded, or the CPU waited for, until the sequence is to get through. Inside
 * of a section, and in threads without rseq, it does not.
 */
#define TRIES 4

/* N1 and N2. False: it may be near, or there is no sequence to be had. */
static bool add_while_far(struct percpu_counter *fbc, int64_t limit, int64_t amount)
{
	if (!pcpu_tier_has_sequences() || pcpu_tier.shared)
		return false;
	for (int n = 0; n < TRIES && load_near(fbc) == FAR; n++) {
		percpu_counter_sync(fbc);
		if (try_again(fbc, limit, amount))
			return true;
	}
	return false;
}

/* E1 to E3. Where there are no sequences, nobody goes by N1. */
static void be_near(struct percpu_counter *fbc)
{
	if (!pcpu_tier_has_sequences() || pcpu_tier.shared || load_near(fbc) == NEAR)
		return;
	__atomic_store_n(&fbc->near, NEARING, __ATOMIC_SEQ_CST);
	pcpu_fence_sequences();
	__atomic_store_n(&fbc->near, NEAR, __ATOMIC_SEQ_CST);
}

/* Whether @value and @amount are within @limit with @parts at most more, or less. */
static bool is_within(int64_t value, int64_t amount, int64_t limit, __int128 parts)
{
	const __int128 after = (__int128)value + amount;

	return amount > 0 ? after + parts <= limit : after - parts >= limit;
}

/* E4 and E5. The parts are looked at only if they can decide. */
static bool may_be_added(struct percpu_counter *fbc, int64_t extra, int64_t limit, int64_t amount)
{
	const __int128 parts = (__int128)load_bound(fbc) * num_possible_cpus();

	/* another process may have a larger bound */
	if (!pcpu_tier.shared &&
	    is_within(pcpu_wrapping_add(extra, pcpu_counter_count(fbc)), amount, limit, parts))
		return true;
	return is_within(pcpu_wrapping_add(extra, rest_of(fbc)), amount, limit, 0);
}

static bool __attribute__((__noinline__))
limited_add_slow(struct percpu_counter *fbc, int64_t limit, int64_t amount)
{
	int64_t extra;

	if (amount == 0 || add_while_far(fbc, limit, amount))
		return true;
	be_near(fbc);
	extra = load_extra(fbc);
	do {
		if (!may_be_added(fbc, extra, limit, amount))
			return false;
	} while (!try_to_set_extra(fbc, &extra, pcpu_wrapping_add(extra, amount)));
	return true;
}

PERCPU_API bool percpu_counter_limited_add(struct percpu_counter *fbc, int64_t limit,
					   int64_t amount)
{
	return (!pcpu_tier.shared && add_by_sequence(fbc, limit, amount)) ||
	       limited_add_slow(fbc, limit, amount);
}
