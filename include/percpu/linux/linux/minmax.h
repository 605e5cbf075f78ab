/* SPDX-License-Identifier: MIT */
/*
 * linux/minmax.h - bounds. As in kernels of today two values may be of different types where that
 * cannot change a value: both signed or both unsigned, or one of them a constant that is not
 * negative. Anything else does not compile; min_t() and its like convert. Arguments are evaluated
 * once.
 */
#ifndef PERCPU_LINUX_MINMAX_H
#define PERCPU_LINUX_MINMAX_H

#include <linux/compiler.h>

#include <percpu/kernel/math.h>

/* Types that are smaller than int count as the int that they become. */
#define __pcpu_is_signed(x) (((__typeof__((x) + 0))-1) < (__typeof__((x) + 0))1)
#define __pcpu_not_negative(x) \
	(__builtin_choose_expr(__is_constexpr(x) && __pcpu_is_signed(x), (x), -1) >= 0)
#define __pcpu_comparable(x, y)                                                  \
	(__pcpu_is_signed(x) == __pcpu_is_signed(y) || __pcpu_not_negative(x) || \
	 __pcpu_not_negative(y))
#define __pcpu_common(x, y) __typeof__(1 ? (x) : (y))
#define __pcpu_careful(op, x, y, id)                                                               \
	__extension__({                                                                            \
		_Static_assert(__pcpu_comparable(x, y),                                            \
			       "a signed and an unsigned value: min_t() or max_t() says as what"); \
		__pcpu_common(x, y) __pcpu_local(x_, id) = (__pcpu_common(x, y))(x);               \
		__pcpu_common(x, y) __pcpu_local(y_, id) = (__pcpu_common(x, y))(y);               \
		__pcpu_local(x_, id) op __pcpu_local(y_, id) ? __pcpu_local(x_, id)                \
							     : __pcpu_local(y_, id);               \
	})

#undef min
#undef max
#undef min_t
#undef max_t
#define min(x, y) __pcpu_careful(<, x, y, __COUNTER__)
#define max(x, y) __pcpu_careful(>, x, y, __COUNTER__)
#define min_t(type, x, y) __pcpu_bound(<, type, (type)(x), type, (type)(y), __COUNTER__)
#define max_t(type, x, y) __pcpu_bound(>, type, (type)(x), type, (type)(y), __COUNTER__)
/** umin(), umax() - of values that are known not to be negative. */
#define umin(x, y) min((x) + 0u + 0ul + 0ull, (y) + 0u + 0ul + 0ull)
#define umax(x, y) max((x) + 0u + 0ul + 0ull, (y) + 0u + 0ul + 0ull)
#define min3(x, y, z) min(min(x, y), z)
#define max3(x, y, z) max(max(x, y), z)
/** min_not_zero() - the least that is not 0; 0 if both are. */
#define min_not_zero(x, y)                                                                     \
	__extension__({                                                                        \
		__typeof__(x) __pcpu_x = (x);                                                  \
		__typeof__(y) __pcpu_y = (y);                                                  \
		__pcpu_x == 0 ? __pcpu_y : __pcpu_y == 0 ? __pcpu_x : min(__pcpu_x, __pcpu_y); \
	})

/** clamp() - @val, or the bound that it is beyond. clamp_t(): as @type; clamp_val(): as @val's. */
#define clamp(val, lo, hi) __pcpu_clamp(val, lo, hi, __COUNTER__)
#define __pcpu_clamp(val, lo, hi, id)                                                     \
	__extension__({                                                                   \
		_Static_assert(__pcpu_comparable(val, lo) && __pcpu_comparable(val, hi),  \
			       "a signed and an unsigned value: clamp_t() says as what"); \
		__typeof__(val) __pcpu_local(val_, id) = (val);                           \
		__typeof__(val) __pcpu_local(lo_, id) = (__typeof__(val))(lo);            \
		__typeof__(val) __pcpu_local(hi_, id) = (__typeof__(val))(hi);            \
		__pcpu_local(val_, id)<__pcpu_local(lo_, id) ? __pcpu_local(lo_, id)      \
							     : __pcpu_local(val_, id)>    \
				__pcpu_local(hi_, id) ? __pcpu_local(hi_, id)             \
						      : __pcpu_local(val_, id);           \
	})
#define clamp_t(type, val, lo, hi) clamp((type)(val), (type)(lo), (type)(hi))
#define clamp_val(val, lo, hi) clamp_t(__typeof__(val), val, lo, hi)

#define swap(a, b)                                  \
	do {                                        \
		__typeof__(a) __pcpu_swapped = (a); \
		(a) = (b);                          \
		(b) = __pcpu_swapped;               \
	} while (0)

/* Of constants, where no statement may stand. */
#ifndef MIN
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#endif
#ifndef MAX
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#endif

#endif /* PERCPU_LINUX_MINMAX_H */
