/* SPDX-License-Identifier: MIT */
/*
 * user_sequences.h - the sequences of percpu/sequence.h, freelist.h and pool.h, for aarch64.
 *
 * What x86_64/user_sequences.h says of them holds here too. x16 is the window and then the word's
 * address, x17 a scratch register. The commit is one store, a release; a conditional branch stays
 * near, so who leaves without a commit goes over what is behind it.
 *
 * For impl/sequence.h, which comes before it.
 */
#ifndef PERCPU_ARCH_AARCH64_USER_SEQUENCES_H
#define PERCPU_ARCH_AARCH64_USER_SEQUENCES_H

#include <percpu/impl/arch/aarch64/sequence.h>

/* clang-format off */
#define __PCPU_USER_BEGIN                                                                          \
	__PCPU_SEQ_DESCRIPTOR("4f")                                                                \
	__PCPU_SEQ_PUBLISH                                                                         \
	"ldrsw %x[cpu], [%[index]]\n\t"                                                            \
	"add x16, %[entries], %x[cpu], lsl #" __pcpu_stringify(__PCPU_ENTRY_SHIFT) "\n\t"          \
	"ldr x16, [x16]\n\t"                                                                       \
	"tbz x16, #63, 6f\n\t"                                                                     \
	"b 4f\n"                                                                                   \
	"6:\n\t"
#define __PCPU_USER_WORD "add x16, x16, %w[ptr], uxtw\n\t"
/* Goes on if the condition holds. */
#define __PCPU_USER_GO_ON(branch)                                                                  \
	branch " 9f\n\t"                                                                           \
	"mvn %w[cpu], %w[cpu]\n\t"                                                                 \
	"b 2f\n"                                                                                   \
	"9:\n\t"
#define __PCPU_USER_CMPEQ                                                                          \
	"ldr x17, [x16]\n\t"                                                                       \
	"cmp x17, %x[expect]\n\t"                                                                  \
	__PCPU_USER_GO_ON("b.eq")
#define __PCPU_USER_END                                                                            \
	__PCPU_SEQ_COMMIT                                                                          \
	__PCPU_SEQ_ABORT                                                                           \
	"mov %w[cpu], #0x80000000\n\t"                                                             \
	"b 2b\n\t"                                                                                 \
	".popsection"
#define __PCPU_USER_INPUTS __PCPU_SEQ_CONSTANTS, [ptr] "r"(ptr)
#define __PCPU_USER_CLOBBERS __PCPU_SEQ_CLOBBERS, "cc"

__pcpu_always_inline int __pcpu_attempt_store(uintptr_t ptr, uint64_t val)
{
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN
		__PCPU_USER_WORD
		"stlr %x[val], [x16]"
		__PCPU_USER_END
		: [cpu] "=&r"(cpu)
		: __PCPU_USER_INPUTS, [val] "rZ"(val)
		: __PCPU_USER_CLOBBERS);
	return cpu;
}

__pcpu_always_inline int __pcpu_attempt_add(uintptr_t ptr, uint64_t val)
{
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN
		__PCPU_USER_WORD
		"ldr x17, [x16]\n\t"
		"add x17, x17, %x[val]\n\t"
		"stlr x17, [x16]"
		__PCPU_USER_END
		: [cpu] "=&r"(cpu)
		: __PCPU_USER_INPUTS, [val] "rI"(val)
		: __PCPU_USER_CLOBBERS);
	return cpu;
}

__pcpu_always_inline int __pcpu_attempt_cmpeq_store(uintptr_t ptr, uint64_t expect, uint64_t val)
{
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN
		__PCPU_USER_WORD
		__PCPU_USER_CMPEQ
		"stlr %x[val], [x16]"
		__PCPU_USER_END
		: [cpu] "=&r"(cpu)
		: __PCPU_USER_INPUTS, [expect] "rZ"(expect), [val] "rZ"(val)
		: __PCPU_USER_CLOBBERS);
	return cpu;
}

/* @at is the second pointer, then the address of its copy. */
__pcpu_always_inline int __pcpu_attempt_cmpeq_cmpeq_store(uintptr_t ptr, uint64_t expect,
						      uintptr_t ptr2, uint64_t expect2,
						      uint64_t val)
{
	uintptr_t at = ptr2;
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN
		"add %x[at], x16, %w[at], uxtw\n\t"
		__PCPU_USER_WORD
		"ldr x17, [x16]\n\t"
		"ldr %x[at], [%x[at]]\n\t"
		"cmp x17, %x[expect]\n\t"
		"ccmp %x[at], %x[expect2], #0, eq\n\t"
		__PCPU_USER_GO_ON("b.eq")
		"stlr %x[val], [x16]"
		__PCPU_USER_END
		: [cpu] "=&r"(cpu), [at] "+&r"(at)
		: __PCPU_USER_INPUTS, [expect] "rZ"(expect), [expect2] "rZ"(expect2),
		  [val] "rZ"(val)
		: __PCPU_USER_CLOBBERS);
	return cpu;
}

__pcpu_always_inline int __pcpu_attempt_cmpeq_store_store(uintptr_t ptr, uint64_t expect,
						      uintptr_t ptr2, uint64_t val2, uint64_t val)
{
	uintptr_t at = ptr2;
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN
		"add %x[at], x16, %w[at], uxtw\n\t"
		__PCPU_USER_WORD
		__PCPU_USER_CMPEQ
		"str %x[val2], [%x[at]]\n\t"
		"stlr %x[val], [x16]"
		__PCPU_USER_END
		: [cpu] "=&r"(cpu), [at] "+&r"(at)
		: __PCPU_USER_INPUTS, [expect] "rZ"(expect), [val2] "rZ"(val2), [val] "rZ"(val)
		: __PCPU_USER_CLOBBERS);
	return cpu;
}

/* By words, then what is left by bytes; @mine is the side that belongs to the CPU. */
#define __PCPU_DEFINE_USER_COPY(name, from, to)                                                    \
__pcpu_always_inline int __pcpu_attempt_##name(uintptr_t ptr, uint64_t expect, uintptr_t ptr2,         \
					   uintptr_t plain, size_t len, uint64_t val)              \
{                                                                                                  \
	uintptr_t copy = ptr2;                                                                     \
	int cpu;                                                                                   \
                                                                                                   \
	__pcpu_short_asm(                                                                          \
		__PCPU_USER_BEGIN                                                                  \
		"add %x[copy], x16, %w[copy], uxtw\n\t"                                            \
		__PCPU_USER_WORD                                                                   \
		__PCPU_USER_CMPEQ                                                                  \
		"b 8f\n"                                                                           \
		"7:\n\t"                                                                           \
		"ldr x17, [%x[" from "]], #8\n\t"                                                  \
		"str x17, [%x[" to "]], #8\n"                                                      \
		"8:\n\t"                                                                           \
		"subs %x[len], %x[len], #8\n\t"                                                    \
		"b.hs 7b\n\t"                                                                      \
		"adds %x[len], %x[len], #8\n\t"                                                    \
		"b.eq 12f\n"                                                                       \
		"11:\n\t"                                                                          \
		"ldrb w17, [%x[" from "]], #1\n\t"                                                 \
		"strb w17, [%x[" to "]], #1\n\t"                                                   \
		"subs %x[len], %x[len], #1\n\t"                                                    \
		"b.ne 11b\n"                                                                       \
		"12:\n\t"                                                                          \
		"stlr %x[val], [x16]"                                                              \
		__PCPU_USER_END                                                                    \
		: [cpu] "=&r"(cpu), [copy] "+&r"(copy), [plain] "+&r"(plain), [len] "+&r"(len)     \
		: __PCPU_USER_INPUTS, [expect] "rZ"(expect), [val] "rZ"(val)                       \
		: __PCPU_USER_CLOBBERS);                                                           \
	return cpu;                                                                                \
}
__PCPU_DEFINE_USER_COPY(copy_in, "plain", "copy")
__PCPU_DEFINE_USER_COPY(copy_out, "copy", "plain")

__pcpu_always_inline int __pcpu_attempt_pop(uintptr_t ptr, uint64_t expectnot, uint64_t offset,
					uint64_t *old)
{
	uint64_t found;
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN
		__PCPU_USER_WORD
		"ldr %x[found], [x16]\n\t"
		"cmp %x[found], %x[expectnot]\n\t"
		__PCPU_USER_GO_ON("b.ne")
		"ldr x17, [%x[found], %x[offset]]\n\t"
		"stlr x17, [x16]"
		__PCPU_USER_END
		: [cpu] "=&r"(cpu), [found] "=&r"(found)
		: __PCPU_USER_INPUTS, [expectnot] "rZ"(expectnot), [offset] "r"(offset)
		: __PCPU_USER_CLOBBERS);
	*old = found;
	return cpu;
}

__pcpu_always_inline int __pcpu_attempt_link(uintptr_t ptr, uint64_t first, uintptr_t link)
{
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN
		__PCPU_USER_WORD
		"ldr x17, [x16]\n\t"
		"str x17, [%x[link]]\n\t"
		"stlr %x[first], [x16]"
		__PCPU_USER_END
		: [cpu] "=&r"(cpu)
		: __PCPU_USER_INPUTS, [first] "rZ"(first), [link] "r"(link)
		: __PCPU_USER_CLOBBERS);
	return cpu;
}

__pcpu_always_inline int __pcpu_attempt_deref_add(uintptr_t ptr, uint64_t offset, uint64_t val)
{
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN
		__PCPU_USER_WORD
		"ldr x17, [x16]\n\t"
		"ldr x16, [x17, %x[offset]]\n\t"
		"ldr x17, [x16]\n\t"
		"add x17, x17, %x[val]\n\t"
		"stlr x17, [x16]"
		__PCPU_USER_END
		: [cpu] "=&r"(cpu)
		: __PCPU_USER_INPUTS, [offset] "r"(offset), [val] "rI"(val)
		: __PCPU_USER_CLOBBERS);
	return cpu;
}

/*
 * A stack of words: their number, and behind it the words. With n of them the last one is n words
 * from the number.
 */
__pcpu_always_inline int __pcpu_attempt_take(uintptr_t ptr, uint64_t *found)
{
	uint64_t taken;
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN
		__PCPU_USER_WORD
		"ldr x17, [x16]\n\t"
		"cmp x17, #0\n\t"
		__PCPU_USER_GO_ON("b.ne")
		"ldr %x[taken], [x16, x17, lsl #3]\n\t"
		"sub x17, x17, #1\n\t"
		"stlr x17, [x16]"
		__PCPU_USER_END
		: [cpu] "=&r"(cpu), [taken] "=&r"(taken)
		: __PCPU_USER_INPUTS
		: __PCPU_USER_CLOBBERS);
	*found = taken;
	return cpu;
}

__pcpu_always_inline int __pcpu_attempt_give(uintptr_t ptr, uint64_t capacity, uint64_t val)
{
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN
		__PCPU_USER_WORD
		"ldr x17, [x16]\n\t"
		"cmp x17, %x[capacity]\n\t"
		__PCPU_USER_GO_ON("b.lo")
		"add x17, x17, #1\n\t"
		"str %x[val], [x16, x17, lsl #3]\n\t"
		"stlr x17, [x16]"
		__PCPU_USER_END
		: [cpu] "=&r"(cpu)
		: __PCPU_USER_INPUTS, [capacity] "rI"(capacity), [val] "rZ"(val)
		: __PCPU_USER_CLOBBERS);
	return cpu;
}
/* clang-format on */

#undef __PCPU_USER_BEGIN
#undef __PCPU_USER_WORD
#undef __PCPU_USER_GO_ON
#undef __PCPU_USER_CMPEQ
#undef __PCPU_USER_END
#undef __PCPU_USER_INPUTS
#undef __PCPU_USER_CLOBBERS
#undef __PCPU_DEFINE_USER_COPY
#include <percpu/impl/arch/aarch64/sequence_end.h>
#include <percpu/impl/end.h>

#endif /* PERCPU_ARCH_AARCH64_USER_SEQUENCES_H */
