/* SPDX-License-Identifier: MIT */
/*
 * sequence.h - what percpu/sequence.h expands to, and the sequences of freelist.h and pool.h.
 *
 * Each kind is tried once in line (arch/.../user_sequences.h). What a restartable sequence cannot
 * do, or was aborted in, is done by the library, which holds the CPU for it (src/toolkit/
 * sequence.c); with PERCPU_UP by up/sequence.h. In the fallback tier, and in code that a sanitizer
 * is to see, that is all of them.
 */
#ifndef PERCPU_IMPL_SEQUENCE_H
#define PERCPU_IMPL_SEQUENCE_H

#include <percpu/ops.h>
#include <percpu/impl/errand.h>
#include <percpu/impl/race.h>
#include <percpu/impl/runtime.h>

#include <percpu/impl/begin.h>

/* What a sequence gives that is left without having been decided: no CPU, and no ~CPU. */
enum { __PCPU_SEQUENCE_LEFT = -0x7fffffff - 1 };

/* How one ends: the result of sequence.h, and what the kinds pop and take have found. */
struct percpu_sequence_end {
	int64_t result;
	uint64_t found;
};

__PCPU_BEGIN_DECLS

/*
 * A sequence whole, in whatever tier process and thread are. @ptr is the word that is compared and
 * committed; what @ptr2, @other and @len are says percpu/impl/errand.h, by kind.
 */
PERCPU_API struct percpu_sequence_end __percpu_sequence(unsigned int kind, uintptr_t ptr,
							uint64_t expect, uint64_t val,
							uintptr_t ptr2, uint64_t other);
PERCPU_API int __percpu_sequence_copy(unsigned int kind, uintptr_t ptr, uint64_t expect,
				      uint64_t val, uintptr_t ptr2, void *plain, size_t len);

__PCPU_END_DECLS

#ifdef __PCPU_NO_INLINE_SEQUENCE
#define __pcpu_attempt(kind, ...) __PCPU_SEQUENCE_LEFT
#else
#if defined(__x86_64__)
#include <percpu/impl/arch/x86_64/user_sequences.h>
#else
#include <percpu/impl/arch/aarch64/user_sequences.h>
#endif
#include <percpu/impl/begin.h>
#define __pcpu_attempt(kind, ...) __pcpu_attempt_##kind(__VA_ARGS__)
#endif

/* __percpu_sequence(), as it is called. */
__pcpu_always_inline struct percpu_sequence_end __pcpu_race_sequence(unsigned int kind,
								     uintptr_t ptr, uint64_t expect,
								     uint64_t val, uintptr_t ptr2,
								     uint64_t other)
{
	struct percpu_sequence_end end;

#ifndef PERCPU_UP
	__pcpu_race_begin_op(__PCPU_OP_xchg, ptr);
#endif
	end = __percpu_sequence(kind, ptr, expect, val, ptr2, other);
#ifndef PERCPU_UP
	__pcpu_race_end_op(__PCPU_OP_xchg, ptr);
#endif
	return end;
}

__pcpu_always_inline int __pcpu_sequence_store(uintptr_t ptr, uint64_t val)
{
	const int cpu = __pcpu_attempt(store, ptr, val);

	if (__pcpu_unlikely(cpu == __PCPU_SEQUENCE_LEFT))
		return (int)__pcpu_race_sequence(__PCPU_SEQUENCE_store, ptr, 0, val, ptr, 0).result;
	return cpu;
}

__pcpu_always_inline int __pcpu_sequence_add(uintptr_t ptr, uint64_t val)
{
	const int cpu = __pcpu_attempt(add, ptr, val);

	if (__pcpu_unlikely(cpu == __PCPU_SEQUENCE_LEFT))
		return (int)__pcpu_race_sequence(__PCPU_SEQUENCE_add, ptr, 0, val, ptr, 0).result;
	return cpu;
}

__pcpu_always_inline int __pcpu_sequence_cmpeq_store(uintptr_t ptr, uint64_t expect, uint64_t val)
{
	const int cpu = __pcpu_attempt(cmpeq_store, ptr, expect, val);

	if (__pcpu_unlikely(cpu == __PCPU_SEQUENCE_LEFT))
		return (int)__pcpu_race_sequence(__PCPU_SEQUENCE_cmpeq_store, ptr, expect, val, ptr,
						 0)
			.result;
	return cpu;
}

__pcpu_always_inline int __pcpu_sequence_cmpeq_cmpeq_store(uintptr_t ptr, uint64_t expect,
							   uintptr_t ptr2, uint64_t expect2,
							   uint64_t val)
{
	const int cpu = __pcpu_attempt(cmpeq_cmpeq_store, ptr, expect, ptr2, expect2, val);

	if (__pcpu_unlikely(cpu == __PCPU_SEQUENCE_LEFT))
		return (int)__pcpu_race_sequence(__PCPU_SEQUENCE_cmpeq_cmpeq_store, ptr, expect,
						 val, ptr2, expect2)
			.result;
	return cpu;
}

__pcpu_always_inline int __pcpu_sequence_cmpeq_store_store(uintptr_t ptr, uint64_t expect,
							   uintptr_t ptr2, uint64_t val2,
							   uint64_t val)
{
	const int cpu = __pcpu_attempt(cmpeq_store_store, ptr, expect, ptr2, val2, val);

	if (__pcpu_unlikely(cpu == __PCPU_SEQUENCE_LEFT))
		return (int)__pcpu_race_sequence(__PCPU_SEQUENCE_cmpeq_store_store, ptr, expect,
						 val, ptr2, val2)
			.result;
	return cpu;
}

/* __percpu_sequence_copy(), as it is called. */
__pcpu_always_inline int __pcpu_race_sequence_copy(unsigned int kind, uintptr_t ptr,
						   uint64_t expect, uint64_t val, uintptr_t ptr2,
						   void *plain, size_t len)
{
	int result;

#ifndef PERCPU_UP
	__pcpu_race_begin_op(__PCPU_OP_xchg, ptr);
#endif
	result = __percpu_sequence_copy(kind, ptr, expect, val, ptr2, plain, len);
#ifndef PERCPU_UP
	__pcpu_race_end_op(__PCPU_OP_xchg, ptr);
#endif
	return result;
}

__pcpu_always_inline int __pcpu_sequence_copy_in(uintptr_t ptr, uint64_t expect, uintptr_t to,
						 const void *from, size_t len, uint64_t val)
{
	const int cpu = __pcpu_attempt(copy_in, ptr, expect, to, (uintptr_t)from, len, val);

	if (__pcpu_unlikely(cpu == __PCPU_SEQUENCE_LEFT))
		return __pcpu_race_sequence_copy(__PCPU_SEQUENCE_copy_in, ptr, expect, val, to,
						 (void *)(uintptr_t)from, len);
	return cpu;
}

__pcpu_always_inline int __pcpu_sequence_copy_out(uintptr_t ptr, uint64_t expect, uintptr_t from,
						  void *to, size_t len, uint64_t val)
{
	const int cpu = __pcpu_attempt(copy_out, ptr, expect, from, (uintptr_t)to, len, val);

	if (__pcpu_unlikely(cpu == __PCPU_SEQUENCE_LEFT))
		return __pcpu_race_sequence_copy(__PCPU_SEQUENCE_copy_out, ptr, expect, val, from,
						 to, len);
	return cpu;
}

__pcpu_always_inline int __pcpu_sequence_pop_word(uintptr_t ptr, uint64_t expectnot,
						  uint64_t offset, uint64_t *old)
{
	struct percpu_sequence_end end;
	const int cpu = __pcpu_attempt(pop, ptr, expectnot, offset, old);

	if (__builtin_expect(cpu != __PCPU_SEQUENCE_LEFT, 1))
		return cpu;
	end = __pcpu_race_sequence(__PCPU_SEQUENCE_pop, ptr, expectnot, 0, ptr, offset);
	*old = end.found;
	return (int)end.result;
}

__pcpu_always_inline int __pcpu_sequence_link_words(uintptr_t ptr, uint64_t first, void *link)
{
	const int cpu = __pcpu_attempt(link, ptr, first, (uintptr_t)link);

	if (__pcpu_unlikely(cpu == __PCPU_SEQUENCE_LEFT))
		return (int)__pcpu_race_sequence(__PCPU_SEQUENCE_link, ptr, 0, first, ptr,
						 (uintptr_t)link)
			.result;
	return cpu;
}

__pcpu_always_inline int __pcpu_sequence_deref_add(uintptr_t ptr, uint64_t offset, uint64_t val)
{
	const int cpu = __pcpu_attempt(deref_add, ptr, offset, val);

	if (__pcpu_unlikely(cpu == __PCPU_SEQUENCE_LEFT))
		return (int)__pcpu_race_sequence(__PCPU_SEQUENCE_deref_add, ptr, 0, val, ptr,
						 offset)
			.result;
	return cpu;
}

/* Of pool.h: the last word of a stack, and one more; user_sequences.h says where they are. */
__pcpu_always_inline int __pcpu_sequence_take(uintptr_t ptr, uint64_t *found)
{
	struct percpu_sequence_end end;
	const int cpu = __pcpu_attempt(take, ptr, found);

	if (__builtin_expect(cpu != __PCPU_SEQUENCE_LEFT, 1))
		return cpu;
	end = __pcpu_race_sequence(__PCPU_SEQUENCE_take, ptr, 0, 0, ptr, 0);
	*found = end.found;
	return (int)end.result;
}

__pcpu_always_inline int __pcpu_sequence_give(uintptr_t ptr, uint64_t capacity, uint64_t val)
{
	const int cpu = __pcpu_attempt(give, ptr, capacity, val);

	if (__pcpu_unlikely(cpu == __PCPU_SEQUENCE_LEFT))
		return (int)__pcpu_race_sequence(__PCPU_SEQUENCE_give, ptr, 0, val, ptr, capacity)
			.result;
	return cpu;
}

#undef __pcpu_attempt
#include <percpu/impl/end.h>

/* --- macros --- */

#define __pcpu_check_word(pcp)      \
	__verify_pcpu_ptr(&(pcp));  \
	__pcpu_check_writable(pcp); \
	__pcpu_check_aligned(pcp);  \
	__pcpu_static_assert(sizeof(pcp) == 8, "a sequence needs a variable of 8 bytes")

#define __pcpu_sequence_put(kind, pcp, val, id)                                                 \
	__extension__({                                                                         \
		__pcpu_check_word(pcp);                                                         \
		__pcpu_sequence_##kind(__pcpu_address(&(pcp)), __pcpu_to_bits(pcp, (val), id)); \
	})

#define __pcpu_sequence_cas(pcp, expect, val, id)                                               \
	__extension__({                                                                         \
		__pcpu_check_word(pcp);                                                         \
		uint64_t __pcpu_local(expected, id) = __pcpu_to_bits(pcp, (expect), id);        \
		__pcpu_sequence_cmpeq_store(__pcpu_address(&(pcp)), __pcpu_local(expected, id), \
					    __pcpu_to_bits(pcp, (val), id));                    \
	})

#define __pcpu_sequence_two(kind, pcp, expect, pcp2, other, val, id)                       \
	__extension__({                                                                    \
		__pcpu_check_word(pcp);                                                    \
		__pcpu_check_word(pcp2);                                                   \
		uint64_t __pcpu_local(expected, id) = __pcpu_to_bits(pcp, (expect), id);   \
		uint64_t __pcpu_local(second, id) = __pcpu_to_bits(pcp2, (other), id);     \
		__pcpu_sequence_##kind(__pcpu_address(&(pcp)), __pcpu_local(expected, id), \
				       __pcpu_address(&(pcp2)), __pcpu_local(second, id),  \
				       __pcpu_to_bits(pcp, (val), id));                    \
	})

#define __pcpu_sequence_copy(kind, pcp, expect, ptr2, plain, len, val, id)                 \
	__extension__({                                                                    \
		__pcpu_check_word(pcp);                                                    \
		__verify_pcpu_ptr(ptr2);                                                   \
		uint64_t __pcpu_local(expected, id) = __pcpu_to_bits(pcp, (expect), id);   \
		__pcpu_sequence_##kind(__pcpu_address(&(pcp)), __pcpu_local(expected, id), \
				       __pcpu_address(ptr2), (plain), (len),               \
				       __pcpu_to_bits(pcp, (val), id));                    \
	})

#define __pcpu_sequence_pop(pcp, expectnot, offset, old, id)                                \
	__extension__({                                                                     \
		__pcpu_check_word(pcp);                                                     \
		__typeof__((old) + 0) __pcpu_local(at, id) = (old);                         \
		uint64_t __pcpu_local(expected, id) = __pcpu_to_bits(pcp, (expectnot), id); \
		uint64_t __pcpu_local(found, id);                                           \
		int __pcpu_local(result, id) = __pcpu_sequence_pop_word(                    \
			__pcpu_address(&(pcp)), __pcpu_local(expected, id),                 \
			__pcpu_cast(uint64_t, (offset)), &__pcpu_local(found, id));         \
		*__pcpu_local(at, id) = __pcpu_from_bits(pcp, __pcpu_local(found, id), id); \
		__pcpu_local(result, id);                                                   \
	})

#define __pcpu_sequence_link(pcp, first, link, id)                                    \
	__extension__({                                                               \
		__pcpu_check_word(pcp);                                               \
		__pcpu_static_assert(sizeof(*(link)) == 8, "a link has 8 bytes");     \
		__pcpu_sequence_link_words(__pcpu_address(&(pcp)),                    \
					   __pcpu_to_bits(pcp, (first), id), (link)); \
	})

#define __pcpu_sequence_deref(pcp, offset, val, id)                                                \
	__extension__({                                                                            \
		__pcpu_check_word(pcp);                                                            \
		__pcpu_sequence_deref_add(__pcpu_address(&(pcp)), __pcpu_cast(uint64_t, (offset)), \
					  __pcpu_cast(uint64_t, (val)));                           \
	})

#ifdef PERCPU_UP
#include <percpu/impl/up/sequence.h>
#endif

#endif /* PERCPU_IMPL_SEQUENCE_H */
