/* SPDX-License-Identifier: MIT */
/*
 * ops.h - operations on this CPU's copy: this_cpu_inc() and the rest.
 *
 * Each operation exists in four families. @pcp is a per-CPU variable, an lvalue in template
 * coordinates: x, s.field, xs[3], or *p and p->field for a per-CPU pointer p. It is an integer, an
 * enum, a _Bool, a pointer or (read, write and exchanges only) a floating type of 1, 2, 4 or 8
 * bytes; other sizes are compile-time errors (cmpxchg128 takes 16). Values are converted to the
 * type of @pcp, and arithmetic wraps in it.
 *
 *	this_cpu_X	 the whole operation happens on one CPU's copy, however the thread is
 *			 preempted, migrated or interrupted by a signal; no update is ever lost
 *			 among them. The family to use.
 *	raw_cpu_X	 plain C on the copy of the CPU that the thread runs on when the address is
 *			 taken. Correct only under other protection: without it a read-modify-write
 *			 may hit the wrong CPU's copy or lose an update of any family.
 *	__this_cpu_X	 the same as raw_cpu_X, for callers that are protected already.
 *	pinned_cpu_X	 this_cpu_X of threads that are pinned to a CPU, and of no others: pinned.h.
 *
 *	read(pcp)			 -> the value
 *	write(pcp, val)
 *	add(pcp, val)   sub(pcp, val)   inc(pcp)   dec(pcp)
 *	and(pcp, val)   or(pcp, val)
 *	add_return(pcp, val)   sub_return   inc_return   dec_return	-> the new value
 *	xchg(pcp, nval)			 -> the old value
 *	cmpxchg(pcp, oval, nval)	 -> the old value; stored if it equals oval
 *	try_cmpxchg(pcp, ovalp, nval)	 -> true if stored; if not, *ovalp is now the old value
 *	cmpxchg128(pcp, oval, nval)	 -> the old value; for any type of 16 bytes. A variable that
 *		is not aligned to 16 is fatal.
 *	cmpxchg_double(pcp1, pcp2, oval1, oval2, nval1, nval2)
 *		-> true if both were equal, and then both are stored. The two have one size, pcp2
 *		   follows pcp1, and pcp1 is aligned to twice the size; any other pair is fatal.
 *
 * this_cpu_X is thread- and signal-safe, takes no lock on the fast path, and never fails. It
 * orders nothing between CPUs: another CPU's copy is read with per_cpu() or per_cpu_sum(), and
 * such a reader sees each value whole. The sized forms (this_cpu_add_8 and so on) work on the
 * given number of bytes at @pcp, whatever its type; those of cmpxchg_double do not check the pair.
 * The kernel's functions of the same names are mirrored throughout, except that raw_cpu_sub() too
 * converts the value before it negates it.
 */
#ifndef PERCPU_OPS_H
#define PERCPU_OPS_H

#include <percpu/access.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "libpercpu: values are taken from the low bytes of a word: little-endian only"
#endif

#ifndef PERCPU_UP
__PCPU_BEGIN_DECLS

/*
 * Operations out of line, for code without sequences of its own: @op whole, on @size bytes at the
 * template address @ptr, in whatever tier the process and the thread are. @a is the value (for
 * cmpxchg the expected one), @b the new value of cmpxchg. Returns the operation's result.
 */
PERCPU_API uint64_t __percpu_op(unsigned int op, unsigned int size, uintptr_t ptr, uint64_t a,
				uint64_t b);
/* The same for cmpxchg of 16 bytes. */
PERCPU_API __pcpu_u128 __percpu_op_16(uintptr_t ptr, __pcpu_u128 expect, __pcpu_u128 val);

__PCPU_END_DECLS
#endif

/*
 * Per size: the this_cpu operations, and plain C on this CPU's copy for raw_cpu. With one CPU a
 * this_cpu operation is what it is for a pinned thread; otherwise it is a sequence, or out of line.
 */
#if defined(PERCPU_UP)
#define __pcpu_do(op, OP, n, args, ptr, a, b) __pcpu_pinned_##op##_##n args
#elif defined(__PCPU_NO_INLINE_SEQUENCE)
#define __pcpu_do(op, OP, n, args, ptr, a, b) __percpu_op(__PERCPU_OP_##OP, n, ptr, a, b)
#else
#define __pcpu_do(op, OP, n, args, ptr, a, b) __pcpu_seq_##op##_##n args
#endif

#define __PCPU_DEFINE_STORE(op, OP, n, type, expr)                                    \
	__pcpu_always_inline void __pcpu_this_##op##_##n(uintptr_t ptr, uint64_t val) \
	{                                                                             \
		__pcpu_do(op, OP, n, (ptr, (type)val), ptr, val, 0);                  \
	}                                                                             \
	__pcpu_always_inline void __pcpu_raw_##op##_##n(uintptr_t ptr, uint64_t val)  \
	{                                                                             \
		__pcpu_copy_##n *copy = __pcpu_this_copy_##n(ptr);                    \
                                                                                      \
		expr;                                                                 \
	}
#define __PCPU_DEFINE_VALUE(op, OP, n, type, expr)                                        \
	__pcpu_always_inline uint64_t __pcpu_this_##op##_##n(uintptr_t ptr, uint64_t val) \
	{                                                                                 \
		return (type)__pcpu_do(op, OP, n, (ptr, (type)val), ptr, val, 0);         \
	}                                                                                 \
	__pcpu_always_inline uint64_t __pcpu_raw_##op##_##n(uintptr_t ptr, uint64_t val)  \
	{                                                                                 \
		__pcpu_copy_##n *copy = __pcpu_this_copy_##n(ptr);                        \
		type old = *copy;                                                         \
                                                                                          \
		return (type)(expr);                                                      \
	}

#define __PCPU_DEFINE_OPS(n, type)                                                               \
	typedef type __attribute__((__may_alias__)) __pcpu_copy_##n;                             \
	__pcpu_always_inline __pcpu_copy_##n *__pcpu_this_copy_##n(uintptr_t ptr)                \
	{                                                                                        \
		return (__pcpu_copy_##n *)(__pcpu_this_base() + __pcpu_low32(ptr));              \
	}                                                                                        \
	__PCPU_DEFINE_STORE(write, WRITE, n, type, *copy = (type)val)                            \
	__PCPU_DEFINE_STORE(add, ADD, n, type, *copy = (type)(*copy + (type)val))                \
	__PCPU_DEFINE_STORE(and, AND, n, type, *copy = (type)(*copy & (type)val))                \
	__PCPU_DEFINE_STORE(or, OR, n, type, *copy = (type)(*copy | (type)val))                  \
	__PCPU_DEFINE_VALUE(add_return, ADD_RETURN, n, type, *copy = (type)(old + (type)val))    \
	__PCPU_DEFINE_VALUE(xchg, XCHG, n, type, (*copy = (type)val, old))                       \
	__pcpu_always_inline uint64_t __pcpu_this_read_##n(uintptr_t ptr)                        \
	{                                                                                        \
		return (type)__pcpu_do(read, READ, n, (ptr), ptr, 0, 0);                         \
	}                                                                                        \
	__pcpu_always_inline uint64_t __pcpu_raw_read_##n(uintptr_t ptr)                         \
	{                                                                                        \
		return *(const volatile __pcpu_copy_##n *)__pcpu_this_copy_##n(ptr);             \
	}                                                                                        \
	__pcpu_always_inline uint64_t __pcpu_this_cmpxchg_##n(uintptr_t ptr, uint64_t expect,    \
							      uint64_t val)                      \
	{                                                                                        \
		return (type)__pcpu_do(cmpxchg, CMPXCHG, n, (ptr, (type)expect, (type)val), ptr, \
				       expect, val);                                             \
	}                                                                                        \
	__pcpu_always_inline uint64_t __pcpu_raw_cmpxchg_##n(uintptr_t ptr, uint64_t expect,     \
							     uint64_t val)                       \
	{                                                                                        \
		__pcpu_copy_##n *copy = __pcpu_this_copy_##n(ptr);                               \
		type old = *copy;                                                                \
                                                                                                 \
		if (old == (type)expect)                                                         \
			*copy = (type)val;                                                       \
		return old;                                                                      \
	}

__PCPU_DEFINE_OPS(1, uint8_t)
__PCPU_DEFINE_OPS(2, uint16_t)
__PCPU_DEFINE_OPS(4, uint32_t)
__PCPU_DEFINE_OPS(8, uint64_t)

/* 16 bytes, for cmpxchg only. */
__pcpu_always_inline __pcpu_u128 __pcpu_this_cmpxchg_16(uintptr_t ptr, __pcpu_u128 expect,
							__pcpu_u128 val)
{
#if defined(PERCPU_UP)
	return __pcpu_pinned_cmpxchg_16(ptr, expect, val);
#elif defined(__PCPU_NO_INLINE_SEQUENCE)
	return __percpu_op_16(ptr, expect, val);
#else
	return __pcpu_seq_cmpxchg_16(ptr, expect, val);
#endif
}

__pcpu_always_inline __pcpu_u128 __pcpu_raw_cmpxchg_16(uintptr_t ptr, __pcpu_u128 expect,
						       __pcpu_u128 val)
{
	__pcpu_copy_8 *copy = __pcpu_this_copy_8(ptr);
	__pcpu_u128 old = copy[0] | (__pcpu_u128)copy[1] << 64;

	if (old == expect) {
		copy[0] = (uint64_t)val;
		copy[1] = (uint64_t)(val >> 64);
	}
	return old;
}

/*
 * A pair is one word of twice the size (the alignment rule makes it so), and its first member is
 * the low half.
 */
#define __PCPU_DEFINE_DOUBLE(family, n, wide, type)                                              \
	__pcpu_always_inline bool __pcpu_##family##_cmpxchg_double_##n(                          \
		uintptr_t ptr, uint64_t expect1, uint64_t expect2, uint64_t val1, uint64_t val2) \
	{                                                                                        \
		type expect = (type)(expect1 | (type)expect2 << (8 * (n)));                      \
                                                                                                 \
		return __pcpu_##family##_cmpxchg_##wide(                                         \
			       ptr, expect, (type)(val1 | (type)val2 << (8 * (n)))) == expect;   \
	}
#define __PCPU_DEFINE_DOUBLES(family)                \
	__PCPU_DEFINE_DOUBLE(family, 1, 2, uint64_t) \
	__PCPU_DEFINE_DOUBLE(family, 2, 4, uint64_t) \
	__PCPU_DEFINE_DOUBLE(family, 4, 8, uint64_t) \
	__PCPU_DEFINE_DOUBLE(family, 8, 16, __pcpu_u128)
__PCPU_DEFINE_DOUBLES(raw)
__PCPU_DEFINE_DOUBLES(this)
__PCPU_DEFINE_DOUBLES(pinned)

/* Between the type of a variable and the low bytes of a word, without any conversion of value. */
#define __pcpu_bits_size(pcp) (sizeof(pcp) < 8 ? sizeof(pcp) : 8)
#define __pcpu_to_bits(pcp, val) __pcpu_to_bits_by(pcp, val, __COUNTER__)
#define __pcpu_to_bits_by(pcp, val, id)                                                           \
	__extension__({                                                                           \
		__pcpu_value_type(pcp) __pcpu_local(in, id) = (__pcpu_value_type(pcp))(val);      \
		uint64_t __pcpu_local(in_bits, id) = 0;                                           \
		__builtin_memcpy(&__pcpu_local(in_bits, id), (const void *)&__pcpu_local(in, id), \
				 __pcpu_bits_size(pcp));                                          \
		__pcpu_local(in_bits, id);                                                        \
	})
#define __pcpu_from_bits(pcp, bits) __pcpu_from_bits_by(pcp, bits, __COUNTER__)
#define __pcpu_from_bits_by(pcp, bits, id)                                                    \
	__extension__({                                                                       \
		uint64_t __pcpu_local(out_bits, id) = (bits);                                 \
		__pcpu_value_type(pcp) __pcpu_local(out, id);                                 \
		__builtin_memcpy((void *)&__pcpu_local(out, id), &__pcpu_local(out_bits, id), \
				 __pcpu_bits_size(pcp));                                      \
		__pcpu_local(out, id);                                                        \
	})

#define __pcpu_to_u128(pcp, val) __pcpu_to_u128_by(pcp, val, __COUNTER__)
#define __pcpu_to_u128_by(pcp, val, id)                                                           \
	__extension__({                                                                           \
		__pcpu_value_type(pcp) __pcpu_local(in, id) = (val);                              \
		__pcpu_u128 __pcpu_local(in_bits, id);                                            \
		__builtin_memcpy(&__pcpu_local(in_bits, id), (const void *)&__pcpu_local(in, id), \
				 sizeof(__pcpu_u128));                                            \
		__pcpu_local(in_bits, id);                                                        \
	})

#define __pcpu_op_get(fn, pcp) __pcpu_from_bits(pcp, fn((uintptr_t) & (pcp)))
#define __pcpu_op_put(fn, pcp, val) fn((uintptr_t) & (pcp), __pcpu_to_bits(pcp, val))
#define __pcpu_op_swap(fn, pcp, val) __pcpu_from_bits(pcp, __pcpu_op_put(fn, pcp, val))
#define __pcpu_op_cas(fn, pcp, oval, nval)                                       \
	__pcpu_from_bits(pcp, fn((uintptr_t) & (pcp), __pcpu_to_bits(pcp, oval), \
				 __pcpu_to_bits(pcp, nval)))
#define __pcpu_op_cas2(fn, pcp1, pcp2, oval1, oval2, nval1, nval2)                         \
	fn((uintptr_t) & (pcp1), __pcpu_to_bits(pcp1, oval1), __pcpu_to_bits(pcp2, oval2), \
	   __pcpu_to_bits(pcp1, nval1), __pcpu_to_bits(pcp2, nval2))

/* Which way this_cpu_X is: see pinned.h. */
#ifdef PERCPU_PINNED
#define __PCPU_THIS(op) __pcpu_pinned_##op
#else
#define __PCPU_THIS(op) __pcpu_this_##op
#endif

#include <percpu/sized.h>

/* Dispatch on size: by sizeof(variable), stem##1, stem##2, stem##4 or stem##8. */
#define __bad_size_call_parameter(variable)                                          \
	__pcpu_static_assert(sizeof(variable) == 1 || sizeof(variable) == 2 ||       \
				     sizeof(variable) == 4 || sizeof(variable) == 8, \
			     "a per-CPU operation needs a variable of 1, 2, 4 or 8 bytes")

#define __pcpu_by_size(variable, one, two, four, eight) \
	(sizeof(variable) == 1	 ? one                  \
	 : sizeof(variable) == 2 ? two                  \
	 : sizeof(variable) == 4 ? four                 \
				 : eight)
/* The result is assigned, and not just given, so that a const variable is an error. */
#define __pcpu_size_call_return(stem, variable) \
	__pcpu_size_call_return_by(stem, variable, __COUNTER__)
#define __pcpu_size_call_return_by(stem, variable, id)                                     \
	__extension__({                                                                    \
		__pcpu_value_type(variable) __pcpu_local(ret, id);                         \
		__verify_pcpu_ptr(&(variable));                                            \
		__bad_size_call_parameter(variable);                                       \
		__pcpu_local(ret, id) = (__pcpu_value_type(variable))__pcpu_by_size(       \
			variable, stem##1(variable), stem##2(variable), stem##4(variable), \
			stem##8(variable));                                                \
		__pcpu_local(ret, id);                                                     \
	})
#define __pcpu_size_call_return2(stem, variable, ...) \
	__pcpu_size_call_return2_by(stem, __COUNTER__, variable, __VA_ARGS__)
#define __pcpu_size_call_return2_by(stem, id, variable, ...)                                      \
	__extension__({                                                                           \
		__pcpu_value_type(variable) __pcpu_local(ret, id);                                \
		__verify_pcpu_ptr(&(variable));                                                   \
		__bad_size_call_parameter(variable);                                              \
		__pcpu_local(ret, id) = (__pcpu_value_type(variable))__pcpu_by_size(              \
			variable, stem##1(variable, __VA_ARGS__), stem##2(variable, __VA_ARGS__), \
			stem##4(variable, __VA_ARGS__), stem##8(variable, __VA_ARGS__));          \
		__pcpu_local(ret, id);                                                            \
	})
#define __pcpu_size_call(stem, variable, ...)                                                  \
	__extension__({                                                                        \
		__verify_pcpu_ptr(&(variable));                                                \
		__bad_size_call_parameter(variable);                                           \
		__pcpu_by_size(variable, stem##1(variable, __VA_ARGS__),                       \
			       stem##2(variable, __VA_ARGS__), stem##4(variable, __VA_ARGS__), \
			       stem##8(variable, __VA_ARGS__));                                \
	})
#define __pcpu_double_call_return_bool(stem, pcp1, pcp2, ...) \
	__pcpu_double_call_by(stem, __COUNTER__, pcp1, pcp2, __VA_ARGS__)
#define __pcpu_double_call_by(stem, id, pcp1, pcp2, ...)                                    \
	__extension__({                                                                     \
		__typeof__(&(pcp1)) __pcpu_local(first, id) = &(pcp1);                      \
		__verify_pcpu_ptr(&(pcp1));                                                 \
		__bad_size_call_parameter(pcp1);                                            \
		__pcpu_static_assert(sizeof(pcp1) == sizeof(pcp2),                          \
				     "cmpxchg_double needs two variables of one size");     \
		__pcpu_check_pair((uintptr_t)__pcpu_local(first, id), (uintptr_t) & (pcp2), \
				  sizeof(pcp1));                                            \
		__pcpu_by_size(pcp1, stem##1(*__pcpu_local(first, id), pcp2, __VA_ARGS__),  \
			       stem##2(*__pcpu_local(first, id), pcp2, __VA_ARGS__),        \
			       stem##4(*__pcpu_local(first, id), pcp2, __VA_ARGS__),        \
			       stem##8(*__pcpu_local(first, id), pcp2, __VA_ARGS__));       \
	})

__PCPU_BEGIN_DECLS
#ifndef PERCPU_UP
/*
 * Reports, as an error in the log, @op in a thread that is not pinned or is no longer on the CPU
 * that it was pinned to.
 */
PERCPU_API void __percpu_pinned_check(const char *op);
#endif
/* Reports a pair that breaks the alignment or adjacency rule of cmpxchg_double; fatal. */
PERCPU_API void __percpu_bad_pair(uintptr_t ptr1, uintptr_t ptr2, size_t size)
	__attribute__((__cold__, __noreturn__));
__PCPU_END_DECLS

#ifdef PERCPU_UP
#include <percpu/up/ops.h>
#endif

/* Folds to nothing where the compiler knows the addresses; two instructions elsewhere. */
__pcpu_always_inline void __pcpu_check_pair(uintptr_t ptr1, uintptr_t ptr2, size_t size)
{
	if (__pcpu_unlikely((ptr1 & (2 * size - 1)) || ptr2 != ptr1 + size))
		__percpu_bad_pair(ptr1, ptr2, size);
}

/* add, and, or on a floating type would work on its bits: refuse it instead. */
#ifdef __cplusplus
#define __pcpu_check_integer(pcp) \
	__pcpu_static_assert((__typeof__(pcp))1 / 2 == 0, "not an operation on floating types")
#else
#define __pcpu_check_integer(pcp)                                                            \
	__pcpu_static_assert(!__builtin_types_compatible_p(__typeof__(pcp), float) &&        \
				     !__builtin_types_compatible_p(__typeof__(pcp), double), \
			     "not an operation on floating types")
#endif
#define __pcpu_integer_call(stem, pcp, val)       \
	__extension__({                           \
		__pcpu_check_integer(pcp);        \
		__pcpu_size_call(stem, pcp, val); \
	})
#define __pcpu_integer_call_return(stem, pcp, val)        \
	__extension__({                                   \
		__pcpu_check_integer(pcp);                \
		__pcpu_size_call_return2(stem, pcp, val); \
	})

/*
 * -@val after conversion to the type of @pcp, so that a narrow unsigned @val is no trap; and in
 * unsigned arithmetic, where the smallest value has a negative too.
 */
#define __pcpu_negate(pcp, val) (0 - (uint64_t)(__typeof__(pcp))(val))

/* try_cmpxchg by @cmpxchg: bits are compared, as there, so that a NaN equals itself. */
#define __pcpu_try(cmpxchg, pcp, ovalp, nval) __pcpu_try_by(cmpxchg, pcp, ovalp, nval, __COUNTER__)
#define __pcpu_try_by(cmpxchg, pcp, ovalp, nval, id)                                               \
	__extension__({                                                                            \
		__pcpu_value_type(pcp) * __pcpu_local(at, id) = (ovalp);                           \
		__pcpu_value_type(pcp) __pcpu_local(expected, id) = *__pcpu_local(at, id);         \
		__pcpu_value_type(pcp) __pcpu_local(seen, id) =                                    \
			cmpxchg(pcp, __pcpu_local(expected, id), nval);                            \
		bool __pcpu_local(stored, id) =                                                    \
			!__builtin_memcmp((const void *)&__pcpu_local(seen, id),                   \
					  (const void *)&__pcpu_local(expected, id), sizeof(pcp)); \
		if (!__pcpu_local(stored, id))                                                     \
			*__pcpu_local(at, id) = __pcpu_local(seen, id);                            \
		__pcpu_local(stored, id);                                                          \
	})
/* A variable of any type of 16 bytes, aligned to as much. */
#define __pcpu_call_128(fn, pcp, oval, nval) __pcpu_call_128_by(fn, pcp, oval, nval, __COUNTER__)
#define __pcpu_call_128_by(fn, pcp, oval, nval, id)                                           \
	__extension__({                                                                       \
		__typeof__(&(pcp)) __pcpu_local(wide, id) = &(pcp);                           \
		__pcpu_value_type(pcp) __pcpu_local(ret, id);                                 \
		__pcpu_u128 __pcpu_local(ret_bits, id);                                       \
		__verify_pcpu_ptr(__pcpu_local(wide, id));                                    \
		__pcpu_static_assert(sizeof(pcp) == 16,                                       \
				     "cmpxchg128 needs a variable of 16 bytes");              \
		__pcpu_check_pair((uintptr_t)__pcpu_local(wide, id),                          \
				  (uintptr_t)__pcpu_local(wide, id) + 8, 8);                  \
		__pcpu_local(ret_bits, id) =                                                  \
			fn((uintptr_t)__pcpu_local(wide, id), __pcpu_to_u128(pcp, oval),      \
			   __pcpu_to_u128(pcp, nval));                                        \
		__builtin_memcpy((void *)&__pcpu_local(ret, id), &__pcpu_local(ret_bits, id), \
				 sizeof(__pcpu_u128));                                        \
		__pcpu_local(ret, id);                                                        \
	})

/* raw_cpu_X: no protection. */
#define raw_cpu_read(pcp) __pcpu_size_call_return(raw_cpu_read_, pcp)
#define raw_cpu_write(pcp, val) __pcpu_size_call(raw_cpu_write_, pcp, val)
#define raw_cpu_add(pcp, val) __pcpu_integer_call(raw_cpu_add_, pcp, val)
#define raw_cpu_and(pcp, val) __pcpu_integer_call(raw_cpu_and_, pcp, val)
#define raw_cpu_or(pcp, val) __pcpu_integer_call(raw_cpu_or_, pcp, val)
#define raw_cpu_add_return(pcp, val) __pcpu_integer_call_return(raw_cpu_add_return_, pcp, val)
#define raw_cpu_xchg(pcp, nval) __pcpu_size_call_return2(raw_cpu_xchg_, pcp, nval)
#define raw_cpu_cmpxchg(pcp, oval, nval) __pcpu_size_call_return2(raw_cpu_cmpxchg_, pcp, oval, nval)
#define raw_cpu_try_cmpxchg(pcp, ovalp, nval) __pcpu_try(raw_cpu_cmpxchg, pcp, ovalp, nval)
#define raw_cpu_cmpxchg128(pcp, oval, nval) __pcpu_call_128(__pcpu_raw_cmpxchg_16, pcp, oval, nval)
#define raw_cpu_cmpxchg_double(pcp1, pcp2, oval1, oval2, nval1, nval2)                           \
	__pcpu_double_call_return_bool(raw_cpu_cmpxchg_double_, pcp1, pcp2, oval1, oval2, nval1, \
				       nval2)
#define raw_cpu_sub(pcp, val) raw_cpu_add(pcp, __pcpu_negate(pcp, val))
#define raw_cpu_inc(pcp) raw_cpu_add(pcp, 1)
#define raw_cpu_dec(pcp) raw_cpu_sub(pcp, 1)
#define raw_cpu_sub_return(pcp, val) raw_cpu_add_return(pcp, __pcpu_negate(pcp, val))
#define raw_cpu_inc_return(pcp) raw_cpu_add_return(pcp, 1)
#define raw_cpu_dec_return(pcp) raw_cpu_add_return(pcp, -1)

/* __this_cpu_X: for callers that are protected already; in a debug build, that is checked. */
#define __this_cpu_preempt_check(op) __pcpu_preempt_check("__this_cpu_" op "()")
#define __this_cpu_read(pcp) \
	(__this_cpu_preempt_check("read"), __pcpu_size_call_return(raw_cpu_read_, pcp))
#define __this_cpu_write(pcp, val) \
	(__this_cpu_preempt_check("write"), __pcpu_size_call(raw_cpu_write_, pcp, val))
#define __this_cpu_add(pcp, val) \
	(__this_cpu_preempt_check("add"), __pcpu_integer_call(raw_cpu_add_, pcp, val))
#define __this_cpu_and(pcp, val) \
	(__this_cpu_preempt_check("and"), __pcpu_integer_call(raw_cpu_and_, pcp, val))
#define __this_cpu_or(pcp, val) \
	(__this_cpu_preempt_check("or"), __pcpu_integer_call(raw_cpu_or_, pcp, val))
#define __this_cpu_add_return(pcp, val)          \
	(__this_cpu_preempt_check("add_return"), \
	 __pcpu_integer_call_return(raw_cpu_add_return_, pcp, val))
#define __this_cpu_xchg(pcp, nval) \
	(__this_cpu_preempt_check("xchg"), __pcpu_size_call_return2(raw_cpu_xchg_, pcp, nval))
#define __this_cpu_cmpxchg(pcp, oval, nval)   \
	(__this_cpu_preempt_check("cmpxchg"), \
	 __pcpu_size_call_return2(raw_cpu_cmpxchg_, pcp, oval, nval))
#define __this_cpu_try_cmpxchg(pcp, ovalp, nval) __pcpu_try(__this_cpu_cmpxchg, pcp, ovalp, nval)
#define __this_cpu_cmpxchg128(pcp, oval, nval)   \
	(__this_cpu_preempt_check("cmpxchg128"), \
	 __pcpu_call_128(__pcpu_raw_cmpxchg_16, pcp, oval, nval))
#define __this_cpu_cmpxchg_double(pcp1, pcp2, oval1, oval2, nval1, nval2)                         \
	(__this_cpu_preempt_check("cmpxchg_double"),                                              \
	 __pcpu_double_call_return_bool(raw_cpu_cmpxchg_double_, pcp1, pcp2, oval1, oval2, nval1, \
					nval2))
#define __this_cpu_sub(pcp, val) __this_cpu_add(pcp, __pcpu_negate(pcp, val))
#define __this_cpu_inc(pcp) __this_cpu_add(pcp, 1)
#define __this_cpu_dec(pcp) __this_cpu_sub(pcp, 1)
#define __this_cpu_sub_return(pcp, val) __this_cpu_add_return(pcp, __pcpu_negate(pcp, val))
#define __this_cpu_inc_return(pcp) __this_cpu_add_return(pcp, 1)
#define __this_cpu_dec_return(pcp) __this_cpu_add_return(pcp, -1)

/* pinned_cpu_X: of threads that are pinned (pinned.h); in a debug build, that is checked. */
#if defined(PERCPU_DEBUG_PREEMPT) && !defined(PERCPU_UP)
#define __pcpu_pinned_check(op) __percpu_pinned_check("pinned_cpu_" op "()")
#else
#define __pcpu_pinned_check(op) ((void)0)
#endif
#define pinned_cpu_read(pcp) \
	(__pcpu_pinned_check("read"), __pcpu_size_call_return(pinned_cpu_read_, pcp))
#define pinned_cpu_write(pcp, val) \
	(__pcpu_pinned_check("write"), __pcpu_size_call(pinned_cpu_write_, pcp, val))
#define pinned_cpu_add(pcp, val) \
	(__pcpu_pinned_check("add"), __pcpu_integer_call(pinned_cpu_add_, pcp, val))
#define pinned_cpu_and(pcp, val) \
	(__pcpu_pinned_check("and"), __pcpu_integer_call(pinned_cpu_and_, pcp, val))
#define pinned_cpu_or(pcp, val) \
	(__pcpu_pinned_check("or"), __pcpu_integer_call(pinned_cpu_or_, pcp, val))
#define pinned_cpu_add_return(pcp, val)     \
	(__pcpu_pinned_check("add_return"), \
	 __pcpu_integer_call_return(pinned_cpu_add_return_, pcp, val))
#define pinned_cpu_xchg(pcp, nval) \
	(__pcpu_pinned_check("xchg"), __pcpu_size_call_return2(pinned_cpu_xchg_, pcp, nval))
#define pinned_cpu_cmpxchg(pcp, oval, nval) \
	(__pcpu_pinned_check("cmpxchg"),    \
	 __pcpu_size_call_return2(pinned_cpu_cmpxchg_, pcp, oval, nval))
#define pinned_cpu_try_cmpxchg(pcp, ovalp, nval) __pcpu_try(pinned_cpu_cmpxchg, pcp, ovalp, nval)
#define pinned_cpu_cmpxchg128(pcp, oval, nval) \
	(__pcpu_pinned_check("cmpxchg128"),    \
	 __pcpu_call_128(__pcpu_pinned_cmpxchg_16, pcp, oval, nval))
#define pinned_cpu_cmpxchg_double(pcp1, pcp2, oval1, oval2, nval1, nval2)                     \
	(__pcpu_pinned_check("cmpxchg_double"),                                               \
	 __pcpu_double_call_return_bool(pinned_cpu_cmpxchg_double_, pcp1, pcp2, oval1, oval2, \
					nval1, nval2))
#define pinned_cpu_sub(pcp, val) pinned_cpu_add(pcp, __pcpu_negate(pcp, val))
#define pinned_cpu_inc(pcp) pinned_cpu_add(pcp, 1)
#define pinned_cpu_dec(pcp) pinned_cpu_sub(pcp, 1)
#define pinned_cpu_sub_return(pcp, val) pinned_cpu_add_return(pcp, __pcpu_negate(pcp, val))
#define pinned_cpu_inc_return(pcp) pinned_cpu_add_return(pcp, 1)
#define pinned_cpu_dec_return(pcp) pinned_cpu_add_return(pcp, -1)

/* this_cpu_X: protect themselves. In a file that says so, they are those of pinned threads. */
#ifdef PERCPU_PINNED
#define __pcpu_this_check(op) __pcpu_pinned_check(op)
#else
#define __pcpu_this_check(op) ((void)0)
#endif
#define this_cpu_read(pcp) (__pcpu_this_check("read"), __pcpu_size_call_return(this_cpu_read_, pcp))
#define this_cpu_write(pcp, val) \
	(__pcpu_this_check("write"), __pcpu_size_call(this_cpu_write_, pcp, val))
#define this_cpu_add(pcp, val) \
	(__pcpu_this_check("add"), __pcpu_integer_call(this_cpu_add_, pcp, val))
#define this_cpu_and(pcp, val) \
	(__pcpu_this_check("and"), __pcpu_integer_call(this_cpu_and_, pcp, val))
#define this_cpu_or(pcp, val) (__pcpu_this_check("or"), __pcpu_integer_call(this_cpu_or_, pcp, val))
#define this_cpu_add_return(pcp, val)     \
	(__pcpu_this_check("add_return"), \
	 __pcpu_integer_call_return(this_cpu_add_return_, pcp, val))
#define this_cpu_xchg(pcp, nval) \
	(__pcpu_this_check("xchg"), __pcpu_size_call_return2(this_cpu_xchg_, pcp, nval))
#define this_cpu_cmpxchg(pcp, oval, nval) \
	(__pcpu_this_check("cmpxchg"), __pcpu_size_call_return2(this_cpu_cmpxchg_, pcp, oval, nval))
#define this_cpu_try_cmpxchg(pcp, ovalp, nval) __pcpu_try(this_cpu_cmpxchg, pcp, ovalp, nval)
#define this_cpu_cmpxchg128(pcp, oval, nval) \
	(__pcpu_this_check("cmpxchg128"), __pcpu_call_128(__PCPU_THIS(cmpxchg_16), pcp, oval, nval))
#define this_cpu_cmpxchg_double(pcp1, pcp2, oval1, oval2, nval1, nval2)                            \
	(__pcpu_this_check("cmpxchg_double"),                                                      \
	 __pcpu_double_call_return_bool(this_cpu_cmpxchg_double_, pcp1, pcp2, oval1, oval2, nval1, \
					nval2))
#define this_cpu_sub(pcp, val) this_cpu_add(pcp, __pcpu_negate(pcp, val))
#define this_cpu_inc(pcp) this_cpu_add(pcp, 1)
#define this_cpu_dec(pcp) this_cpu_sub(pcp, 1)
#define this_cpu_sub_return(pcp, val) this_cpu_add_return(pcp, __pcpu_negate(pcp, val))
#define this_cpu_inc_return(pcp) this_cpu_add_return(pcp, 1)
#define this_cpu_dec_return(pcp) this_cpu_add_return(pcp, -1)

#endif /* PERCPU_OPS_H */
