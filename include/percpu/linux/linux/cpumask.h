/* SPDX-License-Identifier: MIT */
/* cpumask.h - sets of CPUs, and which there are: percpu/cpumask.h, and here what that lacks. */
#ifndef PERCPU_LINUX_CPUMASK_H
#define PERCPU_LINUX_CPUMASK_H

#include <linux/bitmap.h>
#include <linux/cpumask_types.h>
#include <linux/numa.h>

#include <sys/types.h>

#include <percpu/impl/begin.h>

/** small_cpumask_bits, large_cpumask_bits - bits of what is searched, and of what is copied. */
#define small_cpumask_bits nr_cpumask_bits
#define large_cpumask_bits nr_cpumask_bits
/** nr_cpu_ids does not change: what sets it is passed over. */
#define set_nr_cpu_ids(nr) ((void)(nr))

/** __cpumask_set_cpu(), __cpumask_clear_cpu() - not atomic. */
__pcpu_always_inline void __cpumask_set_cpu(unsigned int cpu, struct cpumask *dstp)
{
	__set_bit(cpumask_check(cpu), cpumask_bits(dstp));
}

__pcpu_always_inline void __cpumask_clear_cpu(unsigned int cpu, struct cpumask *dstp)
{
	__clear_bit(cpumask_check(cpu), cpumask_bits(dstp));
}

/** cpumask_assign_cpu() - in the mask if @value, else not; __cpumask_assign_cpu(): not atomic. */
__pcpu_always_inline void cpumask_assign_cpu(unsigned int cpu, struct cpumask *dstp, bool value)
{
	assign_bit(cpumask_check(cpu), cpumask_bits(dstp), value);
}

__pcpu_always_inline void __cpumask_assign_cpu(unsigned int cpu, struct cpumask *dstp, bool value)
{
	__assign_bit(cpumask_check(cpu), cpumask_bits(dstp), value);
}

/** cpumask_available() - whether what may be allocated has been. */
__pcpu_always_inline bool cpumask_available(cpumask_var_t mask)
{
	return mask != NULL;
}

/** cpumask_first_and_and() - the lowest CPU that is in all three. */
__pcpu_always_inline unsigned int cpumask_first_and_and(const struct cpumask *src1p,
							const struct cpumask *src2p,
							const struct cpumask *src3p)
{
	return (unsigned int)find_first_and_and_bit(cpumask_bits(src1p), cpumask_bits(src2p),
						    cpumask_bits(src3p), nr_cpu_ids);
}

/*
 * cpumask_next_wrap() had four arguments up to Linux 6.14: where an iteration has begun (@start),
 * and whether it has been at the end already (@wrap). nr_cpu_ids: it has come round; of start -1
 * never.
 */
__pcpu_inline unsigned int __pcpu_next_wrap_from(int n, const struct cpumask *mask, int start,
						 bool wrap)
{
	unsigned int next = cpumask_next(n, mask);

	if (wrap && n < start && (int)next >= start)
		return nr_cpu_ids;
	if (next < nr_cpu_ids)
		return next;
	next = cpumask_first(mask);
	return start >= 0 && (int)next >= start ? nr_cpu_ids : next;
}
#define __pcpu_next_wrap_of(a, b, c, d, name, ...) name
#define cpumask_next_wrap(...)                                                       \
	__pcpu_next_wrap_of(__VA_ARGS__, __pcpu_next_wrap_from, , cpumask_next_wrap, \
			    , )(__VA_ARGS__)

/* --- enabled and dying CPUs --- */

/** cpu_enabled() and its like - firmware enables a CPU when it is plugged in: present ones. */
#define cpu_enabled_mask cpu_present_mask
#define cpu_enabled(cpu) cpu_present(cpu)
#define num_enabled_cpus() num_present_cpus()
#define for_each_enabled_cpu(cpu) for_each_present_cpu(cpu)

/*
 * A CPU is dying from the moment that it is taken down until it comes again. Those that never came
 * count as well, which nobody can tell from the sums of their copies: these are zero.
 */
__attribute__((__weak__)) struct cpumask __percpu_linux_dying_mask;
__pcpu_inline const struct cpumask *__pcpu_dying_mask(void)
{
	cpumask_andnot(&__percpu_linux_dying_mask, cpu_possible_mask, cpu_online_mask);
	return &__percpu_linux_dying_mask;
}
/** cpu_dying() - whether it is down, or has left the online mask; cpu_dying_mask: all of them. */
#define cpu_dying_mask __pcpu_dying_mask()
#define cpu_dying(cpu) (cpu_possible(cpu) && !cpu_online(cpu))

/* --- as text --- */

#define CPUMAP_FILE_MAX_BYTES 4096
#define CPULIST_FILE_MAX_BYTES 65536

/* The part of a text from @off on, @count characters of it at most. */
__pcpu_inline ssize_t __pcpu_print_part(bool list, char *buf, const struct cpumask *mask,
					loff_t off, size_t count)
{
	const int nbits = (int)nr_cpumask_bits;
	const size_t len = list ? bitmap_pbl(NULL, 0, nbits, cpumask_bits(mask))
				: bitmap_pb(NULL, 0, nbits, cpumask_bits(mask));
	char *text = (char *)malloc(len + 2);
	size_t part = 0;

	if (!text)
		return -ENOMEM;
	if (list)
		bitmap_pbl(text, len + 1, nbits, cpumask_bits(mask));
	else
		bitmap_pb(text, len + 1, nbits, cpumask_bits(mask));
	text[len] = '\n';
	if (off >= 0 && (size_t)off < len + 1) {
		part = len + 1 - (size_t)off < count ? len + 1 - (size_t)off : count;
		memcpy(buf, text + off, part);
	}
	free(text);
	return (ssize_t)part;
}

/** cpumap_print_bitmask_to_buf() - hex digits and a newline, from character @off on. */
__pcpu_inline ssize_t cpumap_print_bitmask_to_buf(char *buf, const struct cpumask *mask, loff_t off,
						  size_t count)
{
	return __pcpu_print_part(false, buf, mask, off, count);
}

/** cpumap_print_list_to_buf() - a list. Both return how many characters, or -ENOMEM. */
__pcpu_inline ssize_t cpumap_print_list_to_buf(char *buf, const struct cpumask *mask, loff_t off,
					       size_t count)
{
	return __pcpu_print_part(true, buf, mask, off, count);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_LINUX_CPUMASK_H */
