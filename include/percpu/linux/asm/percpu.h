/* SPDX-License-Identifier: MIT */
/*
 * percpu.h - this_cpu_X() as kernel code counts on it, and operations that are named by size.
 *
 * Where this CPU is fixed for a thread, inside of a section (preempt_disable(), local_irq_save()
 * ...) or behind migrate_disable(), kernel code takes it that this_cpu_inc() and the this_cpu_dec()
 * behind it are on one copy. The library's own this_cpu_X() are quicker: a thread that has been
 * moved to another CPU meanwhile counts there, and only the sum is right. So here they ask first:
 * where this CPU is fixed they are done on its copy, inside of a section, and by a locked
 * instruction, for a handler of a signal may come in between. (Of 16 bytes by loads and stores:
 * what such handlers compare there is their own.) Where nothing is fixed they are the library's,
 * after one load and a branch.
 */
#ifndef PERCPU_LINUX_ASM_PERCPU_H
#define PERCPU_LINUX_ASM_PERCPU_H

#include <linux/percpu-defs.h>

#if !defined(PERCPU_UP) && !defined(PERCPU_PINNED)

#include <percpu/impl/operations.h>
#include <percpu/impl/begin.h>

/* Whether this CPU is fixed for the calling thread, wherever it runs. */
__pcpu_always_inline bool __pcpu_cpu_is_fixed(void)
{
	return __pcpu_unlikely(*(volatile int *)&__pcpu_self()->cpu >= 0);
}

#define __pcpu_rare static __attribute__((__noinline__, __cold__, __unused__))

#define __PCPU_DEFINE_GET(op, n, type)                                        \
	__pcpu_always_inline uint64_t __pcpu_kernel_##op##_##n(uintptr_t ptr) \
	{                                                                     \
		return __pcpu_cpu_is_fixed() ? __pcpu_raw_##op##_##n(ptr)     \
					     : __pcpu_this_##op##_##n(ptr);   \
	}
#define __PCPU_DEFINE_PUT(op, n, type, plain, locked)                                   \
	__pcpu_rare void __pcpu_fixed_##op##_##n(uintptr_t ptr, type val)               \
	{                                                                               \
		__pcpu_copy_##n *copy;                                                  \
                                                                                        \
		(void)__pcpu_hold();                                                    \
		copy = __pcpu_this_copy_##n(ptr);                                       \
		(void)(locked);                                                         \
		__pcpu_release();                                                       \
	}                                                                               \
	__pcpu_always_inline void __pcpu_kernel_##op##_##n(uintptr_t ptr, uint64_t val) \
	{                                                                               \
		if (__pcpu_cpu_is_fixed())                                              \
			__pcpu_fixed_##op##_##n(ptr, (type)val);                        \
		else                                                                    \
			__pcpu_this_##op##_##n(ptr, val);                               \
	}
#define __PCPU_DEFINE_SWAP(op, n, type, plain, locked)                                      \
	__pcpu_rare type __pcpu_fixed_##op##_##n(uintptr_t ptr, type val)                   \
	{                                                                                   \
		type result;                                                                \
                                                                                            \
		(void)__pcpu_hold();                                                        \
		__pcpu_copy_##n *copy = __pcpu_this_copy_##n(ptr);                          \
		result = (locked);                                                          \
		__pcpu_release();                                                           \
		return result;                                                              \
	}                                                                                   \
	__pcpu_always_inline uint64_t __pcpu_kernel_##op##_##n(uintptr_t ptr, uint64_t val) \
	{                                                                                   \
		return __pcpu_cpu_is_fixed() ? __pcpu_fixed_##op##_##n(ptr, (type)val)      \
					     : __pcpu_this_##op##_##n(ptr, val);            \
	}
#define __PCPU_DEFINE_CAS(op, n, type)                                                         \
	__pcpu_rare type __pcpu_fixed_##op##_##n(uintptr_t ptr, type expect, type val)         \
	{                                                                                      \
		(void)__pcpu_hold();                                                           \
		__atomic_compare_exchange_n(__pcpu_this_copy_##n(ptr), &expect, val, false,    \
					    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);               \
		__pcpu_release();                                                              \
		return expect;                                                                 \
	}                                                                                      \
	__pcpu_always_inline uint64_t __pcpu_kernel_##op##_##n(uintptr_t ptr, uint64_t expect, \
							       uint64_t val)                   \
	{                                                                                      \
		return __pcpu_cpu_is_fixed()                                                   \
			       ? __pcpu_fixed_##op##_##n(ptr, (type)expect, (type)val)         \
			       : __pcpu_this_##op##_##n(ptr, expect, val);                     \
	}
#define __PCPU_DEFINE_OPS(n, type)                                                  \
	__PCPU_OPERATIONS(__PCPU_DEFINE_GET, __PCPU_DEFINE_PUT, __PCPU_DEFINE_SWAP, \
			  __PCPU_DEFINE_CAS, n, type)

__PCPU_DEFINE_OPS(1, uint8_t)
__PCPU_DEFINE_OPS(2, uint16_t)
__PCPU_DEFINE_OPS(4, uint32_t)
__PCPU_DEFINE_OPS(8, uint64_t)

__pcpu_rare __pcpu_u128 __pcpu_fixed_cmpxchg128(uintptr_t ptr, __pcpu_u128 expect, __pcpu_u128 val)
{
	__pcpu_u128 old;

	(void)__pcpu_hold();
	old = __pcpu_raw_cmpxchg128(ptr, expect, val);
	__pcpu_release();
	return old;
}

__pcpu_always_inline __pcpu_u128 __pcpu_kernel_cmpxchg128(uintptr_t ptr, __pcpu_u128 expect,
							  __pcpu_u128 val)
{
	return __pcpu_cpu_is_fixed() ? __pcpu_fixed_cmpxchg128(ptr, expect, val)
				     : __pcpu_this_cmpxchg128(ptr, expect, val);
}

/* A pair is one word of twice the size, as in percpu/impl/ops.h. */
#define __PCPU_DEFINE_PAIR(n, wide, type)                                                        \
	__pcpu_always_inline bool __pcpu_kernel_cmpxchg_double_##n(                              \
		uintptr_t ptr, uint64_t expect1, uint64_t expect2, uint64_t val1, uint64_t val2) \
	{                                                                                        \
		type expect = (type)(expect1 | (type)expect2 << (8 * (n)));                      \
                                                                                                 \
		return __pcpu_kernel_##wide(ptr, expect,                                         \
					    (type)(val1 | (type)val2 << (8 * (n)))) == expect;   \
	}
__PCPU_DEFINE_PAIR(1, cmpxchg_2, uint64_t)
__PCPU_DEFINE_PAIR(2, cmpxchg_4, uint64_t)
__PCPU_DEFINE_PAIR(4, cmpxchg_8, uint64_t)
__PCPU_DEFINE_PAIR(8, cmpxchg128, __pcpu_u128)

#undef __pcpu_rare
#undef __PCPU_DEFINE_GET
#undef __PCPU_DEFINE_PUT
#undef __PCPU_DEFINE_SWAP
#undef __PCPU_DEFINE_CAS
#undef __PCPU_DEFINE_OPS
#undef __PCPU_DEFINE_PAIR
#undef __PCPU_OPERATIONS
#include <percpu/impl/end.h>

/* From here on this_cpu_X() is of this family. */
#undef __pcpu_this
#define __pcpu_this(kind, op, ...) __pcpu_##kind(__pcpu_kernel_##op, __COUNTER__, __VA_ARGS__)
#undef __PCPU_THIS
#define __PCPU_THIS(op) __pcpu_kernel_##op

#endif

/* --- by size --- */

/* @operation, of a variable of @n bytes. */
#define __pcpu_of_size(n, pcp, operation)                                                        \
	__extension__({                                                                          \
		__pcpu_static_assert(sizeof(pcp) == (n), "a variable of " #n " bytes is meant"); \
		operation;                                                                       \
	})

/** this_cpu_try_cmpxchg_1() and its like - the general form, of variables of one size. */
#define this_cpu_try_cmpxchg_1(pcp, ovalp, nval) \
	__pcpu_of_size(1, pcp, this_cpu_try_cmpxchg(pcp, ovalp, nval))
#define this_cpu_try_cmpxchg_2(pcp, ovalp, nval) \
	__pcpu_of_size(2, pcp, this_cpu_try_cmpxchg(pcp, ovalp, nval))
#define this_cpu_try_cmpxchg_4(pcp, ovalp, nval) \
	__pcpu_of_size(4, pcp, this_cpu_try_cmpxchg(pcp, ovalp, nval))
#define this_cpu_try_cmpxchg_8(pcp, ovalp, nval) \
	__pcpu_of_size(8, pcp, this_cpu_try_cmpxchg(pcp, ovalp, nval))
#define raw_cpu_try_cmpxchg_1(pcp, ovalp, nval) \
	__pcpu_of_size(1, pcp, raw_cpu_try_cmpxchg(pcp, ovalp, nval))
#define raw_cpu_try_cmpxchg_2(pcp, ovalp, nval) \
	__pcpu_of_size(2, pcp, raw_cpu_try_cmpxchg(pcp, ovalp, nval))
#define raw_cpu_try_cmpxchg_4(pcp, ovalp, nval) \
	__pcpu_of_size(4, pcp, raw_cpu_try_cmpxchg(pcp, ovalp, nval))
#define raw_cpu_try_cmpxchg_8(pcp, ovalp, nval) \
	__pcpu_of_size(8, pcp, raw_cpu_try_cmpxchg(pcp, ovalp, nval))

/** this_cpu_cmpxchg64() and its like - of 8 bytes. */
#define this_cpu_cmpxchg64(pcp, oval, nval) \
	__pcpu_of_size(8, pcp, this_cpu_cmpxchg(pcp, oval, nval))
#define raw_cpu_cmpxchg64(pcp, oval, nval) __pcpu_of_size(8, pcp, raw_cpu_cmpxchg(pcp, oval, nval))
#define this_cpu_try_cmpxchg64(pcp, ovalp, nval) this_cpu_try_cmpxchg_8(pcp, ovalp, nval)
#define raw_cpu_try_cmpxchg64(pcp, ovalp, nval) raw_cpu_try_cmpxchg_8(pcp, ovalp, nval)

/** this_cpu_try_cmpxchg128() - of any 16 bytes: whether it has stored; else *@ovalp is what is. */
#define __pcpu_try_wide(cmpxchg128, pcp, ovalp, nval, id)                            \
	__extension__({                                                              \
		__typeof__((ovalp) + 0) __pcpu_local(at, id) = (ovalp);              \
		const __pcpu_value_type(pcp) __pcpu_local(seen, id) =                \
			cmpxchg128(pcp, *__pcpu_local(at, id), nval);                \
		const bool __pcpu_local(stored, id) = !__builtin_memcmp(             \
			&__pcpu_local(seen, id), __pcpu_local(at, id), sizeof(pcp)); \
		if (!__pcpu_local(stored, id))                                       \
			*__pcpu_local(at, id) = __pcpu_local(seen, id);              \
		__pcpu_local(stored, id);                                            \
	})
#define this_cpu_try_cmpxchg128(pcp, ovalp, nval) \
	__pcpu_try_wide(this_cpu_cmpxchg128, pcp, ovalp, nval, __COUNTER__)
#define raw_cpu_try_cmpxchg128(pcp, ovalp, nval) \
	__pcpu_try_wide(raw_cpu_cmpxchg128, pcp, ovalp, nval, __COUNTER__)

/** this_cpu_read_stable(), this_cpu_read_const() - of what no other CPU has otherwise. */
#define this_cpu_read_stable(pcp) this_cpu_read(pcp)
#define this_cpu_read_const(pcp) this_cpu_read(pcp)

/** raw_cpu_read_long() and its like - of 8 bytes. */
#define raw_cpu_read_long(pcp) __pcpu_of_size(8, pcp, raw_cpu_read(pcp))
#define raw_cpu_write_long(pcp, val) __pcpu_of_size(8, pcp, raw_cpu_write(pcp, val))

#endif /* PERCPU_LINUX_ASM_PERCPU_H */
