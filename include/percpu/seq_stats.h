/* SPDX-License-Identifier: MIT */
/*
 * seq_stats.h - statistics of several numbers that belong together, read whole while they change.
 *
 *	struct net { uint64_t packets, bytes; };
 *	PERCPU_STATS(net_stats, struct net);			// the type struct net_stats
 *	static DEFINE_PER_CPU(struct net_stats, net_stats);
 *
 *	this_cpu_stats_add(net_stats, .packets = 1, .bytes = n);	// both, or neither
 *	percpu_stats_sum(net_stats, &sum);			// no update of which half is seen
 *
 * An update is one restartable sequence, whatever the number of numbers: it makes the new ones
 * beside the old ones and publishes them by its last store. So readers never wait for a writer, who
 * may be preempted in the middle or killed, and writers know nothing of readers. What a reader has
 * is what the CPU's copy was at one moment.
 *
 * percpu_snapshot() reads any other structure so, one that changes in sections (section.h): there
 * the reader pays, who has the CPU to himself for a moment.
 *
 * Below them stand the kernel's names, u64_stats_*, which on a machine of 64 bits keep numbers
 * whole, each of its own, and cost nothing.
 *
 * docs/toolkit.md says how.
 */
#ifndef PERCPU_SEQ_STATS_H
#define PERCPU_SEQ_STATS_H

#include <percpu/access.h>
#include <percpu/defs.h>
#include <percpu/section.h>

#include <percpu/impl/begin.h>

/**
 * PERCPU_STATS() - define struct @tag: statistics of the numbers that are @type's members
 * @type: a structure of 64-bit integers (or of u64_stats_t) and nothing else, 1 to 64 of them
 *
 * A per-CPU variable or area of struct @tag is used by its name, or as *p, in the macros below. Its
 * numbers start with 0, or with what .values[0] of its initial value says.
 */
#define PERCPU_STATS(tag, type)                                                        \
	struct tag {                                                                   \
		uint64_t version; /* lowest bit: which of the two is valid; private */ \
		type values[2];                                                        \
	}

/**
 * this_cpu_stats_add() - add to all numbers of this CPU's copy of @stats at once
 * @...: what to add, as an initializer of the structure: numbers that it leaves out stay. Negative
 *	ones subtract; numbers wrap
 *
 * Thread- and signal-safe; never fails. Waits only where another thread has a section on the CPU.
 * Inside of a section it is done on the CPU that is held. Costs about what an operation for each
 * number costs; in the fallback tier a section with signals masked, which are two system calls.
 */
#define this_cpu_stats_add(stats, ...) __pcpu_stats_add(stats, __COUNTER__, __VA_ARGS__)

/** this_cpu_stats_add_from() - the same with what is in a structure of their type, at @from. */
#define this_cpu_stats_add_from(stats, from)                                      \
	__pcpu_stats_add_numbers(__pcpu_stats_ptr(stats), __pcpu_stats_nr(stats), \
				 __pcpu_stats_check_from(stats, from))

/**
 * percpu_stats_read() - the numbers of one CPU's copy of @stats, as of one moment, to *@to
 * @cpu: a possible CPU, whose unit need not be open, and is not opened
 *
 * Returns 0; -EINVAL: no such CPU, and *@to is as it was. Thread- and signal-safe. Costs two loads
 * more than the numbers; where the copy has changed a hundred times meanwhile, a visit
 * (percpu_remote_begin()), which lets nobody change it.
 */
#define percpu_stats_read(stats, cpu, to)                                           \
	__percpu_stats_read(__pcpu_stats_ptr(stats), (cpu), __pcpu_stats_nr(stats), \
			    __pcpu_stats_check_to(stats, to))

/**
 * percpu_stats_sum() - the sums of the numbers of all CPUs' copies of @stats, to *@to
 *
 * Each copy as percpu_stats_read() reads it, one after the other: of each update all is in the
 * sums, or nothing. Thread- and signal-safe. Costs what the CPUs used cost.
 */
#define percpu_stats_sum(stats, to)                                         \
	__percpu_stats_sum(__pcpu_stats_ptr(stats), __pcpu_stats_nr(stats), \
			   __pcpu_stats_check_to(stats, to))

/**
 * percpu_snapshot() - one CPU's copy of *@ptr as it is between two sections and operations, to *@to
 * @ptr: a per-CPU pointer to an object of any type
 * @cpu: a possible CPU, whose unit need not be open, and is not opened
 * @to: where to; sizeof(*@ptr) bytes
 *
 * Who changes the copy does so in a section or by an operation, and pays nothing for it. The reader
 * has the CPU to itself meanwhile (percpu_remote_begin()): a system call that interrupts the CPU,
 * if it runs a thread of the process. As there, returns 0; -EINVAL; -EDEADLK: the caller holds
 * another CPU; -EBUSY: threads are pinned to @cpu. *@to is then as it was. May block; thread-safe;
 * in signal handlers only if these cannot interrupt a section.
 */
#define percpu_snapshot(ptr, cpu, to) \
	__percpu_snapshot(__pcpu_address(ptr), (cpu), sizeof(*(ptr)), __pcpu_same_size(ptr, to))

__PCPU_BEGIN_DECLS

/* What the macros call; of a structure at the template address @stats, of @nr numbers. */
PERCPU_API void __percpu_stats_add_slow(uintptr_t stats, size_t nr, const void *delta)
	__attribute__((__cold__));
PERCPU_API int __percpu_stats_read(uintptr_t stats, unsigned int cpu, size_t nr, void *to);
PERCPU_API void __percpu_stats_sum(uintptr_t stats, size_t nr, void *to);
PERCPU_API int __percpu_snapshot(uintptr_t ptr, unsigned int cpu, size_t size, void *to);

/* --- the kernel's names --- */

/** u64_stats_t - a 64-bit number that is read whole while its one writer changes it. */
typedef struct u64_stats_t {
	uint64_t v;
} u64_stats_t;

/**
 * u64_stats_sync - what begin, end and retry are called with: nothing, as on every kernel of 64
 * bits
 *
 * There is one writer at a time: who has a section of the copy that the numbers are in, or a lock.
 * Handlers of signals that have interrupted it may add too. A reader sees each number whole, and
 * not all of one moment; for that there is PERCPU_STATS().
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Wextern-c-compat" /* it is 0 in both */
#endif
struct u64_stats_sync {
	char __pcpu_none[0];
};
#pragma GCC diagnostic pop

__pcpu_inline void u64_stats_init(struct u64_stats_sync *syncp)
{
	(void)syncp;
}

__pcpu_inline void u64_stats_update_begin(struct u64_stats_sync *syncp)
{
	(void)syncp;
}

__pcpu_inline void u64_stats_update_end(struct u64_stats_sync *syncp)
{
	(void)syncp;
}

__pcpu_inline unsigned long u64_stats_update_begin_irqsave(struct u64_stats_sync *syncp)
{
	(void)syncp;
	return 0;
}

__pcpu_inline void u64_stats_update_end_irqrestore(struct u64_stats_sync *syncp,
						   unsigned long flags)
{
	(void)syncp;
	(void)flags;
}

__pcpu_inline unsigned int u64_stats_fetch_begin(const struct u64_stats_sync *syncp)
{
	(void)syncp;
	return 0;
}

/** u64_stats_fetch_retry() - whether to read once more: never. */
__pcpu_inline bool u64_stats_fetch_retry(const struct u64_stats_sync *syncp, unsigned int start)
{
	(void)syncp;
	(void)start;
	return false;
}

__pcpu_inline uint64_t u64_stats_read(const u64_stats_t *p)
{
	return __atomic_load_n(&p->v, __ATOMIC_RELAXED);
}

__pcpu_inline void u64_stats_set(u64_stats_t *p, uint64_t val)
{
	__atomic_store_n(&p->v, val, __ATOMIC_RELAXED);
}

/** u64_stats_add(), u64_stats_sub(), u64_stats_inc() - one instruction, as there is one writer. */
__pcpu_inline void u64_stats_add(u64_stats_t *p, unsigned long val)
{
#if defined(__x86_64__) && !defined(__PCPU_NO_INLINE_SEQUENCE)
	__asm__("addq %[val], %[number]" : [number] "+m"(p->v) : [val] "re"(val) : "cc");
#else
	(void)__atomic_fetch_add(&p->v, val, __ATOMIC_RELAXED);
#endif
}

__pcpu_inline void u64_stats_sub(u64_stats_t *p, int64_t val)
{
	u64_stats_add(p, 0 - (unsigned long)val);
}

__pcpu_inline void u64_stats_inc(u64_stats_t *p)
{
	u64_stats_add(p, 1);
}

/** u64_stats_copy() - @len bytes, a multiple of 8, of numbers each of which is copied whole. */
__pcpu_inline void u64_stats_copy(void *dst, const void *src, size_t len)
{
	const u64_stats_t *from = (const u64_stats_t *)src;
	u64_stats_t *to = (u64_stats_t *)dst;

	for (size_t i = 0; i < len / sizeof(*to); i++)
		to[i].v = u64_stats_read(&from[i]);
}

__PCPU_END_DECLS

#include <percpu/impl/end.h>

/* What the macros expand to. */
#include <percpu/impl/seq_stats.h>

#endif /* PERCPU_SEQ_STATS_H */
