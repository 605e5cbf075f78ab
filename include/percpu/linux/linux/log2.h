/* SPDX-License-Identifier: MIT */
/* linux/log2.h - powers of two; of constants they are constants. */
#ifndef PERCPU_LINUX_LOG2_H
#define PERCPU_LINUX_LOG2_H

#include <linux/types.h>

#include <percpu/kernel/math.h>

/** ilog2() - the place of the highest bit that is set, from 0; -1 of 0. */
#define ilog2(n) ((int)((n) ? 63 - __builtin_clzll((unsigned long long)(n) | 1) : -1))

static inline bool is_power_of_2(unsigned long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/** roundup_pow_of_two(), rounddown_pow_of_two() - the nearest power that is not less, not more. */
#define roundup_pow_of_two(n) \
	((n) <= 1 ? 1UL : 1UL << (64 - __builtin_clzll((unsigned long long)(n)-1)))
#define rounddown_pow_of_two(n) (1UL << ilog2(n))
#define order_base_2(n) (order_base_2(n))
#define bits_per(n) ((n) < 2 ? 1 : ilog2(n) + 1)

#endif /* PERCPU_LINUX_LOG2_H */
