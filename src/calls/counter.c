/* SPDX-License-Identifier: MIT */
/*
 * counter.c - percpu_counter.
 *
 * The value is count plus all CPUs' parts. A part never reaches its batch: the addition that would
 * make it so moves the part, and itself, to count. Part and count change together under the lock,
 * so a sum, which holds it, sees an amount in one of them and never in both or in neither.
 *
 * The lock, and what becomes of it in a child: memory/counter_lock.h.
 */
#include "calls/alloc.h"
#include "cpu/holder.h"
#include "ground/log.h"
#include "machine/tier.h"
#include "memory/counter_lock.h"

#include <percpu/percpu.h>

#include <errno.h>

int percpu_counter_batch = 32;

#define MIN_BATCH 32

/* After the boot, before any constructor of the program. */
static void __attribute__((__constructor__(101))) set_up_counters(void)
{
	int batch = 2 * (int)num_possible_cpus();

	percpu_counter_batch = batch > MIN_BATCH ? batch : MIN_BATCH;
}

PERCPU_API int percpu_counter_init(struct percpu_counter *fbc, int64_t amount, gfp_t gfp)
{
	fbc->counters = NULL;
	if (pcpu_tier.shared) {
		pcpu_log(PERCPU_LOG_WARNING,
			 "percpu_counter_init() with shared copies: half of the "
			 "counter would not be shared");
		return -EOPNOTSUPP;
	}
	fbc->counters = pcpu_alloc_for(sizeof(int32_t), __alignof__(int32_t), gfp,
				       __builtin_return_address(0));
	if (!fbc->counters)
		return -ENOMEM;
	fbc->count = amount;
	return 0;
}

PERCPU_API void percpu_counter_destroy(struct percpu_counter *fbc)
{
	if (!fbc->counters)
		return;
	free_percpu(fbc->counters);
	fbc->counters = NULL;
}

PERCPU_API bool percpu_counter_initialized(const struct percpu_counter *fbc)
{
	return fbc->counters != NULL;
}

/* Under the lock. */
static void set_count(struct percpu_counter *fbc, int64_t count)
{
	pcpu_assert_held(&pcpu_counter_lock_of(fbc)->mutex);
	__atomic_store_n(&fbc->count, count, __ATOMIC_RELAXED);
}

/* A value may leave the range of int64_t and come back, so additions wrap. */
static int64_t wrapping_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

/*
 * A part is taken under the lock by who holds this CPU, and held it before: an operation of anybody
 * else may wait for the CPU's holder, and that one for the lock. To hold a CPU is to wait for none.
 */
static void lock_for_folding(struct percpu_counter *fbc, sigset_t *saved)
{
	preempt_disable();
	pcpu_counter_lock(pcpu_counter_lock_of(fbc), saved);
}

static void unlock_after_folding(struct percpu_counter *fbc, const sigset_t *saved)
{
	pcpu_counter_unlock(pcpu_counter_lock_of(fbc), saved);
	preempt_enable();
}

/* Moves this CPU's part to the count, and @amount with it. Under the lock, for folding. */
static void fold_locked(struct percpu_counter *fbc, int64_t amount)
{
	/* of the CPU that is held, wherever the thread runs */
	pcpu_counter_fold(pcpu_counter_lock_of(fbc), &fbc->count, this_cpu_ptr(fbc->counters),
			  amount);
}

/*
 * Whether a part may hold @part: nothing, where the batch is not positive, as in the kernel.
 * Unsigned, so that the smallest int64_t has an absolute value.
 */
static bool fits(int64_t part, int32_t batch)
{
	uint64_t size = part < 0 ? -(uint64_t)part : (uint64_t)part;

	return batch > 0 && size < (uint64_t)batch;
}

PERCPU_API void percpu_counter_add_batch(struct percpu_counter *fbc, int64_t amount, int32_t batch)
{
	int32_t part = this_cpu_read(*fbc->counters), before;
	sigset_t saved;

	/* an amount that does not fit alone is too large to be added to anything here */
	while (fits(amount, batch) && fits(part + amount, batch)) {
		before = this_cpu_cmpxchg(*fbc->counters, part, (int32_t)(part + amount));
		if (before == part)
			return;
		part = before;
	}
	lock_for_folding(fbc, &saved);
	fold_locked(fbc, amount);
	unlock_after_folding(fbc, &saved);
}

PERCPU_API void percpu_counter_add(struct percpu_counter *fbc, int64_t amount)
{
	percpu_counter_add_batch(fbc, amount, percpu_counter_batch);
}

PERCPU_API void percpu_counter_sub(struct percpu_counter *fbc, int64_t amount)
{
	percpu_counter_add(fbc, (int64_t)(0 - (uint64_t)amount));
}

PERCPU_API void percpu_counter_inc(struct percpu_counter *fbc)
{
	percpu_counter_add(fbc, 1);
}

PERCPU_API void percpu_counter_dec(struct percpu_counter *fbc)
{
	percpu_counter_add(fbc, -1);
}

PERCPU_API int64_t percpu_counter_read(const struct percpu_counter *fbc)
{
	return __atomic_load_n(&fbc->count, __ATOMIC_RELAXED);
}

PERCPU_API int64_t percpu_counter_read_positive(const struct percpu_counter *fbc)
{
	int64_t value = percpu_counter_read(fbc);

	return value > 0 ? value : 0;
}

static int64_t sum_locked(struct percpu_counter *fbc)
{
	pcpu_assert_held(&pcpu_counter_lock_of(fbc)->mutex);
	return wrapping_add(fbc->count, per_cpu_sum(*fbc->counters));
}

PERCPU_API int64_t percpu_counter_sum(struct percpu_counter *fbc)
{
	sigset_t saved;
	int64_t sum;

	pcpu_counter_lock(pcpu_counter_lock_of(fbc), &saved);
	sum = sum_locked(fbc);
	pcpu_counter_unlock(pcpu_counter_lock_of(fbc), &saved);
	return sum;
}

PERCPU_API int64_t percpu_counter_sum_positive(struct percpu_counter *fbc)
{
	int64_t sum = percpu_counter_sum(fbc);

	return sum > 0 ? sum : 0;
}

/*
 * Not under the counter's lock: a CPU's holder may wait for the lock, and must not be waited for by
 * who has it. An amount that moves from a part to the count meanwhile is taken in one of the two
 * places, or left there.
 */
PERCPU_API int64_t percpu_counter_sum_and_reset(struct percpu_counter *fbc)
{
	int64_t sum = 0;
	unsigned int cpu;
	sigset_t saved;

	/* whatever CPUs have been used: it would be a matter of luck which of them refuses */
	if (pcpu_held_cpu() >= 0)
		pcpu_fatal("percpu_counter_sum_and_reset() inside of a section of CPU %d: two "
			   "threads that do so can wait for each other for ever",
			   pcpu_held_cpu());
	for_each_possible_cpu(cpu)
		if (percpu_unit_is_open(cpu))
			sum = wrapping_add(sum, per_cpu_xchg(*fbc->counters, cpu, 0));
	pcpu_counter_lock(pcpu_counter_lock_of(fbc), &saved);
	sum = wrapping_add(sum, fbc->count);
	set_count(fbc, 0);
	pcpu_counter_unlock(pcpu_counter_lock_of(fbc), &saved);
	return sum;
}

PERCPU_API void percpu_counter_set(struct percpu_counter *fbc, int64_t amount)
{
	sigset_t saved;

	pcpu_counter_lock(pcpu_counter_lock_of(fbc), &saved);
	pcpu_counter_reset(pcpu_counter_lock_of(fbc), &fbc->count, fbc->counters, amount);
	pcpu_counter_unlock(pcpu_counter_lock_of(fbc), &saved);
}

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

/*
 * Everything under the lock. The kernel leaves it out far from the limit, and then a thread that is
 * held up between its look at the count and its addition can pass the limit.
 */
PERCPU_API bool percpu_counter_limited_add(struct percpu_counter *fbc, int64_t limit,
					   int64_t amount)
{
	/* a part may be anything that it can hold: the batches that made it are not known */
	__int128 unknown = (__int128)INT32_MAX * num_possible_cpus(), after;
	sigset_t saved;
	bool fit;

	if (amount == 0)
		return true;
	lock_for_folding(fbc, &saved);
	after = (__int128)fbc->count + amount;
	/* the parts are added up only where they could decide */
	fit = amount > 0 ? after + unknown <= limit : after - unknown >= limit;
	if (!fit) {
		after = (__int128)sum_locked(fbc) + amount;
		fit = amount > 0 ? after <= limit : after >= limit;
	}
	if (fit)
		fold_locked(fbc, amount);
	unlock_after_folding(fbc, &saved);
	return fit;
}
