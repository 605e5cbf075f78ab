/* SPDX-License-Identifier: MIT */
/*
 * counter.h - percpu_counter: a 64-bit counter with a cheap approximate value and an exact one.
 *
 * Every CPU collects small changes in a part of its own, and folds them into the shared count when
 * they reach a batch. percpu_counter_read() looks at the shared count alone, so it may be off by
 * up to batch * num_possible_cpus(); percpu_counter_sum() adds up everything.
 *
 * All functions but init and destroy are thread- and signal-safe, and work in a forked child
 * whatever the parent's other threads were doing. They can be called inside of sections
 * (section.h), and by handlers that have interrupted one of them: nobody waits for who is in the
 * middle of one. (An addition whose CPU another thread holds waits for it, as this_cpu_add() does.)
 * The kernel's functions of the same names are mirrored.
 *
 * With shared copies (shared.h) a counter counts what all processes count that have it from a
 * common parent, and all functions are as exact; percpu_counter_read() is then as exact as
 * percpu_counter_sum(), and costs as much. So it is with counters that DEFINE_PERCPU_COUNTER()
 * makes, and with those that are initialized when copies are shared already. While there are others
 * percpu_share() is refused. A process that is killed takes with it no more than its last call.
 */
#ifndef PERCPU_COUNTER_H
#define PERCPU_COUNTER_H

#include <percpu/alloc.h>
#include <percpu/defs.h>
#include <percpu/impl/runtime.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/** All fields are private. */
struct percpu_counter {
	int64_t count; /* what has been folded */
#ifdef PERCPU_UP
	const void *counters; /* of no use but that it is not NULL */
#else
	int32_t __percpu *counters; /* parts, by CPU; NULL before init and after destroy */
	int64_t extra;              /* what has been added beside parts and folds */
	int32_t bound;              /* parts stay below it: the largest batch so far */
	uint8_t folds;              /* how often parts have been folded */
	uint8_t near;               /* whether it has been near a limit */
	bool wide;                  /* parts are those of struct percpu_counter_parts */
#endif
};

/**
 * struct percpu_counter_parts - what a counter has on a CPU, where percpu_counter_init() does not
 * make it
 *
 * All fields are private. 24 bytes a CPU, where a counter of percpu_counter_init() has 4; of these
 * there are 24 too with shared copies.
 */
struct percpu_counter_parts {
	int32_t part;   /* first: percpu_counter.counters points to it */
	int64_t amount; /* with shared copies, what is in no part */
	int64_t extra;  /* of the first CPU, with shared copies: what no CPU has counted */
};

/**
 * DEFINE_PERCPU_COUNTER() - define a counter at file scope, which counts from 0
 * DEFINE_PERCPU_COUNTER_FROM() - which counts from @amount, a constant
 *
 * Nothing has to be called: it counts from the first instruction of the program on, in constructors
 * and in what is loaded by dlopen(), and as any static variable is never freed. (It may be
 * destroyed, which gives nothing back.) The _STATIC_ ones are this file's own, since `static`
 * cannot stand before the others. For other files: DECLARE_PERCPU_COUNTER().
 */
#define DEFINE_PERCPU_COUNTER(name) DEFINE_PERCPU_COUNTER_FROM(name, 0)
#define DEFINE_STATIC_PERCPU_COUNTER(name) DEFINE_STATIC_PERCPU_COUNTER_FROM(name, 0)
#define DEFINE_PERCPU_COUNTER_FROM(name, amount) __pcpu_define_counter(name, amount, )
#define DEFINE_STATIC_PERCPU_COUNTER_FROM(name, amount) __pcpu_define_counter(name, amount, static)
#define DECLARE_PERCPU_COUNTER(name) extern struct percpu_counter name
#define __pcpu_define_counter(name, amount, is_static)                                     \
	static DEFINE_PER_CPU(struct percpu_counter_parts, __percpu_counter_parts_##name); \
	is_static struct percpu_counter name =                                             \
		PERCPU_COUNTER_INIT(__percpu_counter_parts_##name, amount)

/**
 * PERCPU_COUNTER_INIT() - the initial value of a counter that is a member of something static
 * @parts: a variable that no other counter has: DEFINE_PER_CPU(struct percpu_counter_parts, name)
 * @amount: what it counts from, a constant
 *
 *	static DEFINE_PER_CPU(struct percpu_counter_parts, table_parts);
 *	static struct table table = {.entries = PERCPU_COUNTER_INIT(table_parts, 0)};
 */
#ifdef PERCPU_UP
#define PERCPU_COUNTER_INIT(parts, amount) \
	{                                  \
		(amount), &(parts)         \
	}
#else
#define PERCPU_COUNTER_INIT(parts, amount)                 \
	{                                                  \
		(amount), &(parts).part, 0, 32, 0, 0, true \
	}
#endif

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
 * percpu_counter_init_many() - make @nr counters, @fbc[0] and on, count from @amount
 * @gfp: as in __alloc_percpu_gfp()
 *
 * Their parts are one allocation: cheaper, and what they count for one CPU lies together. Only
 * percpu_counter_destroy_many() of all of them gives it back.
 *
 * Returns 0; -ENOMEM; or -EINVAL if @nr is 0. After an error all are as if destroyed.
 */
PERCPU_API int percpu_counter_init_many(struct percpu_counter *fbc, int64_t amount, gfp_t gfp,
					uint32_t nr);

/** percpu_counter_init() - percpu_counter_init_many() of one. */
PERCPU_API int percpu_counter_init(struct percpu_counter *fbc, int64_t amount, gfp_t gfp);

/**
 * percpu_counter_destroy_many() - give back the memory of what percpu_counter_init_many() made
 *
 * Of destroyed (or zeroed) ones: nothing; of static ones there is none to give back.
 */
PERCPU_API void percpu_counter_destroy_many(struct percpu_counter *fbc, uint32_t nr);

/** percpu_counter_destroy() - percpu_counter_destroy_many() of one. */
PERCPU_API void percpu_counter_destroy(struct percpu_counter *fbc);

/** percpu_counter_initialized() - whether @fbc has been initialised and not destroyed. */
__pcpu_inline bool percpu_counter_initialized(const struct percpu_counter *fbc);

/**
 * percpu_counter_add_batch() - add @amount
 * @batch: fold this CPU's part when it would reach this absolute value; more than 2^30 counts as
 *	2^30. A large batch is fast and makes percpu_counter_read() less exact. With 1, 0 or a
 *	negative number every addition reaches the count at once, as in the kernel, and
 *	percpu_counter_read() is exact.
 *
 * In line, one restartable sequence, as long as there is nothing to fold.
 */
__pcpu_inline void percpu_counter_add_batch(struct percpu_counter *fbc, int64_t amount,
					    int32_t batch);

/** percpu_counter_add() - add @amount with the batch percpu_counter_batch. */
__pcpu_inline void percpu_counter_add(struct percpu_counter *fbc, int64_t amount);
__pcpu_inline void percpu_counter_sub(struct percpu_counter *fbc, int64_t amount);
__pcpu_inline void percpu_counter_inc(struct percpu_counter *fbc);
__pcpu_inline void percpu_counter_dec(struct percpu_counter *fbc);

/**
 * percpu_counter_add_local() - add @amount with the largest batch that there is
 *
 * For counters of which only percpu_counter_sum() is asked: CPUs write to nothing that they share
 * before their part has reached 2^30.
 */
__pcpu_inline void percpu_counter_add_local(struct percpu_counter *fbc, int64_t amount);
__pcpu_inline void percpu_counter_sub_local(struct percpu_counter *fbc, int64_t amount);

/**
 * percpu_counter_sync() - fold this CPU's part, whatever it is
 *
 * Left undone if another thread folds a counter at the same moment, and stays in the middle of it.
 */
PERCPU_API void percpu_counter_sync(struct percpu_counter *fbc);

/**
 * percpu_counter_set() - set the value to @amount
 *
 * Exact if nobody else changes the counter meanwhile.
 */
PERCPU_API void percpu_counter_set(struct percpu_counter *fbc, int64_t amount);

/** percpu_counter_read() - the approximate value, from two loads; with shared copies, the value. */
__pcpu_inline int64_t percpu_counter_read(const struct percpu_counter *fbc);
/** percpu_counter_read_positive() - the approximate value, 0 if it is negative. */
__pcpu_inline int64_t percpu_counter_read_positive(const struct percpu_counter *fbc);

/**
 * percpu_counter_sum() - the value
 *
 * Exact when nobody changes the counter meanwhile; an addition made during the call counts or does
 * not, but is never counted in part or twice. Costs what the CPUs used cost.
 */
PERCPU_API int64_t percpu_counter_sum(struct percpu_counter *fbc);
/** percpu_counter_sum_positive() - the value, 0 if it is negative. */
PERCPU_API int64_t percpu_counter_sum_positive(struct percpu_counter *fbc);

/**
 * percpu_counter_sum_and_reset() - take all that there is, and leave 0
 *
 * Nothing is lost and nothing is counted twice, however many threads add meanwhile: what is added
 * is in the value returned, or in the counter afterwards. There is nothing like it in the kernel.
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
 *
 * Far from the limit it costs little more than an addition. The first call that comes near it makes
 * a system call that interrupts the CPUs that run threads of the process; from then on, until
 * percpu_counter_set(), limited additions write to what all CPUs share. So it is too from the first
 * call on for amounts that are not below the batch, and inside of a section.
 */
PERCPU_API bool percpu_counter_limited_add(struct percpu_counter *fbc, int64_t limit,
					   int64_t amount);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

/* How. */
#ifdef PERCPU_UP
#include <percpu/impl/up/counter.h>
#else
#include <percpu/impl/counter.h>
#endif

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

/* The same in both: amounts wrap, and so does the negative of one. */
__pcpu_inline void percpu_counter_sub(struct percpu_counter *fbc, int64_t amount)
{
	percpu_counter_add(fbc, (int64_t)(0 - (uint64_t)amount));
}

__pcpu_inline void percpu_counter_inc(struct percpu_counter *fbc)
{
	percpu_counter_add(fbc, 1);
}

__pcpu_inline void percpu_counter_dec(struct percpu_counter *fbc)
{
	percpu_counter_add(fbc, -1);
}

__pcpu_inline void percpu_counter_sub_local(struct percpu_counter *fbc, int64_t amount)
{
	percpu_counter_add_local(fbc, (int64_t)(0 - (uint64_t)amount));
}

__pcpu_inline int64_t percpu_counter_read_positive(const struct percpu_counter *fbc)
{
	int64_t value = percpu_counter_read(fbc);

	return value > 0 ? value : 0;
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

#endif /* PERCPU_COUNTER_H */
