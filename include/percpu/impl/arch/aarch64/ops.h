/* SPDX-License-Identifier: MIT */
/*
 * ops.h - restartable sequences, and the accesses of pinned threads, for aarch64.
 *
 * What x86_64/ops.h says of sequences holds here too. What is different:
 *
 * The window's sign is tested on its own, and the low 32 bits of the pointer are taken by the
 * processor with each access: [window, w<ptr>, uxtw] is the whole address formula.
 *
 * There is no instruction that changes memory without being a lock (ldadd and its like are the
 * counterpart of x86's lock prefix), so an addition is load, add, and a store that commits. Between
 * the three there is no exclusive pair: what is atomic about them is that the kernel starts the
 * sequence again. A store of up to 8 bytes is one access to memory where it is aligned to its size,
 * and so no preemption comes between its halves. Of 16 bytes only an exclusive store is that.
 *
 * So inside of a section of the thread's own whatever is not one access to memory is a sequence
 * once more, as on x86-64 what loads and stores.
 *
 * A conditional branch reaches 32 KiB or 1 MiB, which is not enough to leave a function for a
 * section that lies anywhere; so the way to the slow side is a branch (of 128 MiB, and by veneers
 * of the linker farther) that is jumped over. A veneer and a procedure linkage table change x16 and
 * x17, so these are the scratch registers: nothing in them is needed behind any branch. The flags
 * are as they were after all operations but those that compare.
 */
#ifndef PERCPU_ARCH_AARCH64_OPS_H
#define PERCPU_ARCH_AARCH64_OPS_H

#ifndef PERCPU_RUNTIME_H
#error "include <percpu/percpu.h>"
#endif

__pcpu_always_inline uintptr_t __pcpu_thread_pointer(void)
{
	uintptr_t tp;

	/* not volatile: a thread's pointer never changes */
	__asm__("mrs %0, tpidr_el0" : "=r"(tp));
	return tp;
}

/* clang-format off */
/*
 * Those without a result that change what is there: with an instruction, the constants that it
 * takes, and how its operand is put where the slow side looks for it.
 */
#define __PCPU_CHANGES(define, mod, logical, ...)                                                  \
	define(add, "add", "rI", __PCPU_SEQ_PUT_ADDEND(mod), mod, __VA_ARGS__)                     \
	define(and, "and", logical, __PCPU_SEQ_PUT(mod), mod, __VA_ARGS__)                         \
	define(or, "orr", logical, __PCPU_SEQ_PUT(mod), mod, __VA_ARGS__)
/* clang-format on */

#ifndef __PCPU_NO_INLINE_SEQUENCE

#include <percpu/impl/arch/aarch64/sequence.h>

/* clang-format off */
/* The operations are defined for a family of them: how they begin, and what that takes. */
#define __PCPU_BEGIN_seq __PCPU_SEQ_BEGIN
#define __PCPU_HELD_seq(to) __PCPU_SEQ_IF_HELD(to)
#define __PCPU_OWN_seq(text, exits) __PCPU_SEQ_OWN(text, exits)
#define __PCPU_INPUTS_seq(op, n)                                                                   \
	__PCPU_SEQ_CONSTANTS, [ptr] "r"(ptr), [code] "i"(__PCPU_CODE(op, n))

/*
 * What they do in the window at x16: load, change, and a store that commits. Leaving by b.ne is
 * leaving without a commit: the copy keeps its value.
 */
#define __PCPU_CHANGE(insn, mod, sfx)                                                              \
	"ldr" sfx " " mod "17, " __PCPU_SEQ_COPY "\n\t"                                            \
	insn " " mod "17, " mod "17, %" mod "[val]\n\t"                                            \
	"str" sfx " " mod "17, " __PCPU_SEQ_COPY
#define __PCPU_ADD_RETURN(mod, sfx)                                                                \
	"ldr" sfx " %" mod "[sum], " __PCPU_SEQ_COPY "\n\t"                                        \
	"add %" mod "[sum], %" mod "[sum], %" mod "[val]\n\t"                                      \
	"str" sfx " %" mod "[sum], " __PCPU_SEQ_COPY
#define __PCPU_XCHG(mod, sfx)                                                                      \
	"ldr" sfx " %" mod "[old], " __PCPU_SEQ_COPY "\n\t"                                        \
	"str" sfx " %" mod "[val], " __PCPU_SEQ_COPY
#define __PCPU_CMPXCHG(mod, sfx, ext, away)                                                        \
	"ldr" sfx " %" mod "[old], " __PCPU_SEQ_COPY "\n\t"                                        \
	"cmp %" mod "[old], %" mod "[expect]" ext "\n\t"                                           \
	"b.ne " away "\n\t"                                                                        \
	"str" sfx " %" mod "[val], " __PCPU_SEQ_COPY

/* One of the first kind, and the others. */
#define __PCPU_DEFINE_CHANGE(op, insn, imm, put, mod, family, n, type, sfx)                        \
	__pcpu_always_inline void __pcpu_##family##_##op##_##n(uintptr_t ptr, type val)            \
	{                                                                                          \
		__pcpu_short_asm(                                                                  \
			__PCPU_BEGIN_##family                                                      \
			__PCPU_CHANGE(insn, mod, sfx)                                              \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW(__PCPU_HELD_##family(__PCPU_SEQ_TO_OWN),                   \
					put, 16, "", "2b")                                         \
			__PCPU_OWN_##family(__PCPU_CHANGE(insn, mod, sfx), "")                     \
			:                                                                          \
			: __PCPU_INPUTS_##family(__PCPU_OP_##op, n), [val] imm(val)                \
			: __PCPU_SEQ_CLOBBERS);                                                    \
	}

#define __PCPU_DEFINE_VALUES(family, n, type, sfx, mod)                                            \
	__pcpu_always_inline void __pcpu_##family##_write_##n(uintptr_t ptr, type val)             \
	{                                                                                          \
		__pcpu_short_asm(                                                                  \
			__PCPU_BEGIN_##family                                                      \
			"str" sfx " %" mod "[val], " __PCPU_SEQ_COPY                               \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW(__PCPU_HELD_##family(__PCPU_SEQ_TO_COMMIT),                \
					__PCPU_SEQ_PUT(mod), 16, "", "2b")                         \
			:                                                                          \
			: __PCPU_INPUTS_##family(__PCPU_OP_write, n), [val] "rZ"(val)              \
			: __PCPU_SEQ_CLOBBERS);                                                    \
	}                                                                                          \
	__pcpu_always_inline type __pcpu_##family##_read_##n(uintptr_t ptr)                        \
	{                                                                                          \
		type old;                                                                          \
		__pcpu_short_asm(                                                                  \
			__PCPU_BEGIN_##family                                                      \
			"ldr" sfx " %" mod "[old], " __PCPU_SEQ_COPY                               \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW(__PCPU_HELD_##family(__PCPU_SEQ_TO_COMMIT),                \
					"", 16, "ldr %x[old], [sp, #16]\n\t", "2b")                \
			: [old] "=&r"(old)                                                         \
			: __PCPU_INPUTS_##family(__PCPU_OP_read, n)                                \
			: __PCPU_SEQ_CLOBBERS);                                                    \
		return old;                                                                        \
	}                                                                                          \
	__pcpu_always_inline type __pcpu_##family##_add_return_##n(uintptr_t ptr, type val)        \
	{                                                                                          \
		type sum;                                                                          \
		__pcpu_short_asm(                                                                  \
			__PCPU_BEGIN_##family                                                      \
			__PCPU_ADD_RETURN(mod, sfx)                                                \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW(__PCPU_HELD_##family(__PCPU_SEQ_TO_OWN),                   \
					__PCPU_SEQ_PUT_ADDEND(mod), 16,                            \
					"ldr %x[sum], [sp, #16]\n\t", "2b")                        \
			__PCPU_OWN_##family(__PCPU_ADD_RETURN(mod, sfx), "")                       \
			: [sum] "=&r"(sum)                                                         \
			: __PCPU_INPUTS_##family(__PCPU_OP_add_return, n), [val] "rI"(val)         \
			: __PCPU_SEQ_CLOBBERS);                                                    \
		return sum;                                                                        \
	}                                                                                          \
	__pcpu_always_inline type __pcpu_##family##_xchg_##n(uintptr_t ptr, type val)              \
	{                                                                                          \
		type old;                                                                          \
		__pcpu_short_asm(                                                                  \
			__PCPU_BEGIN_##family                                                      \
			__PCPU_XCHG(mod, sfx)                                                      \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW(__PCPU_HELD_##family(__PCPU_SEQ_TO_OWN),                   \
					__PCPU_SEQ_PUT(mod), 16,                                   \
					"ldr %x[old], [sp, #16]\n\t", "2b")                        \
			__PCPU_OWN_##family(__PCPU_XCHG(mod, sfx), "")                             \
			: [old] "=&r"(old)                                                         \
			: __PCPU_INPUTS_##family(__PCPU_OP_xchg, n), [val] "rZ"(val)               \
			: __PCPU_SEQ_CLOBBERS);                                                    \
		return old;                                                                        \
	}

/* @ext widens the operand that is compared: what lies above a narrow one in its register is junk. */
#define __PCPU_DEFINE_CMPXCHG(family, n, type, sfx, mod, ext)                                      \
	__pcpu_always_inline type __pcpu_##family##_cmpxchg_##n(uintptr_t ptr, type expect,        \
								type val)                          \
	{                                                                                          \
		type old;                                                                          \
		__pcpu_short_asm(                                                                  \
			__PCPU_BEGIN_##family                                                      \
			__PCPU_CMPXCHG(mod, sfx, ext, "2f")                                        \
			__PCPU_SEQ_COMMIT                                                          \
			__PCPU_SEQ_SLOW(__PCPU_HELD_##family(__PCPU_SEQ_TO_OWN),                   \
					"stp %x[val], %x[expect], [sp, #16]\n\t", 16,              \
					"ldr %x[old], [sp, #24]\n\t", "2b")                        \
			__PCPU_OWN_##family(__PCPU_CMPXCHG(mod, sfx, ext, "13f"),                  \
					    __PCPU_SEQ_OWN_EXIT)                                   \
			: [old] "=&r"(old)                                                         \
			: __PCPU_INPUTS_##family(__PCPU_OP_cmpxchg, n),                            \
			  [expect] "rZ"(expect), [val] "rZ"(val)                                   \
			: __PCPU_SEQ_CLOBBERS, "cc");                                              \
		return old;                                                                        \
	}

/*
 * 16 bytes, aligned to as much. An exclusive store is one access to memory; w17 says whether it was
 * made. It is not if there was an interruption since the load, nor, for all that is known, for any
 * other reason; then the slow side counts it as an abort, and so sees to it that it ends.
 */
#define __PCPU_DEFINE_CMPXCHG_16(family)                                                           \
	__pcpu_always_inline __pcpu_u128 __pcpu_##family##_cmpxchg128(                             \
		uintptr_t ptr, __pcpu_u128 expect, __pcpu_u128 val)                                \
	{                                                                                          \
		uint64_t low, high;                                                                \
		__pcpu_short_asm(                                                                  \
			__PCPU_BEGIN_##family                                                      \
			"add x16, x16, %w[ptr], uxtw\n\t"                                          \
			"mov w17, #0\n\t"                                                          \
			"ldxp %[low], %[high], [x16]\n\t"                                          \
			"cmp %[low], %x[expect_low]\n\t"                                           \
			"ccmp %[high], %x[expect_high], #0, eq\n\t"                                \
			"b.ne 2f\n\t"                                                              \
			"stxp w17, %x[val_low], %x[val_high], [x16]"                               \
			__PCPU_SEQ_COMMIT                                                          \
			"cbz w17, 8f\n\t"                                                          \
			"b 15f\n"                                                                  \
			"8:\n\t"                                                                   \
			__PCPU_SEQ_SLOW(__PCPU_HELD_##family(__PCPU_SEQ_TO_COMMIT),                \
					"stp %x[val_high], %x[val_low], [sp, #16]\n\t"             \
					"stp %x[expect_high], %x[expect_low], [sp, #32]\n\t", 32,  \
					"ldp %[high], %[low], [sp, #32]\n\t", "8b")                \
			: [low] "=&r"(low), [high] "=&r"(high)                                     \
			: __PCPU_INPUTS_##family(__PCPU_OP_cmpxchg, 16),                           \
			  [expect_low] "rZ"((uint64_t)expect),                                     \
			  [expect_high] "rZ"((uint64_t)(expect >> 64)),                            \
			  [val_low] "rZ"((uint64_t)val), [val_high] "rZ"((uint64_t)(val >> 64))    \
			: __PCPU_SEQ_CLOBBERS, "cc");                                              \
		return low | (__pcpu_u128)high << 64;                                              \
	}

#define __PCPU_DEFINE_SIZE(family, n, type, sfx, mod, ext, logical)                                \
	__PCPU_CHANGES(__PCPU_DEFINE_CHANGE, mod, logical, family, n, type, sfx)                   \
	__PCPU_DEFINE_VALUES(family, n, type, sfx, mod)                                            \
	__PCPU_DEFINE_CMPXCHG(family, n, type, sfx, mod, ext)
#define __PCPU_DEFINE_FAMILY(family)                                                               \
	__PCPU_DEFINE_SIZE(family, 1, uint8_t, "b", "w", ", uxtb", "rK")                           \
	__PCPU_DEFINE_SIZE(family, 2, uint16_t, "h", "w", ", uxth", "rK")                          \
	__PCPU_DEFINE_SIZE(family, 4, uint32_t, "", "w", "", "rK")                                 \
	__PCPU_DEFINE_SIZE(family, 8, uint64_t, "", "x", "", "rL")                                 \
	__PCPU_DEFINE_CMPXCHG_16(family)

__PCPU_DEFINE_FAMILY(seq)

/*
 * percpu_counter's addition (counter.h, which says what a part is): adds @change to the part that
 * @ptr leads to, if that and @bias are not above @range then, unsigned. False: it has not, for that
 * or for any other reason.
 */
__pcpu_always_inline bool __pcpu_seq_part_add(uintptr_t ptr, int64_t change, int64_t bias,
					      int64_t range)
{
	int64_t part;
	int not_added;

	__pcpu_short_asm(
		__PCPU_SEQ_BEGIN
		"ldrsw %[part], " __PCPU_SEQ_COPY "\n\t"
		"mov %w[not_added], #1\n\t"
		"add x17, %[part], %[bias]\n\t"
		"cmp x17, %[range]\n\t"
		"b.hi 2f\n\t"
		"add %[part], %[part], %[change]\n\t"
		"mov %w[not_added], #0\n\t"
		"str %w[part], " __PCPU_SEQ_COPY
		__PCPU_SEQ_COMMIT
		__PCPU_SEQ_ABORT
		"mov %w[not_added], #1\n\t"
		"b 2b\n\t"
		".popsection"
		: [part] "=&r"(part), [not_added] "=&r"(not_added)
		: __PCPU_SEQ_CONSTANTS, [ptr] "r"(ptr), [change] "rI"(change),
		  [bias] "rI"((int64_t)((uint64_t)change + (uint64_t)bias)), [range] "rI"(range)
		: __PCPU_SEQ_CLOBBERS, "cc");
	return !not_added;
}

/*
 * For a split count (split_count.h): adds @change to the part that @ptr leads to, if *@word is
 * @split. False: it has not, for that or for any other reason. Both in one sequence: so who has
 * changed the word and had all sequences aborted knows that nothing is added any more. The load of
 * the word acquires: the part is not read before it, nor anything behind the sequence.
 */
__pcpu_always_inline bool __pcpu_seq_add_if(uintptr_t ptr, const uint32_t *word, uint32_t split,
					    int64_t change)
{
	int64_t part;
	int not_added;

	__pcpu_short_asm(
		__PCPU_SEQ_BEGIN
		"mov %w[not_added], #1\n\t"
		"ldar w17, [%[word]]\n\t"
		"cmp w17, %w[split]\n\t"
		"b.ne 2f\n\t"
		"ldr %[part], " __PCPU_SEQ_COPY "\n\t"
		"add %[part], %[part], %[change]\n\t"
		"mov %w[not_added], #0\n\t"
		"str %[part], " __PCPU_SEQ_COPY
		__PCPU_SEQ_COMMIT
		__PCPU_SEQ_ABORT
		"mov %w[not_added], #1\n\t"
		"b 2b\n\t"
		".popsection"
		: [part] "=&r"(part), [not_added] "=&r"(not_added)
		: __PCPU_SEQ_CONSTANTS, [ptr] "r"(ptr), [word] "r"(word), [split] "r"(split),
		  [change] "rI"(change)
		: __PCPU_SEQ_CLOBBERS, "cc");
	return !not_added;
}

/*
 * Takes the CPU that the thread runs on, and returns its window; negative: not now. In either case
 * self->cpu has been changed. The commit is the store that lets nobody else in, and with it the
 * thread knows which CPU it holds: there is no instruction between the two for a signal's handler
 * to see. The load of the window acquires: what the last holder has written, if need be on another
 * CPU, is there.
 */
__pcpu_always_inline intptr_t __pcpu_seq_hold(struct percpu_self *self)
{
	intptr_t base;

	__pcpu_short_asm(
		__PCPU_SEQ_DESCRIPTOR("4f")
		__PCPU_SEQ_PUBLISH
		"ldrsw x16, [%[index]]\n\t"
		"str w16, [%[self]]\n\t"
		"add x16, %[entries], x16, lsl #" __pcpu_stringify(__PCPU_ENTRY_SHIFT) "\n\t"
		"ldar %[base], [x16]\n\t"
		"tbnz %[base], #63, 2f\n\t"
		"str %[word], [x16]"
		__PCPU_SEQ_COMMIT
		__PCPU_SEQ_ABORT
		"mov %[base], #-1\n\t"
		"b 2b\n\t"
		".popsection"
		: [base] "=&r"(base)
		: __PCPU_SEQ_CONSTANTS, [self] "r"(&self->cpu),
		  [word] "r"(*(volatile intptr_t *)&self->word)
		: __PCPU_SEQ_CLOBBERS);
	return base;
}
/* clang-format on */

#endif /* __PCPU_NO_INLINE_SEQUENCE */

/*
 * A pinned thread's access. The window of its CPU is in its percpu_self; in a thread that is not
 * pinned, something that makes of every pointer an address that no program can have.
 */
__pcpu_always_inline uintptr_t __pcpu_pinned_window(void)
{
#ifdef PERCPU_UP
	return 0;
#else
	uintptr_t self = __pcpu_thread_pointer() + (uintptr_t)__percpu_rt.self_offset;

	return ((const struct percpu_self *)self)->pinned_window;
#endif
}

#if !defined(__PCPU_NO_INLINE_SEQUENCE) && !defined(__ARM_FEATURE_ATOMICS)

/*
 * For any processor: the same sequences, but that there is nothing to look up. If they are aborted,
 * the same slow side sees to it that they end.
 */
/* clang-format off */
#define __PCPU_BEGIN_direct                                                                        \
	__PCPU_SEQ_DESCRIPTOR("4f")                                                                \
	"5:\n\t"                                                                                   \
	__PCPU_SEQ_PUBLISH                                                                         \
	"mov x16, %[window]\n\t"
#define __PCPU_HELD_direct(to) "15:\n\t"
#define __PCPU_OWN_direct(text, exits) ""
#define __PCPU_INPUTS_direct(op, n)                                                                \
	[rseq] "r"(__pcpu_thread_pointer() + (uintptr_t)__percpu_rt.rseq_offset),                  \
		[window] "r"(__pcpu_pinned_window()), [ptr] "r"(ptr),                              \
		[code] "i"(__PCPU_CODE(op, n))

__PCPU_DEFINE_FAMILY(direct)
/* clang-format on */

#else

/*
 * With the instructions that change memory (or for code that a sanitizer is to see): one of them.
 */
#define __PCPU_PINNED_COPY(n) \
	((__pcpu_pinned_copy_##n *)(__pcpu_pinned_window() + __pcpu_low32(ptr)))
#define __PCPU_PINNED_BARRIER() __asm__ volatile("" : : : "memory")
#define __PCPU_DEFINE_PINNED_CHANGE(op, insn, imm, put, mod, n, type)               \
	__pcpu_always_inline void __pcpu_direct_##op##_##n(uintptr_t ptr, type val) \
	{                                                                           \
		__atomic_fetch_##op(__PCPU_PINNED_COPY(n), val, __ATOMIC_RELAXED);  \
		__PCPU_PINNED_BARRIER();                                            \
	}
#define __PCPU_DEFINE_PINNED(n, type)                                                             \
	typedef type __attribute__((__may_alias__)) __pcpu_pinned_copy_##n;                       \
	__pcpu_always_inline type __pcpu_direct_read_##n(uintptr_t ptr)                           \
	{                                                                                         \
		__PCPU_PINNED_BARRIER();                                                          \
		return __atomic_load_n(__PCPU_PINNED_COPY(n), __ATOMIC_RELAXED);                  \
	}                                                                                         \
	__pcpu_always_inline void __pcpu_direct_write_##n(uintptr_t ptr, type val)                \
	{                                                                                         \
		__atomic_store_n(__PCPU_PINNED_COPY(n), val, __ATOMIC_RELAXED);                   \
		__PCPU_PINNED_BARRIER();                                                          \
	}                                                                                         \
	__PCPU_CHANGES(__PCPU_DEFINE_PINNED_CHANGE, , , n, type)                                  \
	__pcpu_always_inline type __pcpu_direct_add_return_##n(uintptr_t ptr, type val)           \
	{                                                                                         \
		type sum = __atomic_add_fetch(__PCPU_PINNED_COPY(n), val, __ATOMIC_RELAXED);      \
                                                                                                  \
		__PCPU_PINNED_BARRIER();                                                          \
		return sum;                                                                       \
	}                                                                                         \
	__pcpu_always_inline type __pcpu_direct_xchg_##n(uintptr_t ptr, type val)                 \
	{                                                                                         \
		type old = __atomic_exchange_n(__PCPU_PINNED_COPY(n), val, __ATOMIC_RELAXED);     \
                                                                                                  \
		__PCPU_PINNED_BARRIER();                                                          \
		return old;                                                                       \
	}                                                                                         \
	__pcpu_always_inline type __pcpu_direct_cmpxchg_##n(uintptr_t ptr, type expect, type val) \
	{                                                                                         \
		__atomic_compare_exchange_n(__PCPU_PINNED_COPY(n), &expect, val, false,           \
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED);                  \
		__PCPU_PINNED_BARRIER();                                                          \
		return expect;                                                                    \
	}
__PCPU_DEFINE_PINNED(1, uint8_t)
__PCPU_DEFINE_PINNED(2, uint16_t)
__PCPU_DEFINE_PINNED(4, uint32_t)
__PCPU_DEFINE_PINNED(8, uint64_t)

__pcpu_always_inline __pcpu_u128 __pcpu_direct_cmpxchg128(uintptr_t ptr, __pcpu_u128 expect,
							  __pcpu_u128 val)
{
	uintptr_t copy = __pcpu_pinned_window() + __pcpu_low32(ptr);
#ifdef __ARM_FEATURE_ATOMICS
	/* the instruction wants pairs of neighbours; clang 14 cannot make it of the builtin */
	register uint64_t low __asm__("x0") = (uint64_t)expect;
	register uint64_t high __asm__("x1") = (uint64_t)(expect >> 64);
	register uint64_t val_low __asm__("x2") = (uint64_t)val;
	register uint64_t val_high __asm__("x3") = (uint64_t)(val >> 64);

	__asm__ volatile("casp %[low], %[high], %[val_low], %[val_high], [%[copy]]"
			 : [low] "+r"(low), [high] "+r"(high)
			 : [val_low] "r"(val_low), [val_high] "r"(val_high), [copy] "r"(copy)
			 : "memory");
	return low | (__pcpu_u128)high << 64;
#else
	typedef __pcpu_u128 __attribute__((__may_alias__)) copy_type;

	return __sync_val_compare_and_swap((copy_type *)copy, expect, val);
#endif
}

#endif

#undef __PCPU_CHANGES
#undef __PCPU_BEGIN_seq
#undef __PCPU_HELD_seq
#undef __PCPU_OWN_seq
#undef __PCPU_CHANGE
#undef __PCPU_ADD_RETURN
#undef __PCPU_XCHG
#undef __PCPU_CMPXCHG
#undef __PCPU_INPUTS_seq
#undef __PCPU_DEFINE_CHANGE
#undef __PCPU_DEFINE_VALUES
#undef __PCPU_DEFINE_CMPXCHG
#undef __PCPU_DEFINE_CMPXCHG_16
#undef __PCPU_DEFINE_SIZE
#undef __PCPU_DEFINE_FAMILY
#undef __PCPU_BEGIN_direct
#undef __PCPU_HELD_direct
#undef __PCPU_OWN_direct
#undef __PCPU_INPUTS_direct
#undef __PCPU_PINNED_COPY
#undef __PCPU_PINNED_BARRIER
#undef __PCPU_DEFINE_PINNED_CHANGE
#undef __PCPU_DEFINE_PINNED
#include <percpu/impl/arch/aarch64/sequence_end.h>

#endif /* PERCPU_ARCH_AARCH64_OPS_H */
