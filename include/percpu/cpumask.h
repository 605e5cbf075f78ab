/* SPDX-License-Identifier: MIT */
/*
 * cpumask.h - sets of CPUs, and which CPUs there are.
 *
 *	for_each_online_cpu(cpu)
 *		start_worker(cpu);
 *
 * Four masks tell of the machine: online is part of present, which is part of possible.
 *
 *	possible	the CPUs that may ever run. Fixed when the process starts
 *	present		those that are plugged in
 *	online		those that threads may run on
 *	active		those that threads may be moved to: online ones but for a moment
 *
 * All but the first are read when they are first asked for, from /sys/devices/system/cpu. Then
 * they are this process's, and change by set_cpu_present() and its like only, which is what
 * hotplug does. Where the kernel's lists cannot be read, present CPUs are the possible ones, and
 * online those that the calling thread may run on. Numbers may have gaps.
 *
 * A mask of the program's own has room for NR_CPUS CPUs, 8192 unless the program defines it (or
 * CONFIG_NR_CPUS), in all of its files and before the first include. What is done to masks looks
 * at nr_cpumask_bits bits: at nr_cpu_ids, which is one word on most machines; or at NR_CPUS where
 * that is 256 at most and CONFIG_CPUMASK_OFFSTACK is not defined. A program that runs on more CPUs
 * than it has been compiled for ends at its start, with a message.
 *
 * All of these are thread- and signal-safe and never block, unless another thing is said; the
 * first question about a mask of the machine's reads files. They mirror the kernel's of the same
 * names. What is done to a whole mask is not atomic: of bits that others change meanwhile, each is
 * seen before the change or after it.
 */
#ifndef PERCPU_CPUMASK_H
#define PERCPU_CPUMASK_H

#include <percpu/alloc.h>
#include <percpu/impl/bitmap_text.h>
#include <percpu/impl/cpumask.h>
#include <percpu/impl/possible.h>
#include <percpu/impl/system_masks.h>
#include <percpu/impl/value.h>
#include <percpu/ops.h>

#include <errno.h>

#include <percpu/impl/begin.h>

/** NR_CPUS - the CPUs that a mask has room for; 1 with PERCPU_UP. */
#ifndef NR_CPUS
#if defined(CONFIG_NR_CPUS) && !defined(PERCPU_UP)
#define NR_CPUS CONFIG_NR_CPUS
#else
#define NR_CPUS __PCPU_MASK_CPUS
#endif
#endif
#if NR_CPUS < 1 || NR_CPUS > __PCPU_MASK_CPUS
#error "NR_CPUS is 1 to 8192, and 1 with PERCPU_UP"
#endif

/** struct cpumask - a set of CPUs; not to be assigned: what is allocated may be shorter. */
typedef struct cpumask {
	unsigned long bits[__PCPU_BITS_TO_LONGS(NR_CPUS)];
} cpumask_t;

/** cpumask_bits() - the array of unsigned long inside, const if the mask is. */
#define cpumask_bits(maskp) ((maskp)->bits)

/** nr_cpumask_bits - how many bits count: see above. */
#if NR_CPUS <= 256 && !defined(CONFIG_CPUMASK_OFFSTACK)
#define nr_cpumask_bits __pcpu_cast(unsigned int, NR_CPUS)
#elif defined(PERCPU_UP)
#define nr_cpumask_bits nr_cpu_ids
#else
#define nr_cpumask_bits __percpu_nr_cpumask_bits
#endif

/** cpumask_size() - bytes that a mask takes where it is allocated: whole words. */
__pcpu_always_inline unsigned int cpumask_size(void)
{
	return __PCPU_BITS_TO_LONGS(nr_cpumask_bits) * (unsigned int)sizeof(unsigned long);
}

#if !defined(PERCPU_UP) && NR_CPUS < __PCPU_MASK_CPUS
__attribute__((__constructor__(101), __unused__)) static void __pcpu_check_nr_cpus(void)
{
	if (nr_cpu_ids > NR_CPUS)
		__percpu_too_many_cpus(NR_CPUS);
}
#endif

/* --- the machine's --- */

__pcpu_always_inline const struct cpumask *__pcpu_as_mask(const unsigned long *bits)
{
	return (const struct cpumask *)bits;
}

/** cpu_possible_mask and its like: pointers to constant masks. */
#define cpu_possible_mask __pcpu_as_mask(__pcpu_system_bits(__PCPU_MASK_POSSIBLE))
#define cpu_present_mask __pcpu_as_mask(__pcpu_system_bits(__PCPU_MASK_PRESENT))
#define cpu_online_mask __pcpu_as_mask(__pcpu_system_bits(__PCPU_MASK_ONLINE))
#define cpu_active_mask __pcpu_as_mask(__pcpu_system_bits(__PCPU_MASK_ACTIVE))

__pcpu_always_inline bool __pcpu_is_in_system_mask(enum __pcpu_system_mask which, unsigned int cpu)
{
#ifdef PERCPU_UP
	(void)which;
	return cpu == 0;
#else
	return cpu < __percpu_nr_cpumask_bits && __pcpu_test_bit(cpu, __pcpu_system_bits(which));
#endif
}

__pcpu_always_inline unsigned int __pcpu_system_weight(enum __pcpu_system_mask which)
{
#ifdef PERCPU_UP
	(void)which;
	return 1;
#else
	return __pcpu_weight(__PCPU_BITS_OF, __pcpu_words1(__pcpu_system_bits(which)),
			     __percpu_nr_cpumask_bits,
			     __percpu_nr_cpumask_bits <= __PCPU_BITS_PER_LONG);
#endif
}

/** cpu_present(), cpu_online(), cpu_active() - false for any number out of range. */
__pcpu_always_inline bool cpu_present(unsigned int cpu)
{
	return __pcpu_is_in_system_mask(__PCPU_MASK_PRESENT, cpu);
}

__pcpu_always_inline bool cpu_online(unsigned int cpu)
{
	return __pcpu_is_in_system_mask(__PCPU_MASK_ONLINE, cpu);
}

__pcpu_always_inline bool cpu_active(unsigned int cpu)
{
	return __pcpu_is_in_system_mask(__PCPU_MASK_ACTIVE, cpu);
}

/** cpu_is_offline() - not cpu_online(), which is unlikely. */
__pcpu_always_inline bool cpu_is_offline(unsigned int cpu)
{
	return __pcpu_unlikely(!cpu_online(cpu));
}

/** num_present_cpus(), num_online_cpus(), num_active_cpus() - they are counted at every call. */
__pcpu_always_inline unsigned int num_present_cpus(void)
{
	return __pcpu_system_weight(__PCPU_MASK_PRESENT);
}

__pcpu_always_inline unsigned int num_online_cpus(void)
{
	return __pcpu_system_weight(__PCPU_MASK_ONLINE);
}

__pcpu_always_inline unsigned int num_active_cpus(void)
{
	return __pcpu_system_weight(__PCPU_MASK_ACTIVE);
}

/**
 * set_cpu_present(), set_cpu_online(), set_cpu_active() - change a mask of the machine's
 * @cpu: a possible CPU. Of any other there is a warning, and nothing changes
 *
 * For hotplug: what is changed is what this process takes the machine to be, not the machine.
 * Atomic against readers and other setters, and a full barrier. set_cpu_online(cpu, true) sets
 * online, then active; with false it clears online alone. With PERCPU_UP the masks change, and
 * nothing that asks about a CPU or counts them does.
 */
__pcpu_always_inline void set_cpu_present(unsigned int cpu, bool present)
{
	__percpu_set_system_cpu(__PCPU_MASK_PRESENT, cpu, present);
}

__pcpu_always_inline void set_cpu_active(unsigned int cpu, bool active)
{
	__percpu_set_system_cpu(__PCPU_MASK_ACTIVE, cpu, active);
}

__pcpu_always_inline void set_cpu_online(unsigned int cpu, bool online)
{
	__percpu_set_system_cpu(__PCPU_MASK_ONLINE, cpu, online);
	if (online)
		set_cpu_active(cpu, true);
}

/**
 * set_cpu_possible() - no change, and a warning if it would be one
 *
 * Every possible CPU has its copies from the start, and only those have. A mask that could lose a
 * CPU would lose its counts.
 */
__pcpu_always_inline void set_cpu_possible(unsigned int cpu, bool possible)
{
	if (possible != cpu_possible(cpu))
		__percpu_set_system_cpu(__PCPU_MASK_POSSIBLE, cpu, possible);
}

/**
 * init_cpu_present(), init_cpu_online(), init_cpu_possible() - a whole mask at once
 * @src: CPUs that are not possible do not count
 *
 * As the setters above, CPU by CPU: of two threads that do it at the same time, each bit is as one
 * of them has it. init_cpu_online() leaves active as it is.
 */
__pcpu_always_inline void init_cpu_present(const struct cpumask *src)
{
	__percpu_init_system_mask(__PCPU_MASK_PRESENT, cpumask_bits(src));
}

__pcpu_always_inline void init_cpu_online(const struct cpumask *src)
{
	__percpu_init_system_mask(__PCPU_MASK_ONLINE, cpumask_bits(src));
}

__pcpu_always_inline void init_cpu_possible(const struct cpumask *src)
{
	__percpu_init_system_mask(__PCPU_MASK_POSSIBLE, cpumask_bits(src));
}

/* --- one CPU of a mask --- */

/**
 * cpumask_check() - its argument, which every call on one CPU passes through it
 *
 * With CONFIG_DEBUG_PER_CPU_MAPS defined before the first include the log has a warning, once, of a
 * number that is not below nr_cpumask_bits. There is no other check.
 */
__pcpu_always_inline unsigned int cpumask_check(unsigned int cpu)
{
#ifdef CONFIG_DEBUG_PER_CPU_MAPS
	if (__pcpu_unlikely(cpu >= nr_cpumask_bits))
		__percpu_cpumask_warn(cpu, nr_cpumask_bits);
#endif
	return cpu;
}

/** cpumask_set_cpu(), cpumask_clear_cpu() - atomic; @cpu is below nr_cpumask_bits. */
__pcpu_always_inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *dstp)
{
	__pcpu_set_bit(cpumask_check(cpu), cpumask_bits(dstp));
}

__pcpu_always_inline void cpumask_clear_cpu(unsigned int cpu, struct cpumask *dstp)
{
	__pcpu_clear_bit(cpumask_check(cpu), cpumask_bits(dstp));
}

/** cpumask_test_cpu() - whether @cpu, below nr_cpumask_bits, is in the mask. */
__pcpu_always_inline bool cpumask_test_cpu(unsigned int cpu, const struct cpumask *cpumask)
{
	return __pcpu_test_bit(cpumask_check(cpu), cpumask_bits(cpumask));
}

/** cpumask_test_and_set_cpu() and its like: atomic, a full barrier; the bit before. */
__pcpu_always_inline bool cpumask_test_and_set_cpu(unsigned int cpu, struct cpumask *cpumask)
{
	return __pcpu_test_and_set_bit(cpumask_check(cpu), cpumask_bits(cpumask));
}

__pcpu_always_inline bool cpumask_test_and_clear_cpu(unsigned int cpu, struct cpumask *cpumask)
{
	return __pcpu_test_and_clear_bit(cpumask_check(cpu), cpumask_bits(cpumask));
}

/* --- whole masks: the destination may be one of the sources --- */

/* Whether a mask is one word: a constant if nr_cpumask_bits is one. */
#define __pcpu_one_word (nr_cpumask_bits <= __PCPU_BITS_PER_LONG)
/* nr_cpu_ids, as far as there is room for them. */
#define __pcpu_nr_cpus (nr_cpumask_bits < nr_cpu_ids ? nr_cpumask_bits : nr_cpu_ids)
#define __pcpu_alone(a) __pcpu_words1(cpumask_bits(a))
#define __pcpu_both(a, b) __pcpu_words2(cpumask_bits(a), cpumask_bits(b))

/** cpumask_setall() - every bit. */
__pcpu_always_inline void cpumask_setall(struct cpumask *dstp)
{
	__pcpu_fill(cpumask_bits(dstp), ~0UL, nr_cpumask_bits, __pcpu_one_word);
}

/** cpumask_clear() - none. */
__pcpu_always_inline void cpumask_clear(struct cpumask *dstp)
{
	__pcpu_fill(cpumask_bits(dstp), 0, nr_cpumask_bits, __pcpu_one_word);
}

/** cpumask_copy() - the one way to copy what may have been allocated. */
__pcpu_always_inline void cpumask_copy(struct cpumask *dstp, const struct cpumask *srcp)
{
	__pcpu_combine(__PCPU_BITS_OF, cpumask_bits(dstp), __pcpu_alone(srcp), nr_cpumask_bits,
		       __pcpu_one_word);
}

/** cpumask_and() - what is in both; whether there is anything. */
__pcpu_always_inline bool cpumask_and(struct cpumask *dstp, const struct cpumask *src1p,
				      const struct cpumask *src2p)
{
	return __pcpu_combine(__PCPU_BITS_AND, cpumask_bits(dstp), __pcpu_both(src1p, src2p),
			      nr_cpumask_bits, __pcpu_one_word);
}

/** cpumask_or() - what is in one or both. */
__pcpu_always_inline void cpumask_or(struct cpumask *dstp, const struct cpumask *src1p,
				     const struct cpumask *src2p)
{
	__pcpu_combine(__PCPU_BITS_OR, cpumask_bits(dstp), __pcpu_both(src1p, src2p),
		       nr_cpumask_bits, __pcpu_one_word);
}

/** cpumask_xor() - what is in one of them. */
__pcpu_always_inline void cpumask_xor(struct cpumask *dstp, const struct cpumask *src1p,
				      const struct cpumask *src2p)
{
	__pcpu_combine(__PCPU_BITS_XOR, cpumask_bits(dstp), __pcpu_both(src1p, src2p),
		       nr_cpumask_bits, __pcpu_one_word);
}

/** cpumask_andnot() - what is in the first and not in the second; whether there is anything. */
__pcpu_always_inline bool cpumask_andnot(struct cpumask *dstp, const struct cpumask *src1p,
					 const struct cpumask *src2p)
{
	return __pcpu_combine(__PCPU_BITS_ANDNOT, cpumask_bits(dstp), __pcpu_both(src1p, src2p),
			      nr_cpumask_bits, __pcpu_one_word);
}

/** cpumask_complement() - what is not in it. */
__pcpu_always_inline void cpumask_complement(struct cpumask *dstp, const struct cpumask *srcp)
{
	__pcpu_combine(__PCPU_BITS_NOT, cpumask_bits(dstp), __pcpu_alone(srcp), nr_cpumask_bits,
		       __pcpu_one_word);
}

/**
 * cpumask_shift_right() - CPU i of @dstp is CPU i + @n of @srcp; none comes in. @n is 0 or more.
 */
__pcpu_always_inline void cpumask_shift_right(struct cpumask *dstp, const struct cpumask *srcp,
					      int n)
{
	__pcpu_shift_right(cpumask_bits(dstp), cpumask_bits(srcp), (unsigned int)n,
			   nr_cpumask_bits);
}

/** cpumask_shift_left() - CPU i + @n of @dstp is CPU i of @srcp; what leaves at the end is lost. */
__pcpu_always_inline void cpumask_shift_left(struct cpumask *dstp, const struct cpumask *srcp,
					     int n)
{
	__pcpu_shift_left(cpumask_bits(dstp), cpumask_bits(srcp), (unsigned int)n, nr_cpumask_bits);
}

/** cpumask_equal() - whether they have the same CPUs. */
__pcpu_always_inline bool cpumask_equal(const struct cpumask *src1p, const struct cpumask *src2p)
{
	return !__pcpu_any(__PCPU_BITS_XOR, __pcpu_both(src1p, src2p), nr_cpumask_bits,
			   __pcpu_one_word);
}

/** cpumask_or_equal() - whether the first two together have the CPUs of the third. */
__pcpu_always_inline bool cpumask_or_equal(const struct cpumask *src1p, const struct cpumask *src2p,
					   const struct cpumask *src3p)
{
	return !__pcpu_any(
		__PCPU_BITS_OR_XOR,
		__pcpu_words3(cpumask_bits(src1p), cpumask_bits(src2p), cpumask_bits(src3p)),
		nr_cpumask_bits, __pcpu_one_word);
}

/** cpumask_intersects() - whether a CPU is in both. */
__pcpu_always_inline bool cpumask_intersects(const struct cpumask *src1p,
					     const struct cpumask *src2p)
{
	return __pcpu_any(__PCPU_BITS_AND, __pcpu_both(src1p, src2p), nr_cpumask_bits,
			  __pcpu_one_word);
}

/** cpumask_subset() - whether all CPUs of the first are in the second. */
__pcpu_always_inline bool cpumask_subset(const struct cpumask *src1p, const struct cpumask *src2p)
{
	return !__pcpu_any(__PCPU_BITS_ANDNOT, __pcpu_both(src1p, src2p), nr_cpumask_bits,
			   __pcpu_one_word);
}

/** cpumask_empty() - whether it has none. */
__pcpu_always_inline bool cpumask_empty(const struct cpumask *srcp)
{
	return !__pcpu_any(__PCPU_BITS_OF, __pcpu_alone(srcp), nr_cpumask_bits, __pcpu_one_word);
}

/** cpumask_full() - whether it has all nr_cpumask_bits. */
__pcpu_always_inline bool cpumask_full(const struct cpumask *srcp)
{
	return !__pcpu_any(__PCPU_BITS_NOT, __pcpu_alone(srcp), nr_cpumask_bits, __pcpu_one_word);
}

/** cpumask_weight() - how many CPUs are in it. */
__pcpu_always_inline unsigned int cpumask_weight(const struct cpumask *srcp)
{
	return __pcpu_weight(__PCPU_BITS_OF, __pcpu_alone(srcp), nr_cpumask_bits, __pcpu_one_word);
}

/**
 * cpumask_weight_and(), cpumask_weight_andnot() - of two, as cpumask_and() and cpumask_andnot().
 */
__pcpu_always_inline unsigned int cpumask_weight_and(const struct cpumask *src1p,
						     const struct cpumask *src2p)
{
	return __pcpu_weight(__PCPU_BITS_AND, __pcpu_both(src1p, src2p), nr_cpumask_bits,
			     __pcpu_one_word);
}

__pcpu_always_inline unsigned int cpumask_weight_andnot(const struct cpumask *src1p,
							const struct cpumask *src2p)
{
	return __pcpu_weight(__PCPU_BITS_ANDNOT, __pcpu_both(src1p, src2p), nr_cpumask_bits,
			     __pcpu_one_word);
}

/* --- searching: where there is none the result is some number from nr_cpu_ids on --- */

/*
 * With NR_CPUS of 1 nobody looks at masks: the one CPU is in all of them, as the kernel has it
 * where it is built so. Searches that came later do look.
 */
#if NR_CPUS == 1
#define __pcpu_only_cpu 1
#else
#define __pcpu_only_cpu 0
#endif

/* The lowest CPU at or above @start. */
__pcpu_always_inline unsigned int __pcpu_find_cpu(enum __pcpu_which_bits op,
						  struct __pcpu_words from, unsigned int start)
{
	if (__pcpu_only_cpu)
		return start;
	if (__pcpu_one_word)
		return __pcpu_find_near(op, from, start);
	return (unsigned int)__pcpu_find(op, from, nr_cpumask_bits, start, nr_cpu_ids, false);
}

/* The same in those of a walk that looks at the masks whatever NR_CPUS is. */
__pcpu_always_inline unsigned int __pcpu_find_nth_cpu(enum __pcpu_which_bits op,
						      struct __pcpu_words from, unsigned int nth)
{
	return (unsigned int)__pcpu_find_nth(op, from, nr_cpumask_bits, nth, nr_cpu_ids);
}

/** cpumask_first() - the lowest CPU; and the lowest that is in both, or not in it. */
__pcpu_always_inline unsigned int cpumask_first(const struct cpumask *srcp)
{
	return __pcpu_find_cpu(__PCPU_BITS_OF, __pcpu_alone(srcp), 0);
}

__pcpu_always_inline unsigned int cpumask_first_zero(const struct cpumask *srcp)
{
	return __pcpu_find_cpu(__PCPU_BITS_NOT, __pcpu_alone(srcp), 0);
}

__pcpu_always_inline unsigned int cpumask_first_and(const struct cpumask *src1p,
						    const struct cpumask *src2p)
{
	return __pcpu_find_cpu(__PCPU_BITS_AND, __pcpu_both(src1p, src2p), 0);
}

__pcpu_always_inline unsigned int cpumask_first_andnot(const struct cpumask *src1p,
						       const struct cpumask *src2p)
{
	return __pcpu_find_cpu(__PCPU_BITS_ANDNOT, __pcpu_both(src1p, src2p), 0);
}

/** cpumask_last() - the highest. */
__pcpu_always_inline unsigned int cpumask_last(const struct cpumask *srcp)
{
	return (unsigned int)__pcpu_find_last(cpumask_bits(srcp), nr_cpumask_bits, nr_cpu_ids);
}

/**
 * cpumask_next() - the lowest CPU above @n; and the lowest that is not in it, in both, or in the
 * first and not in the second
 * @n: below nr_cpumask_bits; -1 is the way to begin
 */
__pcpu_always_inline unsigned int cpumask_next(int n, const struct cpumask *srcp)
{
	return __pcpu_find_cpu(__PCPU_BITS_OF, __pcpu_alone(srcp), (unsigned int)n + 1);
}

__pcpu_always_inline unsigned int cpumask_next_zero(int n, const struct cpumask *srcp)
{
	return __pcpu_find_cpu(__PCPU_BITS_NOT, __pcpu_alone(srcp), (unsigned int)n + 1);
}

__pcpu_always_inline unsigned int cpumask_next_and(int n, const struct cpumask *src1p,
						   const struct cpumask *src2p)
{
	return __pcpu_find_cpu(__PCPU_BITS_AND, __pcpu_both(src1p, src2p), (unsigned int)n + 1);
}

__pcpu_always_inline unsigned int cpumask_next_andnot(int n, const struct cpumask *src1p,
						      const struct cpumask *src2p)
{
	return __pcpu_find_cpu(__PCPU_BITS_ANDNOT, __pcpu_both(src1p, src2p), (unsigned int)n + 1);
}

/** cpumask_next_wrap() - as cpumask_next(), and from the lowest on behind the highest. */
__pcpu_always_inline unsigned int cpumask_next_wrap(int n, const struct cpumask *srcp)
{
	return (unsigned int)__pcpu_find_wrap(__PCPU_BITS_OF, __pcpu_alone(srcp), __pcpu_nr_cpus,
					      (unsigned int)n + 1, nr_cpu_ids, false);
}

/* The next one of a walk around, which is at @at; it begins at @start. */
__pcpu_always_inline unsigned int __pcpu_find_cpu_around(const unsigned long *bits, unsigned int at,
							 unsigned int start, bool begun)
{
	if (__pcpu_only_cpu)
		return begun ? 1 : 0;
	return (unsigned int)__pcpu_find_around(__PCPU_BITS_OF, __pcpu_words1(bits), __pcpu_nr_cpus,
						begun ? at : start, start, begun, nr_cpu_ids);
}

/** cpumask_nth() - the CPU that @cpu lower ones come before; of one mask, of both, of one alone. */
__pcpu_always_inline unsigned int cpumask_nth(unsigned int cpu, const struct cpumask *srcp)
{
	return __pcpu_find_nth_cpu(__PCPU_BITS_OF, __pcpu_alone(srcp), cpu);
}

__pcpu_always_inline unsigned int cpumask_nth_and(unsigned int cpu, const struct cpumask *srcp1,
						  const struct cpumask *srcp2)
{
	return __pcpu_find_nth_cpu(__PCPU_BITS_AND, __pcpu_both(srcp1, srcp2), cpu);
}

__pcpu_always_inline unsigned int cpumask_nth_andnot(unsigned int cpu, const struct cpumask *srcp1,
						     const struct cpumask *srcp2)
{
	return __pcpu_find_nth_cpu(__PCPU_BITS_ANDNOT, __pcpu_both(srcp1, srcp2), cpu);
}

__pcpu_always_inline unsigned int cpumask_nth_and_andnot(unsigned int cpu,
							 const struct cpumask *srcp1,
							 const struct cpumask *srcp2,
							 const struct cpumask *srcp3)
{
	return __pcpu_find_nth_cpu(
		__PCPU_BITS_AND_ANDNOT,
		__pcpu_words3(cpumask_bits(srcp1), cpumask_bits(srcp2), cpumask_bits(srcp3)), cpu);
}

/** cpumask_any() - some CPU: the lowest. */
#define cpumask_any(srcp) cpumask_first(srcp)
/** cpumask_any_and() - some CPU that is in both: the lowest. */
#define cpumask_any_and(mask1, mask2) cpumask_first_and((mask1), (mask2))

/** cpumask_any_but() - some CPU other than @cpu: the lowest. */
__pcpu_always_inline unsigned int cpumask_any_but(const struct cpumask *mask, unsigned int cpu)
{
	const unsigned int first = cpumask_first(mask);

	if (__pcpu_only_cpu)
		return 1;
	return first == cpu ? cpumask_next((int)cpu, mask) : first;
}

/** cpumask_any_and_but() - some CPU that is in both, other than @cpu: the lowest. */
__pcpu_always_inline unsigned int cpumask_any_and_but(const struct cpumask *mask1,
						      const struct cpumask *mask2, unsigned int cpu)
{
	const unsigned int first = cpumask_first_and(mask1, mask2);

	if (__pcpu_only_cpu)
		return 1;
	return first == cpu ? cpumask_next_and((int)cpu, mask1, mask2) : first;
}

/**
 * cpumask_any_distribute() - some CPU: each time the next one, behind the highest the lowest
 *
 * Behind the one that was last found by a call on this CPU, of this or of the next function: so
 * callers spread over the CPUs of the mask without sharing a cache line. How it spreads is not
 * exact.
 */
__pcpu_always_inline unsigned int cpumask_any_distribute(const struct cpumask *srcp)
{
	return __percpu_any_distribute(cpumask_bits(srcp), cpumask_bits(srcp), __pcpu_nr_cpus);
}

/** cpumask_any_and_distribute() - the same of the CPUs that are in both. */
__pcpu_always_inline unsigned int cpumask_any_and_distribute(const struct cpumask *src1p,
							     const struct cpumask *src2p)
{
	return __percpu_any_distribute(cpumask_bits(src1p), cpumask_bits(src2p), __pcpu_nr_cpus);
}

/**
 * cpumask_local_spread() - the @i-th online CPU, counted from 0, those near @node first
 * @i: from num_online_cpus() on it begins anew
 * @node: a NUMA node's number; -1, or any that is none: all are equally near
 *
 * The CPUs of the node, then those of the next distance, and so on; by number in each distance.
 * Distances are those that the library was set up by (PERCPU_CONF=topology: too).
 */
__pcpu_always_inline unsigned int cpumask_local_spread(unsigned int i, int node)
{
	if (__pcpu_only_cpu)
		return 0;
	return __percpu_local_spread(i, node);
}

/* --- walking --- */

/*
 * A loop whose integer is set to a CPU by @first, and by @next, in which it is the one before. The
 * masks are looked at again at every step: a change of a CPU that has not been reached is seen.
 * Behind the loop the integer is nr_cpu_ids or more.
 */
#define __pcpu_walk(cpu, first, next)                     \
	for ((cpu) = __pcpu_cast(__typeof__(cpu), first); \
	     __pcpu_cast(unsigned int, cpu) < nr_cpu_ids; \
	     (cpu) = __pcpu_cast(__typeof__(cpu), next))
#define __pcpu_walk_by(cpu, op, words)                  \
	__pcpu_walk(cpu, __pcpu_find_cpu(op, words, 0), \
		    __pcpu_find_cpu(op, words, __pcpu_cast(unsigned int, cpu) + 1))

/**
 * for_each_cpu() - run a statement with the integer @cpu set to each CPU of the mask, ascending.
 */
#define for_each_cpu(cpu, mask) __pcpu_walk_by(cpu, __PCPU_BITS_OF, __pcpu_alone(mask))
/** for_each_cpu_not() - each that is below nr_cpu_ids and not in it. */
#define for_each_cpu_not(cpu, mask) __pcpu_walk_by(cpu, __PCPU_BITS_NOT, __pcpu_alone(mask))
/** for_each_cpu_and(), for_each_cpu_andnot(), for_each_cpu_or() - of two masks, without a third. */
#define for_each_cpu_and(cpu, mask1, mask2) \
	__pcpu_walk_by(cpu, __PCPU_BITS_AND, __pcpu_both(mask1, mask2))
#define for_each_cpu_andnot(cpu, mask1, mask2) \
	__pcpu_walk_by(cpu, __PCPU_BITS_ANDNOT, __pcpu_both(mask1, mask2))
#define for_each_cpu_or(cpu, mask1, mask2) \
	__pcpu_walk_by(cpu, __PCPU_BITS_OR, __pcpu_both(mask1, mask2))
/** for_each_cpu_from() - as for_each_cpu(), beginning with the number that @cpu has. */
#define for_each_cpu_from(cpu, mask)                                    \
	__pcpu_walk(cpu,                                                \
		    __pcpu_find_cpu(__PCPU_BITS_OF, __pcpu_alone(mask), \
				    __pcpu_cast(unsigned int, cpu)),    \
		    cpumask_next(__pcpu_cast(int, cpu), mask))
/** for_each_cpu_wrap() - from @start to the highest, and from the lowest to below @start. */
#define for_each_cpu_wrap(cpu, mask, start)                                                        \
	__pcpu_walk(cpu, __pcpu_find_cpu_around(cpumask_bits(mask), 0, (start), false),            \
		    __pcpu_find_cpu_around(cpumask_bits(mask), __pcpu_cast(unsigned int, cpu) + 1, \
					   (start), true))
/** for_each_present_cpu(), for_each_online_cpu() - as for_each_cpu(), of the machine's masks. */
#define for_each_present_cpu(cpu) for_each_cpu(cpu, cpu_present_mask)
#define for_each_online_cpu(cpu) for_each_cpu(cpu, cpu_online_mask)

/* --- constants --- */

/*
 * The initial values of NR_CPUS bits, all of them set: as many words of ones as there are before
 * the last, written by the binary digits of their number, since C++ has no ranges of elements.
 */
#define __PCPU_ONES_1 ~0UL,
#define __PCPU_ONES_2 __PCPU_ONES_1 __PCPU_ONES_1
#define __PCPU_ONES_4 __PCPU_ONES_2 __PCPU_ONES_2
#define __PCPU_ONES_8 __PCPU_ONES_4 __PCPU_ONES_4
#define __PCPU_ONES_16 __PCPU_ONES_8 __PCPU_ONES_8
#define __PCPU_ONES_32 __PCPU_ONES_16 __PCPU_ONES_16
#define __PCPU_ONES_64 __PCPU_ONES_32 __PCPU_ONES_32
#if (NR_CPUS - 1) / 64 & 1
#define __PCPU_ONES_IF_1 __PCPU_ONES_1
#else
#define __PCPU_ONES_IF_1
#endif
#if (NR_CPUS - 1) / 64 & 2
#define __PCPU_ONES_IF_2 __PCPU_ONES_2
#else
#define __PCPU_ONES_IF_2
#endif
#if (NR_CPUS - 1) / 64 & 4
#define __PCPU_ONES_IF_4 __PCPU_ONES_4
#else
#define __PCPU_ONES_IF_4
#endif
#if (NR_CPUS - 1) / 64 & 8
#define __PCPU_ONES_IF_8 __PCPU_ONES_8
#else
#define __PCPU_ONES_IF_8
#endif
#if (NR_CPUS - 1) / 64 & 16
#define __PCPU_ONES_IF_16 __PCPU_ONES_16
#else
#define __PCPU_ONES_IF_16
#endif
#if (NR_CPUS - 1) / 64 & 32
#define __PCPU_ONES_IF_32 __PCPU_ONES_32
#else
#define __PCPU_ONES_IF_32
#endif
#if (NR_CPUS - 1) / 64 & 64
#define __PCPU_ONES_IF_64 __PCPU_ONES_64
#else
#define __PCPU_ONES_IF_64
#endif

/** CPU_BITS_NONE, CPU_BITS_ALL, CPU_BITS_CPU0 - initial values of an array of NR_CPUS bits. */
/* clang-format off */
#define CPU_BITS_NONE {0UL}
#define CPU_BITS_CPU0 {1UL}
#define CPU_BITS_ALL                                                                            \
	{__PCPU_ONES_IF_1 __PCPU_ONES_IF_2 __PCPU_ONES_IF_4 __PCPU_ONES_IF_8 __PCPU_ONES_IF_16  \
	 __PCPU_ONES_IF_32 __PCPU_ONES_IF_64 __PCPU_LAST_WORD(NR_CPUS)}
/* clang-format on */

/** CPU_MASK_NONE, CPU_MASK_ALL, CPU_MASK_CPU0 - the same as values of the type cpumask_t. */
#ifdef __cplusplus
#define __pcpu_mask_value(bits) (cpumask_t{bits})
#else
#define __pcpu_mask_value(bits) ((cpumask_t){bits})
#endif
#define CPU_MASK_NONE __pcpu_mask_value(CPU_BITS_NONE)
#define CPU_MASK_ALL __pcpu_mask_value(CPU_BITS_ALL)
#define CPU_MASK_CPU0 __pcpu_mask_value(CPU_BITS_CPU0)

/** cpu_all_bits - constant: an array of NR_CPUS bits, all of them set. */
#define cpu_all_bits __percpu_cpu_all_bits

/** to_cpumask() - an array of unsigned long as a mask, const if that is; also in initial values. */
__pcpu_always_inline int __check_is_bitmap(const unsigned long *bitmap)
{
	(void)bitmap;
	return 1;
}
#ifdef __cplusplus
extern "C++" {
__pcpu_always_inline struct cpumask *to_cpumask(unsigned long *bitmap)
{
	return (struct cpumask *)bitmap;
}
__pcpu_always_inline const struct cpumask *to_cpumask(const unsigned long *bitmap)
{
	return (const struct cpumask *)bitmap;
}
}
#else
#define to_cpumask(bitmap)                                                                   \
	__builtin_choose_expr(                                                               \
		__builtin_types_compatible_p(__typeof__(&*(bitmap)), const unsigned long *), \
		(const struct cpumask *)__pcpu_bitmap_address(bitmap),                       \
		(struct cpumask *)__pcpu_bitmap_address(bitmap))
#define __pcpu_bitmap_address(bitmap) ((uintptr_t)(bitmap) + 0 * sizeof(__check_is_bitmap(bitmap)))
#endif

/** cpu_all_mask, cpu_none_mask - constant masks of all NR_CPUS CPUs, and of none. */
#define cpu_all_mask to_cpumask(cpu_all_bits)
#define cpu_none_mask to_cpumask(__percpu_cpu_none_bits)

/**
 * cpu_bit_bitmap - the table behind cpumask_of(): rows of words
 *
 * Row 0 has no bit, row r only bit r - 1 of its first word. So the words that begin n words before
 * the one with the bit are a mask with that bit in word n alone.
 */
#define cpu_bit_bitmap (__percpu_bit_bitmap())

/** cpumask_of() - a constant mask of @cpu alone, which is below nr_cpumask_bits. */
#define cpumask_of(cpu) (get_cpu_mask(cpu))
__pcpu_always_inline const struct cpumask *get_cpu_mask(unsigned int cpu)
{
	const unsigned long *row = cpu_bit_bitmap[1 + cpu % __PCPU_BITS_PER_LONG];

	return __pcpu_as_mask(row - cpu / __PCPU_BITS_PER_LONG);
}

/* --- masks that may be allocated --- */

/**
 * cpumask_var_t - a mask for local use
 *
 * With CONFIG_CPUMASK_OFFSTACK defined before the first include, in all files of a program, it is a
 * pointer to memory of cpumask_size() bytes; without it is a mask itself. What is written for one
 * works with the other: pass its address to what allocates, use it where a pointer to a mask is
 * wanted, never assign what it points to (cpumask_copy()), and reach a per-CPU one by
 * this_cpu_cpumask_var_ptr().
 */
#ifdef CONFIG_CPUMASK_OFFSTACK
typedef struct cpumask *cpumask_var_t;
#define this_cpu_cpumask_var_ptr(x) this_cpu_read(x)
#else
typedef struct cpumask cpumask_var_t[1];
#define this_cpu_cpumask_var_ptr(x) this_cpu_ptr(x)
#endif

/**
 * alloc_cpumask_var() - make room for a mask
 * @mask: where it is to be
 * @gfp: __GFP_ZERO: it is empty; otherwise it has anything. __GFP_NOWARN: as there
 *
 * Memory is the C library's, so this may wait for other threads whatever @gfp says, and is not safe
 * in handlers of signals. False: there is none; a warning says so. The form without allocation does
 * nothing, is true, and does not look at __GFP_ZERO either, as the kernel's: zalloc_cpumask_var()
 * empties the mask in both forms.
 */
__pcpu_always_inline bool alloc_cpumask_var(cpumask_var_t *mask, gfp_t gfp)
{
#ifdef CONFIG_CPUMASK_OFFSTACK
	*mask = (struct cpumask *)__percpu_alloc_cpumask(cpumask_size(), gfp);
	return *mask != NULL;
#else
	(void)mask;
	(void)gfp;
	return true;
#endif
}

/** zalloc_cpumask_var() - the same; the mask is empty. */
__pcpu_always_inline bool zalloc_cpumask_var(cpumask_var_t *mask, gfp_t gfp)
{
#ifndef CONFIG_CPUMASK_OFFSTACK
	cpumask_clear(*mask);
#endif
	return alloc_cpumask_var(mask, gfp | __GFP_ZERO);
}

/**
 * alloc_cpumask_var_node(), zalloc_cpumask_var_node() - the same: memory is where malloc() has it.
 */
__pcpu_always_inline bool alloc_cpumask_var_node(cpumask_var_t *mask, gfp_t gfp, int node)
{
	(void)node;
	return alloc_cpumask_var(mask, gfp);
}

__pcpu_always_inline bool zalloc_cpumask_var_node(cpumask_var_t *mask, gfp_t gfp, int node)
{
	(void)node;
	return zalloc_cpumask_var(mask, gfp);
}

/** free_cpumask_var() - gives it back; NULL is nothing. */
__pcpu_always_inline void free_cpumask_var(cpumask_var_t mask)
{
#ifdef CONFIG_CPUMASK_OFFSTACK
	__percpu_free_cpumask(mask);
#else
	(void)mask;
#endif
}

/**
 * alloc_bootmem_cpumask_var(), free_bootmem_cpumask_var() - empty; without memory the end, fatal.
 */
__pcpu_always_inline void alloc_bootmem_cpumask_var(cpumask_var_t *mask)
{
#ifdef CONFIG_CPUMASK_OFFSTACK
	*mask = (struct cpumask *)__percpu_alloc_cpumask_or_die(cpumask_size());
#else
	(void)mask;
#endif
}

__pcpu_always_inline void free_bootmem_cpumask_var(cpumask_var_t mask)
{
	free_cpumask_var(mask);
}

/* --- as text; percpu/bitmap.h says what a list and a text of hex digits are --- */

/** cpumask_pr_args() - how many bits and the bits: for bitmap_pb() and bitmap_pbl(). */
#define cpumask_pr_args(maskp) __pcpu_cast(int, __pcpu_nr_cpus), cpumask_bits(maskp)
/**
 * cpumap_print_to_pagebuf() - write a mask: a list if @list, else hex digits; and a newline
 * @buf: room to the end of its page (4096 bytes), which is all that is used
 *
 * Returns how many characters that are, without the zero behind them.
 */
__pcpu_always_inline int cpumap_print_to_pagebuf(bool list, char *buf, const struct cpumask *mask)
{
	return __pcpu_print_to_pagebuf(list, buf, cpumask_bits(mask),
				       __pcpu_cast(int, __pcpu_nr_cpus));
}

/** cpumask_scnprintf() - hex digits, at most @len - 1, and a zero. How many have been written. */
__pcpu_always_inline int cpumask_scnprintf(char *buf, size_t len, const struct cpumask *srcp)
{
	return __pcpu_written(__percpu_bitmap_print(buf, len, false, cpumask_bits(srcp),
						    __pcpu_cast(int, __pcpu_nr_cpus), ""),
			      len);
}

/** cpulist_scnprintf() - the same, a list. */
__pcpu_always_inline int cpulist_scnprintf(char *buf, size_t len, const struct cpumask *srcp)
{
	return __pcpu_written(__percpu_bitmap_print(buf, len, true, cpumask_bits(srcp),
						    __pcpu_cast(int, __pcpu_nr_cpus), ""),
			      len);
}

/**
 * cpumask_parse(), cpulist_parse() - read hex digits, or a list
 *
 * 0; or -EINVAL, -ERANGE, -EOVERFLOW, and the mask is as it was.
 */
__pcpu_always_inline int cpumask_parse(const char *buf, struct cpumask *dstp)
{
	return __percpu_bitmap_parse(buf, SIZE_MAX, cpumask_bits(dstp),
				     __pcpu_cast(int, __pcpu_nr_cpus), 0);
}

__pcpu_always_inline int cpulist_parse(const char *buf, struct cpumask *dstp)
{
	return __percpu_bitmap_parselist(buf, SIZE_MAX, cpumask_bits(dstp),
					 __pcpu_cast(int, __pcpu_nr_cpus), 0);
}

/**
 * cpumask_parse_user(), cpumask_parselist_user() - of @len characters; -EFAULT: there is no @buf.
 */
__pcpu_always_inline int cpumask_parse_user(const char *buf, int len, struct cpumask *dstp)
{
	if (len < 0)
		return -EINVAL;
	return __percpu_bitmap_parse(buf, (size_t)len, cpumask_bits(dstp),
				     __pcpu_cast(int, __pcpu_nr_cpus), 0);
}

__pcpu_always_inline int cpumask_parselist_user(const char *buf, int len, struct cpumask *dstp)
{
	if (len < 0)
		return -EINVAL;
	return __percpu_bitmap_parselist(buf, (size_t)len, cpumask_bits(dstp),
					 __pcpu_cast(int, __pcpu_nr_cpus), 0);
}

/** cpumask_parse_flags(), cpulist_parse_flags() - with PERCPU_PARSE_LINUX_4_1. */
__pcpu_always_inline int cpumask_parse_flags(const char *buf, struct cpumask *dstp,
					     unsigned int flags)
{
	return __percpu_bitmap_parse(buf, SIZE_MAX, cpumask_bits(dstp),
				     __pcpu_cast(int, __pcpu_nr_cpus), flags);
}

__pcpu_always_inline int cpulist_parse_flags(const char *buf, struct cpumask *dstp,
					     unsigned int flags)
{
	return __percpu_bitmap_parselist(buf, SIZE_MAX, cpumask_bits(dstp),
					 __pcpu_cast(int, __pcpu_nr_cpus), flags);
}

/* --- as the C library has them --- */

/**
 * cpumask_from_cpuset() - a mask of the CPUs of a cpu_set_t
 * @size: its bytes, as the functions and macros of sched.h get them (CPU_ALLOC_SIZE())
 * @set: a cpu_set_t, or an array of unsigned long
 *
 * CPUs that the mask has no bit for are left out: there are none from nr_cpu_ids on. There is
 * nothing like it in the kernel.
 */
__pcpu_inline void cpumask_from_cpuset(struct cpumask *dstp, size_t size, const void *set)
{
	const unsigned char *bytes = (const unsigned char *)set;
	unsigned int cpu;

	cpumask_clear(dstp);
	for (cpu = 0; cpu < nr_cpumask_bits && cpu / 8 < size; cpu++)
		if (bytes[cpu / 8] >> cpu % 8 & 1)
			cpumask_bits(dstp)[cpu / __PCPU_BITS_PER_LONG] |= __pcpu_bit(cpu);
}

/**
 * cpumask_to_cpuset() - a cpu_set_t of the CPUs of a mask
 * @size: bytes that may be written, all of which are
 *
 * 0; or -EINVAL: a CPU of the mask has no place there, and nothing is written. A cpu_set_t of its
 * own size has room for 1024 CPUs; CPU_ALLOC(nr_cpu_ids) is always large enough.
 */
__pcpu_inline int cpumask_to_cpuset(const struct cpumask *srcp, size_t size, void *set)
{
	unsigned char *bytes = (unsigned char *)set;
	unsigned int cpu;
	size_t i;

	for_each_cpu(cpu, srcp) if (cpu / 8 >= size) return -EINVAL;
	for (i = 0; i < size; i++)
		bytes[i] = 0;
	for_each_cpu(cpu, srcp) if (cpu / 8 < size) bytes[cpu / 8] =
		(unsigned char)(bytes[cpu / 8] | 1u << cpu % 8);
	return 0;
}

/**
 * cpumask_from_affinity() - the CPUs that the calling thread may run on
 *
 * 0; or a negative errno of sched_getaffinity(), and the mask is as it was. With PERCPU_UP it is
 * CPU 0, wherever that is.
 */
__pcpu_always_inline int cpumask_from_affinity(struct cpumask *dstp)
{
	return __percpu_affinity(cpumask_bits(dstp), nr_cpumask_bits);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_CPUMASK_H */
