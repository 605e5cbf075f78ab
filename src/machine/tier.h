/* SPDX-License-Identifier: MIT */
/*
 * tier.h - which way the process reaches this CPU's copies, and which CPU this is.
 *
 * The tier is chosen once a process, because locked and unlocked updates of one copy must never
 * mix: an unlocked add on one CPU and a locked one on another lose each other's counts.
 *
 *	rseq		restartable sequences
 *	fallback	locked instructions on the copy of the CPU that the thread was on a moment
 *			ago, which is what makes the lock necessary, and sufficient
 *
 * In both, a CPU can be held (hold.h). percpu_backend() is implemented here.
 */
#ifndef PCPU_TIER_H
#define PCPU_TIER_H

#include "ground/conf.h"
#include "ground/hidden.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Constant after pcpu_tier_init(), but for percpu_share() before the first use. */
struct pcpu_tier {
	bool sequences;        /* the rseq tier */
	bool threads_fence;    /* pcpu_fence_threads() works: the fallback tier needs no barriers */
	bool slices;           /* threads may ask for more time (slice.h) */
	bool shared;           /* fences do not reach all threads that there are */
	enum pcpu_index index; /* PCPU_INDEX_CPU_ID in the fallback tier */
	/*
	 * From the thread pointer to the CPU's number, for __percpu_rt; the number is negative in a
	 * thread without rseq.
	 */
	ptrdiff_t index_offset;
};
extern struct pcpu_tier pcpu_tier PCPU_HIDDEN;

/* What percpu_backend() says; a name that debuggers find (gdb/script/commands.py). */
extern char pcpu_tier_text[300] PCPU_HIDDEN;

/*
 * Chooses the tier of the process, for good: the one that PERCPU_CONF asks for if it can be had,
 * else the fallback tier, which is logged; or fatal, if strict. Once.
 */
void pcpu_tier_init(void);

static inline bool pcpu_tier_has_sequences(void)
{
	return pcpu_tier.sequences;
}

/*
 * Whether who waits fences for those who let go (hold.h). Else these have a barrier of their own:
 * no fence would reach them all.
 */
static inline bool pcpu_tier_waiters_fence(void)
{
	return pcpu_tier.sequences && !pcpu_tier.shared;
}

/*
 * Whether the calling thread can use the tier's fast path: in the rseq tier, whether it has rseq.
 * Registers the thread where that is left to the library.
 */
bool pcpu_thread_ensure_rseq(void);

/* The CPU that the caller runs on, or ran on a moment ago. Signal-safe. */
unsigned int pcpu_running_cpu(void);

#endif /* PCPU_TIER_H */
