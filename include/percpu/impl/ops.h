/* SPDX-License-Identifier: MIT */
/*
 * ops.h - what the operations of percpu/ops.h expand to.
 *
 * From the name to the instruction there are three steps.
 *
 *  - A family, __pcpu_this() and the like, makes of an operation's name the stem of a function's,
 *    and in a debug build looks whether its caller may.
 *  - A kind, __pcpu_get() and the like, converts operands and results, chooses the function by
 * size, and refuses at compile time what makes no sense.
 *  - The function, __pcpu_this_add_8() and the like: for this_cpu_X a sequence of arch/, or a call;
 *    for raw_cpu_X plain C. A value is given to it, and returned, in the low bytes of a word.
 *
 * __COUNTER__ gives each operation the @id of its local variables (__pcpu_local()).
 */
#ifndef PERCPU_IMPL_OPS_H
#define PERCPU_IMPL_OPS_H

#include <percpu/access.h>
#include <percpu/impl/race.h>
#ifdef PERCPU_UP
#include <percpu/impl/up/ops.h>
#endif

#include <percpu/impl/operations.h>
#include <percpu/impl/begin.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "libpercpu: values are taken from the low bytes of a word: little-endian only"
#endif

#ifndef PERCPU_UP
__PCPU_BEGIN_DECLS

/*
 * Operations out of line, for code without sequences of its own: @op (__PCPU_OP_read and so on)
 * whole, on @size bytes at the template address @ptr, in whatever tier the process and the thread
 * are. @a is the value (for cmpxchg the expected one), @b the new value of cmpxchg. Returns the
 * operation's result.
 */
PERCPU_API uint64_t __percpu_op(unsigned int op, unsigned int size, uintptr_t ptr, uint64_t a,
				uint64_t b);
/* The same for cmpxchg of 16 bytes. */
PERCPU_API __pcpu_u128 __percpu_op_16(uintptr_t ptr, __pcpu_u128 expect, __pcpu_u128 val);

/*
 * Reports, as an error in the log, @op in a thread that is not pinned or is no longer on the CPU
 * that it was pinned to.
 */
PERCPU_API void __percpu_pinned_check(const char *op);

/* Reports a pair that breaks the alignment or adjacency rule of cmpxchg_double; fatal. */
PERCPU_API void __percpu_bad_pair(uintptr_t ptr1, uintptr_t ptr2, size_t size)
	__attribute__((__cold__, __noreturn__));

__PCPU_END_DECLS
#endif

/* --- functions --- */

#if defined(__PCPU_NO_INLINE_SEQUENCE) && !defined(PERCPU_UP)
/* __percpu_op(), as it is called. */
__pcpu_always_inline uint64_t __pcpu_race_op(unsigned int op, unsigned int size, uintptr_t ptr,
					     uint64_t a, uint64_t b)
{
	uint64_t result;

	__pcpu_race_begin_op(op, ptr);
	result = __percpu_op(op, size, ptr, a, b);
	__pcpu_race_end_op(op, ptr);
	return result;
}
#endif

/*
 * How a this_cpu operation is done: with one CPU it is what it is for a pinned thread; otherwise it
 * is a sequence, or out of line.
 */
#if defined(PERCPU_UP)
#define __pcpu_do(name, op, n, args, ptr, a, b) __pcpu_direct_##name args
#elif defined(__PCPU_NO_INLINE_SEQUENCE)
#define __pcpu_do(name, op, n, args, ptr, a, b) __pcpu_race_op(op, n, ptr, a, b)
#else
#define __pcpu_do(name, op, n, args, ptr, a, b) __pcpu_seq_##name args
#endif

#define __PCPU_DEFINE_GET(op, n, type)                                                 \
	__pcpu_always_inline uint64_t __pcpu_this_##op##_##n(uintptr_t ptr)            \
	{                                                                              \
		return (type)__pcpu_do(op##_##n, __PCPU_OP_##op, n, (ptr), ptr, 0, 0); \
	}                                                                              \
	__pcpu_always_inline uint64_t __pcpu_pinned_##op##_##n(uintptr_t ptr)          \
	{                                                                              \
		return (type)__pcpu_direct_##op##_##n(ptr);                            \
	}                                                                              \
	__pcpu_always_inline uint64_t __pcpu_raw_##op##_##n(uintptr_t ptr)             \
	{                                                                              \
		return *(const volatile __pcpu_copy_##n *)__pcpu_this_copy_##n(ptr);   \
	}
#define __PCPU_DEFINE_PUT(op, n, type, plain, locked)                                   \
	__pcpu_always_inline void __pcpu_this_##op##_##n(uintptr_t ptr, uint64_t val)   \
	{                                                                               \
		__pcpu_do(op##_##n, __PCPU_OP_##op, n, (ptr, (type)val), ptr, val, 0);  \
	}                                                                               \
	__pcpu_always_inline void __pcpu_pinned_##op##_##n(uintptr_t ptr, uint64_t val) \
	{                                                                               \
		__pcpu_direct_##op##_##n(ptr, (type)val);                               \
	}                                                                               \
	__pcpu_always_inline void __pcpu_raw_##op##_##n(uintptr_t ptr, uint64_t val)    \
	{                                                                               \
		__pcpu_copy_##n *copy = __pcpu_this_copy_##n(ptr);                      \
                                                                                        \
		plain;                                                                  \
	}
#define __PCPU_DEFINE_SWAP(op, n, type, plain, locked)                                          \
	__pcpu_always_inline uint64_t __pcpu_this_##op##_##n(uintptr_t ptr, uint64_t val)       \
	{                                                                                       \
		return (type)__pcpu_do(op##_##n, __PCPU_OP_##op, n, (ptr, (type)val), ptr, val, \
				       0);                                                      \
	}                                                                                       \
	__pcpu_always_inline uint64_t __pcpu_pinned_##op##_##n(uintptr_t ptr, uint64_t val)     \
	{                                                                                       \
		return (type)__pcpu_direct_##op##_##n(ptr, (type)val);                          \
	}                                                                                       \
	__pcpu_always_inline uint64_t __pcpu_raw_##op##_##n(uintptr_t ptr, uint64_t val)        \
	{                                                                                       \
		__pcpu_copy_##n *copy = __pcpu_this_copy_##n(ptr);                              \
		type old = *copy;                                                               \
                                                                                                \
		return (type)(plain);                                                           \
	}
#define __PCPU_DEFINE_CAS(op, n, type)                                                         \
	__pcpu_always_inline uint64_t __pcpu_this_##op##_##n(uintptr_t ptr, uint64_t expect,   \
							     uint64_t val)                     \
	{                                                                                      \
		return (type)__pcpu_do(op##_##n, __PCPU_OP_##op, n,                            \
				       (ptr, (type)expect, (type)val), ptr, expect, val);      \
	}                                                                                      \
	__pcpu_always_inline uint64_t __pcpu_pinned_##op##_##n(uintptr_t ptr, uint64_t expect, \
							       uint64_t val)                   \
	{                                                                                      \
		return (type)__pcpu_direct_##op##_##n(ptr, (type)expect, (type)val);           \
	}                                                                                      \
	__pcpu_always_inline uint64_t __pcpu_raw_##op##_##n(uintptr_t ptr, uint64_t expect,    \
							    uint64_t val)                      \
	{                                                                                      \
		__pcpu_copy_##n *copy = __pcpu_this_copy_##n(ptr);                             \
		type old = *copy;                                                              \
                                                                                               \
		if (old == (type)expect)                                                       \
			*copy = (type)val;                                                     \
		return old;                                                                    \
	}

#define __PCPU_DEFINE_OPS(n, type)                                                  \
	typedef type __attribute__((__may_alias__)) __pcpu_copy_##n;                \
	__pcpu_always_inline __pcpu_copy_##n *__pcpu_this_copy_##n(uintptr_t ptr)   \
	{                                                                           \
		return __pcpu_pointer_at(__pcpu_copy_##n *,                         \
					 __pcpu_copy_in(ptr, __pcpu_this_base()));  \
	}                                                                           \
	__PCPU_OPERATIONS(__PCPU_DEFINE_GET, __PCPU_DEFINE_PUT, __PCPU_DEFINE_SWAP, \
			  __PCPU_DEFINE_CAS, n, type)

__PCPU_DEFINE_OPS(1, uint8_t)
__PCPU_DEFINE_OPS(2, uint16_t)
__PCPU_DEFINE_OPS(4, uint32_t)
__PCPU_DEFINE_OPS(8, uint64_t)

/* 16 bytes, for cmpxchg only. */
__pcpu_always_inline __pcpu_u128 __pcpu_this_cmpxchg128(uintptr_t ptr, __pcpu_u128 expect,
							__pcpu_u128 val)
{
#if defined(PERCPU_UP)
	return __pcpu_direct_cmpxchg128(ptr, expect, val);
#elif defined(__PCPU_NO_INLINE_SEQUENCE)
	__pcpu_u128 old;

	__pcpu_race_begin_op(__PCPU_OP_cmpxchg, ptr);
	old = __percpu_op_16(ptr, expect, val);
	__pcpu_race_end_op(__PCPU_OP_cmpxchg, ptr);
	return old;
#else
	return __pcpu_seq_cmpxchg128(ptr, expect, val);
#endif
}

__pcpu_always_inline __pcpu_u128 __pcpu_pinned_cmpxchg128(uintptr_t ptr, __pcpu_u128 expect,
							  __pcpu_u128 val)
{
	return __pcpu_direct_cmpxchg128(ptr, expect, val);
}

__pcpu_always_inline __pcpu_u128 __pcpu_raw_cmpxchg128(uintptr_t ptr, __pcpu_u128 expect,
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
#define __PCPU_DEFINE_PAIR(family, n, wide, type)                                                  \
	__pcpu_always_inline bool __pcpu_##family##_cmpxchg_double_##n(                            \
		uintptr_t ptr, uint64_t expect1, uint64_t expect2, uint64_t val1, uint64_t val2)   \
	{                                                                                          \
		type expect = (type)(expect1 | (type)expect2 << (8 * (n)));                        \
                                                                                                   \
		return __pcpu_##family##_##wide(ptr, expect,                                       \
						(type)(val1 | (type)val2 << (8 * (n)))) == expect; \
	}
#define __PCPU_DEFINE_PAIRS(family)                        \
	__PCPU_DEFINE_PAIR(family, 1, cmpxchg_2, uint64_t) \
	__PCPU_DEFINE_PAIR(family, 2, cmpxchg_4, uint64_t) \
	__PCPU_DEFINE_PAIR(family, 4, cmpxchg_8, uint64_t) \
	__PCPU_DEFINE_PAIR(family, 8, cmpxchg128, __pcpu_u128)
__PCPU_DEFINE_PAIRS(raw)
__PCPU_DEFINE_PAIRS(this)
__PCPU_DEFINE_PAIRS(pinned)

/* Folds to nothing where the compiler knows the addresses; two instructions elsewhere. */
__pcpu_always_inline void __pcpu_check_pair(uintptr_t ptr1, uintptr_t ptr2, size_t size)
{
	if (__pcpu_unlikely((ptr1 & (2 * size - 1)) || ptr2 != ptr1 + size))
		__percpu_bad_pair(ptr1, ptr2, size);
}

#undef __pcpu_do
#undef __PCPU_DEFINE_GET
#undef __PCPU_DEFINE_PUT
#undef __PCPU_DEFINE_SWAP
#undef __PCPU_DEFINE_CAS
#undef __PCPU_DEFINE_OPS
#undef __PCPU_DEFINE_PAIR
#undef __PCPU_DEFINE_PAIRS
#undef __PCPU_OPERATIONS
#include <percpu/impl/end.h>

/* --- families --- */

#define __pcpu_raw(kind, op, ...) __pcpu_##kind(__pcpu_raw_##op, __COUNTER__, __VA_ARGS__)
/* The same with the name __this_cpu_X, and the check of this_cpu_ptr(). */
#define __pcpu_protected(kind, op, ...) \
	(__this_cpu_preempt_check(#op), __pcpu_##kind(__pcpu_raw_##op, __COUNTER__, __VA_ARGS__))

#if defined(PERCPU_DEBUG_PREEMPT) && !defined(PERCPU_UP)
#define __pcpu_pinned_check(name) __percpu_pinned_check(name)
#else
#define __pcpu_pinned_check(name) ((void)0)
#endif
#define __pcpu_pinned(kind, op, ...)                  \
	(__pcpu_pinned_check("pinned_cpu_" #op "()"), \
	 __pcpu_##kind(__pcpu_pinned_##op, __COUNTER__, __VA_ARGS__))

/* Which way this_cpu_X is: see pinned.h. */
#ifdef PERCPU_PINNED
#define __PCPU_THIS(op) __pcpu_pinned_##op
#define __pcpu_this(kind, op, ...)                    \
	(__pcpu_pinned_check("pinned_cpu_" #op "()"), \
	 __pcpu_##kind(__pcpu_pinned_##op, __COUNTER__, __VA_ARGS__))
#else
#define __PCPU_THIS(op) __pcpu_this_##op
#define __pcpu_this(kind, op, ...) __pcpu_##kind(__pcpu_this_##op, __COUNTER__, __VA_ARGS__)
#endif

/* The sized forms: @n bytes, and no checks. */
#define __pcpu_sized(kind, stem, n, ...) __pcpu_##kind##_n(stem, __COUNTER__, n, __VA_ARGS__)

/* --- kinds: on the number of bytes that the variable has --- */

#define __bad_size_call_parameter(variable)                                                 \
	__pcpu_static_assert(sizeof(variable) == 1 || sizeof(variable) == 2 ||              \
				     sizeof(variable) == 4 || sizeof(variable) == 8,        \
			     "a per-CPU operation needs a variable of 1, 2, 4 or 8 bytes: " \
			     "of a structure it takes a member, and for 16 bytes there is " \
			     "this_cpu_cmpxchg128(); a section (get_cpu_var()) takes all")
#define __pcpu_check_variable(pcp)      \
	__verify_pcpu_ptr(&(pcp));      \
	__bad_size_call_parameter(pcp); \
	__pcpu_check_aligned(pcp)

#define __pcpu_checked(kind, stem, id, pcp, ...)                       \
	__extension__({                                                \
		__pcpu_check_variable(pcp);                            \
		__pcpu_##kind##_n(stem, id, sizeof(pcp), __VA_ARGS__); \
	})
#define __pcpu_get(stem, id, pcp) __pcpu_checked(get, stem, id, pcp, pcp)
#define __pcpu_put(stem, id, pcp, val) __pcpu_checked(put, stem, id, pcp, pcp, val)
#define __pcpu_swap(stem, id, pcp, val) __pcpu_checked(swap, stem, id, pcp, pcp, val)
#define __pcpu_cas(stem, id, pcp, oval, nval) __pcpu_checked(cas, stem, id, pcp, pcp, oval, nval)

/* or, and and; add; the same with a result. What they are not for is refused first. */
#define __pcpu_change(stem, id, pcp, val)       \
	__extension__({                         \
		__pcpu_check_integer(pcp);      \
		__pcpu_put(stem, id, pcp, val); \
	})
#define __pcpu_mask(stem, id, pcp, val) __pcpu_change(stem, id, pcp, __pcpu_bits_for(pcp, val))
#define __pcpu_count(stem, id, pcp, val)           \
	__extension__({                            \
		__pcpu_check_number(pcp);          \
		__pcpu_change(stem, id, pcp, val); \
	})
#define __pcpu_count_return(stem, id, pcp, val)  \
	__extension__({                          \
		__pcpu_check_number(pcp);        \
		__pcpu_check_integer(pcp);       \
		__pcpu_swap(stem, id, pcp, val); \
	})

/*
 * -@val after conversion to the type of @pcp, so that a narrow unsigned @val is no trap; and in
 * unsigned arithmetic, where the smallest value has a negative too.
 */
#define __pcpu_negate(pcp, val) \
	(0 - __pcpu_cast(uint64_t, __pcpu_cast(__pcpu_value_type(pcp), val)))

/*
 * A cmpxchg; bits are compared, as there, so that a NaN equals itself. What is at @ovalp may be of
 * another type, to and from which the language converts as in any assignment.
 */
#define __pcpu_try(stem, id, pcp, ovalp, nval)                                              \
	__extension__({                                                                     \
		__typeof__((ovalp) + 0) __pcpu_local(at, id) = (ovalp);                     \
		__pcpu_value_type(pcp) __pcpu_local(expected, id) = *__pcpu_local(at, id);  \
		__pcpu_value_type(pcp) __pcpu_local(seen, id) =                             \
			__pcpu_cas(stem, id, pcp, __pcpu_local(expected, id), nval);        \
		bool __pcpu_local(stored, id) = !__builtin_memcmp(                          \
			&__pcpu_local(seen, id), &__pcpu_local(expected, id), sizeof(pcp)); \
		if (!__pcpu_local(stored, id))                                              \
			*__pcpu_local(at, id) = __pcpu_local(seen, id);                     \
		__pcpu_local(stored, id);                                                   \
	})

#define __pcpu_pair(stem, id, pcp1, pcp2, ...)                                          \
	__extension__({                                                                 \
		__typeof__(&(pcp1)) __pcpu_local(first, id) = &(pcp1);                  \
		__verify_pcpu_ptr(&(pcp1));                                             \
		__bad_size_call_parameter(pcp1);                                        \
		__pcpu_static_assert(sizeof(pcp1) == sizeof(pcp2),                      \
				     "cmpxchg_double needs two variables of one size"); \
		__pcpu_check_pair(__pcpu_address(__pcpu_local(first, id)),              \
				  __pcpu_address(&(pcp2)), sizeof(pcp1));               \
		__pcpu_pair_n(stem, id, sizeof(pcp1), *__pcpu_local(first, id), pcp2,   \
			      __VA_ARGS__);                                             \
	})

/* A variable of any type of 16 bytes, aligned to as much. */
#define __pcpu_wide(fn, id, pcp, oval, nval)                                               \
	__extension__({                                                                    \
		__typeof__(&(pcp)) __pcpu_local(first, id) = &(pcp);                       \
		uintptr_t __pcpu_local(ptr, id) = __pcpu_address(__pcpu_local(first, id)); \
		__pcpu_value_type(pcp) __pcpu_local(ret, id);                              \
		__pcpu_u128 __pcpu_local(ret_bits, id);                                    \
		__verify_pcpu_ptr(__pcpu_local(first, id));                                \
		__pcpu_check_writable(pcp);                                                \
		__pcpu_static_assert(sizeof(pcp) == 16,                                    \
				     "cmpxchg128 needs a variable of 16 bytes");           \
		__pcpu_check_pair(__pcpu_local(ptr, id), __pcpu_local(ptr, id) + 8, 8);    \
		__pcpu_local(ret_bits, id) =                                               \
			fn(__pcpu_local(ptr, id), __pcpu_to_u128(pcp, oval, id),           \
			   __pcpu_to_u128(pcp, nval, id));                                 \
		__builtin_memcpy(&__pcpu_local(ret, id), &__pcpu_local(ret_bits, id),      \
				 sizeof(__pcpu_u128));                                     \
		__pcpu_local(ret, id);                                                     \
	})

/* --- kinds: on @n bytes --- */

#define __pcpu_get_n(stem, id, n, pcp) \
	__pcpu_from_bits(pcp, __pcpu_call(stem, n, __pcpu_address(&(pcp))), id)
#define __pcpu_put_n(stem, id, n, pcp, val)                                         \
	__extension__({                                                             \
		uintptr_t __pcpu_local(ptr, id) = __pcpu_address(&(pcp));           \
		uint64_t __pcpu_local(new, id) = __pcpu_to_bits(pcp, val, id);      \
		__pcpu_check_writable(pcp);                                         \
		__pcpu_call(stem, n, __pcpu_local(ptr, id), __pcpu_local(new, id)); \
	})
#define __pcpu_swap_n(stem, id, n, pcp, val) \
	__pcpu_from_bits(pcp, __pcpu_put_n(stem, id, n, pcp, val), id)
#define __pcpu_mask_n(stem, id, n, pcp, val) \
	__pcpu_put_n(stem, id, n, pcp, __pcpu_bits_for(pcp, val))
#define __pcpu_count_n(stem, id, n, pcp, val)        \
	__extension__({                              \
		__pcpu_check_number(pcp);            \
		__pcpu_put_n(stem, id, n, pcp, val); \
	})
#define __pcpu_count_return_n(stem, id, n, pcp, val)  \
	__extension__({                               \
		__pcpu_check_number(pcp);             \
		__pcpu_swap_n(stem, id, n, pcp, val); \
	})
#define __pcpu_cas_n(stem, id, n, pcp, oval, nval)                                          \
	__extension__({                                                                     \
		uintptr_t __pcpu_local(ptr, id) = __pcpu_address(&(pcp));                   \
		uint64_t __pcpu_local(old, id) = __pcpu_to_bits(pcp, oval, id);             \
		uint64_t __pcpu_local(new, id) = __pcpu_to_bits(pcp, nval, id);             \
		__pcpu_check_writable(pcp);                                                 \
		__pcpu_from_bits(pcp,                                                       \
				 __pcpu_call(stem, n, __pcpu_local(ptr, id),                \
					     __pcpu_local(old, id), __pcpu_local(new, id)), \
				 id);                                                       \
	})
#define __pcpu_pair_n(stem, id, n, pcp1, pcp2, oval1, oval2, nval1, nval2)          \
	__extension__({                                                             \
		uintptr_t __pcpu_local(ptr, id) = __pcpu_address(&(pcp1));          \
		uint64_t __pcpu_local(old1, id) = __pcpu_to_bits(pcp1, oval1, id);  \
		uint64_t __pcpu_local(old2, id) = __pcpu_to_bits(pcp2, oval2, id);  \
		uint64_t __pcpu_local(new1, id) = __pcpu_to_bits(pcp1, nval1, id);  \
		uint64_t __pcpu_local(new2, id) = __pcpu_to_bits(pcp2, nval2, id);  \
		__pcpu_check_writable(pcp1);                                        \
		__pcpu_check_writable(pcp2);                                        \
		__pcpu_call(stem, n, __pcpu_local(ptr, id), __pcpu_local(old1, id), \
			    __pcpu_local(old2, id), __pcpu_local(new1, id),         \
			    __pcpu_local(new2, id));                                \
	})

/* One of the functions @stem_1 and so on; the compiler leaves the others out. */
#define __pcpu_call(stem, n, ...)           \
	((n) == 1   ? stem##_1(__VA_ARGS__) \
	 : (n) == 2 ? stem##_2(__VA_ARGS__) \
	 : (n) == 4 ? stem##_4(__VA_ARGS__) \
		    : stem##_8(__VA_ARGS__))

/* Between the type of a variable and the low bytes of a word, without any conversion of value. */
#define __pcpu_to_bits(pcp, val, id)                                                \
	__extension__({                                                             \
		__pcpu_value_type(pcp) __pcpu_local(in, id) =                       \
			__pcpu_cast(__pcpu_value_type(pcp), val);                   \
		uint64_t __pcpu_local(in_bits, id) = 0;                             \
		__builtin_memcpy(&__pcpu_local(in_bits, id), &__pcpu_local(in, id), \
				 sizeof(pcp) < 8 ? sizeof(pcp) : 8);                \
		__pcpu_local(in_bits, id);                                          \
	})
#define __pcpu_from_bits(pcp, bits, id)                                               \
	__extension__({                                                               \
		uint64_t __pcpu_local(out_bits, id) = (bits);                         \
		__pcpu_value_type(pcp) __pcpu_local(out, id);                         \
		__builtin_memcpy(&__pcpu_local(out, id), &__pcpu_local(out_bits, id), \
				 sizeof(pcp) < 8 ? sizeof(pcp) : 8);                  \
		__pcpu_local(out, id);                                                \
	})
#define __pcpu_to_u128(pcp, val, id)                                                \
	__extension__({                                                             \
		__pcpu_value_type(pcp) __pcpu_local(in, id) = (val);                \
		__pcpu_u128 __pcpu_local(in_bits, id);                              \
		__builtin_memcpy(&__pcpu_local(in_bits, id), &__pcpu_local(in, id), \
				 sizeof(__pcpu_u128));                              \
		__pcpu_local(in_bits, id);                                          \
	})

#endif /* PERCPU_IMPL_OPS_H */
