/* SPDX-License-Identifier: MIT */
/* linux/overflow.h - arithmetic that says when it does not fit; sizes of that kind are SIZE_MAX. */
#ifndef PERCPU_LINUX_OVERFLOW_H
#define PERCPU_LINUX_OVERFLOW_H

#include <linux/compiler.h>
#include <linux/types.h>

#define type_max(t) \
	((t)(is_signed_type(t) ? ((((t)1 << (8 * sizeof(t) - 2)) - 1) * 2 + 1) : (t) ~(t)0))
#define type_min(t) ((t)((t)-type_max(t) - (t)1))

/** check_add_overflow() and its like - whether it does not fit in *@d, which gets what does. */
#define check_add_overflow(a, b, d) __builtin_add_overflow(a, b, d)
#define check_sub_overflow(a, b, d) __builtin_sub_overflow(a, b, d)
#define check_mul_overflow(a, b, d) __builtin_mul_overflow(a, b, d)
#define overflows_type(n, t)                                  \
	__extension__({                                       \
		__typeof__(1 ? (t)0 : (t)0) __pcpu_fits;      \
		__builtin_add_overflow((n), 0, &__pcpu_fits); \
	})

static inline size_t __must_check size_mul(size_t a, size_t b)
{
	size_t product;

	return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

static inline size_t __must_check size_add(size_t a, size_t b)
{
	size_t sum;

	return __builtin_add_overflow(a, b, &sum) ? SIZE_MAX : sum;
}

/** size_sub() - SIZE_MAX stays so, as does what is below 0. */
static inline size_t __must_check size_sub(size_t a, size_t b)
{
	size_t left;

	if (a == SIZE_MAX || b == SIZE_MAX || __builtin_sub_overflow(a, b, &left))
		return SIZE_MAX;
	return left;
}
#define array_size(a, b) size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)
#define flex_array_size(p, member, count) size_mul(count, sizeof(*(p)->member))
/** struct_size() - of what @p points to, with @count elements in its array @member at the end. */
#define struct_size(p, member, count) size_add(sizeof(*(p)), flex_array_size(p, member, count))
#define struct_size_t(type, member, count) struct_size((type *)NULL, member, count)

#endif /* PERCPU_LINUX_OVERFLOW_H */
