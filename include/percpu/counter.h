/* SPDX-License-Identifier: MIT */
/*
 * counter.h - percpu_counter: a 64-bit counter with a cheap approximate value and an exact one.
 *
 * Every CPU collects small changes in a copy of its own, and folds them into the shared count when
 * they reach a batch. percpu_counter_read() looks at the shared count alone, so it may be off by
 * up to batch * num_possible_cpus(); percpu_counter_sum() adds up everything.
 *
 * All functions but init and destroy are thread- and signal-safe, and work in a forked child
 * whatever the parent's other threads were doing. Folding takes a short lock, within a section
 * (section.h). The exception is percpu_counter_sum_and_reset(): it is fatal inside of a section,
 * and so in a signal handler that has interrupted one, if only that of a percpu_counter_add() that
 * folds, or of a percpu_counter_limited_add(). The kernel's functions of the same names are
 * mirrored.
 */
#ifndef PERCPU_COUNTER_H
#define PERCPU_COUNTER_H

#include <percpu/alloc.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/** All fields are private. */
struct percpu_counter {
	int64_t count; /* what has been folded; written under a lock */
#ifdef PERCPU_UP
	bool initialized;
#else
	int32_t __percpu *counters; /* what has not, by CPU; NULL before init and after destroy */
#endif
};

/**
 * percpu_counter_batch - the batch that calls without one use: 2 * possible CPUs, at least 32
 *
 * May be set, to any number, as a batch of percpu_counter_add_batch(): in main() or a constructor,
 * before the first addition. After a change to a smaller one, percpu_counter_compare() may take
 * parts that are left from before for smaller than they are; nothing else is less exact.
 */
#ifdef PERCPU_UP
extern int percpu_counter_batch;
#else
extern PERCPU_API int percpu_counter_batch;
#endif

/**
 * percpu_counter_init() - make @fbc count from @amount
 * @gfp: as in __alloc_percpu_gfp()
 *
 * Returns 0; -ENOMEM; or -EOPNOTSUPP, with a warning in the log, where copies are shared
 * (shared.h). After an error @fbc is as if destroyed.
 */
PERCPU_API int percpu_counter_init(struct percpu_counter *fbc, int64_t amount, gfp_t gfp);

/** percpu_counter_destroy() - give back the memory; of a destroyed (or zeroed) one: nothing. */
PERCPU_API void percpu_counter_destroy(struct percpu_counter *fbc);

/** percpu_counter_initialized() - whether @fbc has been initialised and not destroyed. */
PERCPU_API bool percpu_counter_initialized(const struct percpu_counter *fbc);

/**
 * percpu_counter_add_batch() - add @amount
 * @batch: fold this CPU's part when it would reach this absolute value. A large batch is fast and
 *	makes percpu_counter_read() less exact. With 1, 0 or a negative number every addition is
 *	folded at once, as in the kernel, and percpu_counter_read() is exact.
 */
PERCPU_API void percpu_counter_add_batch(struct percpu_counter *fbc, int64_t amount, int32_t batch);

/** percpu_counter_add() - add @amount with the batch percpu_counter_batch. */
PERCPU_API void percpu_counter_add(struct percpu_counter *fbc, int64_t amount);
PERCPU_API void percpu_counter_sub(struct percpu_counter *fbc, int64_t amount);
PERCPU_API void percpu_counter_inc(struct percpu_counter *fbc);
PERCPU_API void percpu_counter_dec(struct percpu_counter *fbc);

/**
 * percpu_counter_set() - set the value to @amount
 *
 * Exact if nobody else changes the counter meanwhile.
 */
PERCPU_API void percpu_counter_set(struct percpu_counter *fbc, int64_t amount);

/** percpu_counter_read() - the approximate value, from one load. */
PERCPU_API int64_t percpu_counter_read(const struct percpu_counter *fbc);
/** percpu_counter_read_positive() - the approximate value, 0 if it is negative. */
PERCPU_API int64_t percpu_counter_read_positive(const struct percpu_counter *fbc);

/**
 * percpu_counter_sum() - the value
 *
 * Exact when nobody changes the counter meanwhile; an addition made during the call counts or does
 * not, but is never counted in part or twice.
 */
PERCPU_API int64_t percpu_counter_sum(struct percpu_counter *fbc);
/** percpu_counter_sum_positive() - the value, 0 if it is negative. */
PERCPU_API int64_t percpu_counter_sum_positive(struct percpu_counter *fbc);

/**
 * percpu_counter_sum_and_reset() - take all that there is, and leave 0
 *
 * Nothing is lost and nothing is counted twice, however many threads add meanwhile: what is added
 * is in the value returned, or in the counter afterwards. (A percpu_counter_sum() that runs at the
 * same time may miss what is being taken.) Interrupts the CPUs that have been used, one after the
 * other. May block; not inside of a section, nor in a signal handler that may have interrupted one
 * (fatal, see above). There is nothing like it in the kernel.
 */
PERCPU_API int64_t percpu_counter_sum_and_reset(struct percpu_counter *fbc);

/**
 * percpu_counter_compare() - whether the value is above (1), equal to (0) or below (-1) @rhs
 *
 * Looks at the exact value only where the approximate one does not decide. The batch form is for
 * counters that are changed with another batch than percpu_counter_batch.
 */
PERCPU_API int percpu_counter_compare(struct percpu_counter *fbc, int64_t rhs);
PERCPU_API int __percpu_counter_compare(struct percpu_counter *fbc, int64_t rhs, int32_t batch);

/**
 * percpu_counter_limited_add() - add @amount if the value stays within @limit
 * @limit: the highest value allowed if @amount is positive, the lowest if it is negative
 *
 * Returns true if the amount was added. Exact: however many threads call it at once, the value
 * does not pass the limit (as long as nobody passes it by the other functions), and a call fails
 * only if the amount does not fit. Always true for amount 0.
 */
PERCPU_API bool percpu_counter_limited_add(struct percpu_counter *fbc, int64_t limit,
					   int64_t amount);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#ifdef PERCPU_UP
#include <percpu/impl/up/counter.h>
#endif

#endif /* PERCPU_COUNTER_H */
