/* SPDX-License-Identifier: MIT */
/*
 * math.h - rounding, bounds and bits, by the kernel's names. Include it where you want them: min
 * and ALIGN are names that programs have for other things. What the program has defined
 * already stays. They need no library. Each argument is evaluated once, where it is not said
 * otherwise.
 */
#ifndef PERCPU_KERNEL_MATH_H
#define PERCPU_KERNEL_MATH_H

#include <percpu/impl/value.h>

#include <percpu/impl/begin.h>

/**
 * ALIGN() - @x rounded up to a multiple of @a, a power of two, which is evaluated twice; of @x's
 * type.
 */
#ifndef ALIGN
#define ALIGN(x, a)                                                                \
	__pcpu_cast(__typeof__(x), ((x) + (__pcpu_cast(__typeof__(x), (a)) - 1)) & \
					   ~(__pcpu_cast(__typeof__(x), (a)) - 1))
#endif
/** roundup() - @x rounded up to a multiple of @y, any; evaluates @y twice. */
#ifndef roundup
#define roundup(x, y) (((x) + ((y)-1)) / (y) * (y))
#endif
/** DIV_ROUND_UP() - @n / @d, rounded up; evaluates @d twice. */
#ifndef DIV_ROUND_UP
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#endif

/* --- bounds --- */

/** typecheck() - an error, or a warning of the compiler, if @x is not of @type; the value 1. */
#ifndef typecheck
#define typecheck(type, x)                               \
	__extension__({                                  \
		type __pcpu_wanted;                      \
		__typeof__(x) __pcpu_given;              \
		(void)(&__pcpu_wanted == &__pcpu_given); \
		1;                                       \
	})
#endif

/* C++ has templates of these names, which macros would break. */
#ifndef __cplusplus
#define __pcpu_bound(op, type_1, x, type_2, y, id)                                      \
	__extension__({                                                                 \
		type_1 __pcpu_local(one, id) = (x);                                     \
		type_2 __pcpu_local(two, id) = (y);                                     \
		(void)(&__pcpu_local(one, id) == &__pcpu_local(two, id));               \
		__pcpu_local(one, id) op __pcpu_local(two, id) ? __pcpu_local(one, id)  \
							       : __pcpu_local(two, id); \
	})
/** min(), max() - of two values of one type; others are a warning. min_t(), max_t(): as @type. */
#ifndef min
#define min(x, y) __pcpu_bound(<, __typeof__(x), x, __typeof__(y), y, __COUNTER__)
#endif
#ifndef max
#define max(x, y) __pcpu_bound(>, __typeof__(x), x, __typeof__(y), y, __COUNTER__)
#endif
#ifndef min_t
#define min_t(type, x, y) __pcpu_bound(<, type, (type)(x), type, (type)(y), __COUNTER__)
#endif
#ifndef max_t
#define max_t(type, x, y) __pcpu_bound(>, type, (type)(x), type, (type)(y), __COUNTER__)
#endif
#endif

/** ARRAY_SIZE() - the elements of an array; a pointer is a compile-time error in C. */
#ifndef ARRAY_SIZE
#ifdef __cplusplus
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#else
#define ARRAY_SIZE(array)                                                                       \
	(sizeof(array) / sizeof((array)[0]) +                                                   \
	 0 * sizeof(struct {                                                                    \
		 int a_pointer_is_no_array                                                      \
		     : __builtin_types_compatible_p(__typeof__(array), __typeof__(&(array)[0])) \
		       ? -1                                                                     \
		       : 1;                                                                     \
	 }))
#endif
#endif

/* --- bits --- */

/** fls() - the place of the highest bit that is set, from 1; 0 if there is none. */
__pcpu_inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

/** order_base_2() - the least k with 1 << k >= @n; 0 for 0 and 1. */
__pcpu_inline int order_base_2(unsigned long n)
{
	return n > 1 ? 64 - __builtin_clzl(n - 1) : 0;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_KERNEL_MATH_H */
