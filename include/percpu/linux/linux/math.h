/* SPDX-License-Identifier: MIT */
/* linux/math.h - rounding and differences; percpu/kernel/math.h has the rest. */
#ifndef PERCPU_LINUX_MATH_H
#define PERCPU_LINUX_MATH_H

#include <linux/types.h>

#include <percpu/kernel/math.h>

/**
 * round_up(), round_down() - to a multiple of @y, a power of two; roundup(), rounddown(): of any.
 */
#define round_up(x, y) ((((x)-1) | ((__typeof__(x))((y)-1))) + 1)
#define round_down(x, y) ((x) & ~((__typeof__(x))((y)-1)))
#define rounddown(x, y)                                \
	__extension__({                                \
		__typeof__(x) __pcpu_rounded = (x);    \
		__pcpu_rounded - __pcpu_rounded % (y); \
	})
#define ALIGN_DOWN(x, a) round_down(x, a)
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a)-1)) == 0)
#define PTR_ALIGN(p, a) ((__typeof__(p))ALIGN((unsigned long)(p), (a)))
#define PTR_ALIGN_DOWN(p, a) ((__typeof__(p))ALIGN_DOWN((unsigned long)(p), (a)))
#define DIV_ROUND_DOWN_ULL(ll, d) ((unsigned long long)(ll) / (d))
#define DIV_ROUND_UP_ULL(ll, d) DIV_ROUND_DOWN_ULL((unsigned long long)(ll) + (d)-1, (d))
/** DIV_ROUND_CLOSEST() - @x / @divisor to the nearest; halves away from zero. */
#define DIV_ROUND_CLOSEST(x, divisor)                                        \
	__extension__({                                                      \
		__typeof__(x) __pcpu_x = (x);                                \
		__typeof__(divisor) __pcpu_d = (divisor);                    \
		(((__typeof__(x))-1) > 0 || ((__typeof__(divisor))-1) > 0 || \
		 ((__pcpu_x > 0) == (__pcpu_d > 0)))                         \
			? ((__pcpu_x + __pcpu_d / 2) / __pcpu_d)             \
			: ((__pcpu_x - __pcpu_d / 2) / __pcpu_d);            \
	})

/** abs() - of any integer type, where the C library's is of int. */
#include <stdlib.h>
#undef abs
#define abs(x)                                                      \
	__extension__({                                             \
		__typeof__((x) + 0) __pcpu_signed = (x);            \
		__pcpu_signed < 0 ? -__pcpu_signed : __pcpu_signed; \
	})
#define abs_diff(a, b)                                                           \
	__extension__({                                                          \
		__typeof__(a) __pcpu_a = (a);                                    \
		__typeof__(b) __pcpu_b = (b);                                    \
		__pcpu_a > __pcpu_b ? __pcpu_a - __pcpu_b : __pcpu_b - __pcpu_a; \
	})

/** mult_frac() - @x * @n / @d, without the overflow of the product. */
#define mult_frac(x, n, d)                                                                        \
	__extension__({                                                                           \
		__typeof__(x) __pcpu_whole = (x);                                                 \
		__typeof__(n) __pcpu_n = (n);                                                     \
		__typeof__(d) __pcpu_d = (d);                                                     \
		__pcpu_whole / __pcpu_d *__pcpu_n + __pcpu_whole % __pcpu_d *__pcpu_n / __pcpu_d; \
	})
#define sector_div(n, base) do_div(n, base)

/** reciprocal_scale() - @val of 32 bits, brought into 0 .. @ep_ro - 1. */
static inline u32 reciprocal_scale(u32 val, u32 ep_ro)
{
	return (u32)(((u64)val * ep_ro) >> 32);
}

/** int_sqrt() - the whole part of the root. */
static inline unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	for (unsigned long bit = 1UL << 31; bit != 0; bit >>= 1)
		if ((root | bit) <= x / (root | bit))
			root |= bit;
	return root;
}

#endif /* PERCPU_LINUX_MATH_H */
