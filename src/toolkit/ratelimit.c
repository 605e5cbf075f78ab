/* SPDX-License-Identifier: MIT */
/*
 * ratelimit.c - rate limits; percpu/ratelimit.h.
 *
 * Whoever finds that his CPU's part has too few tokens
 *
 *	T1  takes all of the part by one operation: tokens, and how many had been lent for them
 *	T2  reads the clock
 *	T3  accounts for those that have been spent: lent - tokens
 *	T4  if he has too few, borrows from the bucket: what is asked for, and a batch
 *	T5  accounts for those that he spends, by the clock once more
 *	T6  adds what he has left to the part of the CPU that he is on then, as tokens and as lent.
 *	    What is more than two batches goes back to the bucket
 *
 * What he has in hand between T1 and T6 is still outstanding. So the bucket knows of it, wherever
 * he is stopped, and for how long; and nobody waits for him. impl/ratelimit_bucket.h has the
 * bucket's steps, and docs/toolkit.md why the bound holds. Modelled in tests/model/ratelimit.pml.
 */
#include "calls/alloc.h"
#include "ground/log.h"
#include "machine/tier.h"
#include "memory/entry.h"
#include "toolkit/clock.h"

#include <percpu/impl/ratelimit_bucket.h>
#include <percpu/impl/ratelimit_window.h>
#include <percpu/ops.h>
#include <percpu/ratelimit.h>
#include <percpu/section.h>

#include <errno.h>

#define MOST_BATCH 1024

struct part {
	uint32_t tokens, lent;
};

static struct part part_of(uint64_t word)
{
	return (struct part){.tokens = (uint32_t)word, .lent = (uint32_t)(word >> 32)};
}

static uint64_t word_of(uint32_t tokens, uint32_t lent)
{
	return (uint64_t)lent << 32 | tokens;
}

static uint64_t ticks(void)
{
	return pcpu_clock_now() * __PCPU_RATELIMIT_TICKS;
}

/* --- life --- */

/* At most half of the bucket is in parts, if all CPUs have one. */
static uint32_t batch_of(uint32_t burst)
{
	const uint32_t batch = burst / 2 / num_possible_cpus();

	return batch < 1 ? 1 : batch > MOST_BATCH ? MOST_BATCH : batch;
}

PERCPU_API int percpu_ratelimit_init(struct percpu_ratelimit *rl, uint64_t interval, uint32_t burst,
				     gfp_t gfp)
{
	rl->parts = NULL;
	if (!__pcpu_bucket_fill(rl, interval, burst))
		return -EINVAL;
	if (pcpu_tier.shared) {
		pcpu_log(PERCPU_LOG_WARNING,
			 "percpu_ratelimit_init() with shared copies: the bucket would not be "
			 "shared");
		return -EOPNOTSUPP;
	}
	rl->batch = batch_of(burst);
	rl->parts = pcpu_alloc_for(sizeof(uint64_t), __alignof__(uint64_t), gfp,
				   __builtin_return_address(0));
	return rl->parts ? 0 : -ENOMEM;
}

PERCPU_API void percpu_ratelimit_destroy(struct percpu_ratelimit *rl)
{
	uint64_t __percpu *parts = rl->parts;

	rl->parts = NULL;
	free_percpu(parts);
}

/* --- taking --- */

/* Where the sequence has been left or aborted, or there is none. */
static bool take_from_part(struct percpu_ratelimit *rl, uint32_t nr)
{
	uint64_t word = this_cpu_read(*rl->parts);

	while (part_of(word).tokens >= nr)
		if (this_cpu_try_cmpxchg(*rl->parts, &word, word - nr))
			return true;
	return false;
}

/* T1 to T3. How many tokens the caller has in hand now. */
static uint32_t settle(struct percpu_ratelimit *rl, uint64_t *now)
{
	const struct part part = part_of(this_cpu_xchg(*rl->parts, 0));

	*now = ticks();
	__pcpu_bucket_account(rl, *now, part.lent - part.tokens);
	return part.tokens;
}

/* T6 */
static void put_away(struct percpu_ratelimit *rl, uint32_t tokens)
{
	if (tokens > 2 * rl->batch) {
		__pcpu_bucket_return(rl, tokens - rl->batch);
		tokens = rl->batch;
	}
	if (tokens)
		this_cpu_add(*rl->parts, word_of(tokens, tokens));
}

PERCPU_API bool __percpu_ratelimit_take_slow(struct percpu_ratelimit *rl, uint32_t nr)
{
	uint32_t tokens;
	uint64_t now;

	if (take_from_part(rl, nr))
		return true;
	tokens = settle(rl, &now);
	if (tokens < nr)
		tokens += __pcpu_bucket_lend(rl, now, nr - tokens, rl->batch - 1); /* T4 */
	if (tokens < nr) {
		put_away(rl, tokens);
		return false;
	}
	__pcpu_bucket_account(rl, ticks(), nr); /* T5 */
	put_away(rl, tokens - nr);
	return true;
}

/* --- the other way --- */

/* Those that were spent from this part and are not accounted for are simply not spent. */
static uint32_t give_back_to_part(struct percpu_ratelimit *rl, uint32_t nr)
{
	uint64_t word = this_cpu_read(*rl->parts);

	for (;;) {
		const struct part part = part_of(word);
		const uint32_t spent = part.lent - part.tokens, back = nr < spent ? nr : spent;

		if (!back || this_cpu_try_cmpxchg(*rl->parts, &word, word + back))
			return back;
	}
}

PERCPU_API void percpu_ratelimit_give_back(struct percpu_ratelimit *rl, uint32_t nr)
{
	const uint32_t rest = nr - give_back_to_part(rl, nr);

	if (rest)
		__pcpu_bucket_give_back(rl, rest);
}

PERCPU_API void percpu_ratelimit_gather(struct percpu_ratelimit *rl)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		struct part part;

		if (!pcpu_entry_is_open(pcpu_unit_entry(cpu)))
			continue;
		part = part_of(per_cpu_xchg(*rl->parts, cpu, 0));
		__pcpu_bucket_account(rl, ticks(), part.lent - part.tokens);
		__pcpu_bucket_return(rl, part.tokens);
	}
}

PERCPU_API uint32_t percpu_ratelimit_available(struct percpu_ratelimit *rl)
{
	const struct percpu_copies copies = __percpu_copies(rl->parts);
	const uint64_t arrival = __atomic_load_n(&rl->arrival, __ATOMIC_SEQ_CST);
	const uint64_t outstanding = __atomic_load_n(&rl->outstanding, __ATOMIC_SEQ_CST);
	uint64_t tokens = __pcpu_bucket_free(rl, ticks(), arrival, outstanding);

	for (unsigned int i = 0; i < copies.nr_open; i++) {
		const uint64_t *word = (const uint64_t *)(copies.windows[i] + copies.coord);

		tokens += part_of(__atomic_load_n(word, __ATOMIC_RELAXED)).tokens;
	}
	return (uint32_t)tokens;
}

PERCPU_API void percpu_ratelimit_reset(struct percpu_ratelimit *rl)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (pcpu_entry_is_open(pcpu_unit_entry(cpu)))
			*per_cpu_ptr(rl->parts, cpu) = 0;
	rl->outstanding = 0;
	rl->arrival = 0;
}

/* --- the kernel's names --- */

PERCPU_API int ___ratelimit(struct ratelimit_state *rs, const char *func)
{
	return __pcpu_window_ratelimit(rs, func, pcpu_clock_now);
}

PERCPU_API void ratelimit_state_exit(struct ratelimit_state *rs)
{
	__pcpu_window_exit(rs);
}
