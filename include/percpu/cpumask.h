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

#include <percpu/impl/possible.h>
#include <percpu/impl/system_masks.h>
#include <percpu/impl/value.h>

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
	const struct __pcpu_words words = {__pcpu_system_bits(which), NULL, NULL};

	return __pcpu_weight(__PCPU_WORD_ONE, words, __percpu_nr_cpumask_bits);
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

/** cpumask_set_cpu(), cpumask_clear_cpu() - atomic; @cpu is below nr_cpumask_bits. */
__pcpu_always_inline void cpumask_set_cpu(unsigned int cpu, struct cpumask *dstp)
{
	__pcpu_set_bit(cpu, cpumask_bits(dstp));
}

__pcpu_always_inline void cpumask_clear_cpu(unsigned int cpu, struct cpumask *dstp)
{
	__pcpu_clear_bit(cpu, cpumask_bits(dstp));
}

/** cpumask_test_cpu() - whether @cpu, below nr_cpumask_bits, is in the mask. */
__pcpu_always_inline bool cpumask_test_cpu(unsigned int cpu, const struct cpumask *cpumask)
{
	return __pcpu_test_bit(cpu, cpumask_bits(cpumask));
}

/** cpumask_test_and_set_cpu() and its like: atomic, a full barrier; the bit before. */
__pcpu_always_inline bool cpumask_test_and_set_cpu(unsigned int cpu, struct cpumask *cpumask)
{
	return __pcpu_test_and_set_bit(cpu, cpumask_bits(cpumask));
}

__pcpu_always_inline bool cpumask_test_and_clear_cpu(unsigned int cpu, struct cpumask *cpumask)
{
	return __pcpu_test_and_clear_bit(cpu, cpumask_bits(cpumask));
}

/** cpumask_weight() - how many CPUs are in it. */
__pcpu_always_inline unsigned int cpumask_weight(const struct cpumask *srcp)
{
	const struct __pcpu_words words = {cpumask_bits(srcp), NULL, NULL};

	return __pcpu_weight(__PCPU_WORD_ONE, words, nr_cpumask_bits);
}

/* --- one after another --- */

/* The lowest CPU at or above @start; some number from nr_cpu_ids on: there is none. */
__pcpu_always_inline unsigned int __pcpu_find_cpu(enum __pcpu_word_op op, struct __pcpu_words from,
						  unsigned int start)
{
	if (nr_cpumask_bits <= __PCPU_BITS_PER_LONG)
		return __pcpu_find_near(op, from, start);
	return __pcpu_find_far(op, from, nr_cpumask_bits, start, nr_cpu_ids);
}

/** cpumask_next() - the lowest CPU above @n that is in the mask; @n of -1: the lowest. */
__pcpu_always_inline unsigned int cpumask_next(int n, const struct cpumask *srcp)
{
	const struct __pcpu_words words = {cpumask_bits(srcp), NULL, NULL};

	return __pcpu_find_cpu(__PCPU_WORD_ONE, words, (unsigned int)n + 1);
}

/**
 * for_each_cpu() - run a statement with the integer @cpu set to each CPU of the mask, ascending
 *
 * The mask is looked at again at every step: a change of a CPU that has not been reached is seen.
 * Behind the loop @cpu is nr_cpu_ids or more.
 */
#define for_each_cpu(cpu, mask)                                            \
	for ((cpu) = __pcpu_cast(__typeof__(cpu), cpumask_next(-1, mask)); \
	     __pcpu_cast(unsigned int, cpu) < nr_cpu_ids;                  \
	     (cpu) = __pcpu_cast(__typeof__(cpu), cpumask_next(__pcpu_cast(int, cpu), mask)))

#define for_each_present_cpu(cpu) for_each_cpu(cpu, cpu_present_mask)
#define for_each_online_cpu(cpu) for_each_cpu(cpu, cpu_online_mask)

#include <percpu/impl/end.h>

#endif /* PERCPU_CPUMASK_H */
