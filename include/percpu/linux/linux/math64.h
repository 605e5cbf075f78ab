/* SPDX-License-Identifier: MIT */
/* linux/math64.h - divisions of 64 bits, which every processor of the library has. */
#ifndef PERCPU_LINUX_MATH64_H
#define PERCPU_LINUX_MATH64_H

#include <linux/math.h>
#include <linux/types.h>

/** do_div() - @n becomes @n / @base, of 32 bits; the value is the remainder. */
#define do_div(n, base)                                     \
	__extension__({                                     \
		u32 __pcpu_base = (base);                   \
		u32 __pcpu_left = (u32)((n) % __pcpu_base); \
		(n) /= __pcpu_base;                         \
		__pcpu_left;                                \
	})

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = (u32)(dividend % divisor);
	return dividend / divisor;
}

static inline s64 div_s64_rem(s64 dividend, s32 divisor, s32 *remainder)
{
	*remainder = (s32)(dividend % divisor);
	return dividend / divisor;
}

static inline u64 div64_u64_rem(u64 dividend, u64 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline s64 div64_s64(s64 dividend, s64 divisor)
{
	return dividend / divisor;
}
#define div64_ul(x, y) div64_u64((x), (y))
#define div64_long(x, y) div64_s64((x), (y))
#define DIV64_U64_ROUND_UP(ll, d)                                     \
	__extension__({                                               \
		u64 __pcpu_divisor = (d);                             \
		div64_u64((ll) + __pcpu_divisor - 1, __pcpu_divisor); \
	})

static inline u64 mul_u32_u32(u32 a, u32 b)
{
	return (u64)a * b;
}

/** mul_u64_u32_shr(), mul_u64_u64_shr() - the product, of more bits than 64, shifted right. */
static inline u64 mul_u64_u32_shr(u64 a, u32 mul, unsigned int shift)
{
	return (u64)(((__pcpu_u128)a * mul) >> shift);
}

static inline u64 mul_u64_u64_shr(u64 a, u64 mul, unsigned int shift)
{
	return (u64)(((__pcpu_u128)a * mul) >> shift);
}

/** mul_u64_u64_div_u64() - @a * @mul / @div; the quotient has 64 bits. */
static inline u64 mul_u64_u64_div_u64(u64 a, u64 mul, u64 div)
{
	return (u64)((__pcpu_u128)a * mul / div);
}

static inline u64 mul_u64_u32_div(u64 a, u32 mul, u32 div)
{
	return mul_u64_u64_div_u64(a, mul, div);
}

#endif /* PERCPU_LINUX_MATH64_H */
