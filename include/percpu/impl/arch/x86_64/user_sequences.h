/* SPDX-License-Identifier: MIT */
/*
 * user_sequences.h - the sequences of percpu/sequence.h, freelist.h and pool.h, for x86-64.
 *
 * One of them, in pseudocode; ops.h of this folder says what the parts are for:
 *
 *	rseq area.rseq_cs = descriptor;
 * 1:	cpu = index;
 *	word = low32(pointer) + entries[cpu].window;
 *	if (word < 0)
 *		goto 4;
 *	if (*word is not what it is to be)
 *		goto 9;
 *	prepare;
 *	commit: ONE instruction that writes *word;
 * 2:	return cpu;
 * 4:	cpu = __PCPU_SEQUENCE_LEFT; goto 2;	// far away; an abort comes here too
 * 9:	cpu = ~cpu; goto 2;			// far away
 *
 * r10 is the word's address, and r11 a scratch register, or the window where @window was asked for.
 * What is left is done by C: after an abort too, since that is as rare as preemption.
 *
 * For impl/sequence.h, which comes before it.
 */
#ifndef PERCPU_ARCH_X86_64_USER_SEQUENCES_H
#define PERCPU_ARCH_X86_64_USER_SEQUENCES_H

#include <percpu/impl/arch/x86_64/sequence.h>

/* clang-format off */
#define __PCPU_USER_BEGIN_AT(exits, add_window)                                                    \
	__PCPU_SEQ_DESCRIPTOR(exits)                                                               \
	__PCPU_SEQ_LOW32                                                                           \
	"leaq 3b(%%rip), %%r11\n\t"                                                                \
	"movq %%r11, %%fs:8(%[rseq])\n"                                                            \
	"1:\n\t"                                                                                   \
	"movslq %%fs:(%[index]), %q[cpu]\n\t"                                                      \
	"movq %q[cpu], %%r11\n\t"                                                                  \
	"shlq $" __pcpu_stringify(__PCPU_ENTRY_SHIFT) ", %%r11\n\t"                                \
	add_window                                                                                 \
	"js 4f\n\t"
/* The window is read once: a second look could find another word there. */
#define __PCPU_USER_BEGIN(exits)                                                                   \
	__PCPU_USER_BEGIN_AT(exits, "addq (%[entries], %%r11), %%r10\n\t")
#define __PCPU_USER_BEGIN_WINDOW(exits)                                                            \
	__PCPU_USER_BEGIN_AT(exits, "movq (%[entries], %%r11), %%r11\n\t"                          \
				    "addq %%r11, %%r10\n\t")
#define __PCPU_USER_ALWAYS "4f"
#define __PCPU_USER_IF "4f, 1f, 9f"
#define __PCPU_USER_END(otherwise)                                                                 \
	__PCPU_SEQ_COMMIT                                                                          \
	__PCPU_SEQ_ABORT                                                                           \
	"movl $0x80000000, %k[cpu]\n\t"                                                            \
	"jmp 2b\n\t"                                                                               \
	otherwise                                                                                  \
	".popsection"
#define __PCPU_USER_NOT                                                                            \
	"9:\n\t"                                                                                   \
	"notl %k[cpu]\n\t"                                                                         \
	"jmp 2b\n\t"
#define __PCPU_USER_CMPEQ                                                                          \
	"cmpq %[expect], (%%r10)\n\t"                                                              \
	"jne 9f\n\t"
#define __PCPU_USER_INPUTS __PCPU_SEQ_CONSTANTS, [ptr] __PCPU_SEQ_PTR(ptr)

__pcpu_always_inline int __pcpu_attempt_store(uintptr_t ptr, uint64_t val)
{
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN(__PCPU_USER_ALWAYS)
		"movq %[val], (%%r10)"
		__PCPU_USER_END("")
		: [cpu] "=&r"(cpu)
		: __PCPU_USER_INPUTS, [val] "re"(val)
		: __PCPU_SEQ_CLOBBERS);
	return cpu;
}

__pcpu_always_inline int __pcpu_attempt_add(uintptr_t ptr, uint64_t val)
{
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN(__PCPU_USER_ALWAYS)
		"addq %[val], (%%r10)"
		__PCPU_USER_END("")
		: [cpu] "=&r"(cpu)
		: __PCPU_USER_INPUTS, [val] "re"(val)
		: __PCPU_SEQ_CLOBBERS);
	return cpu;
}

__pcpu_always_inline int __pcpu_attempt_cmpeq_store(uintptr_t ptr, uint64_t expect, uint64_t val)
{
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN(__PCPU_USER_IF)
		__PCPU_USER_CMPEQ
		"movq %[val], (%%r10)"
		__PCPU_USER_END(__PCPU_USER_NOT)
		: [cpu] "=&r"(cpu)
		: __PCPU_USER_INPUTS, [expect] "re"(expect), [val] "re"(val)
		: __PCPU_SEQ_CLOBBERS);
	return cpu;
}

/* @at is the low half of the second pointer, then the address of its copy. */
__pcpu_always_inline int __pcpu_attempt_cmpeq_cmpeq_store(uintptr_t ptr, uint64_t expect,
						      uintptr_t ptr2, uint64_t expect2,
						      uint64_t val)
{
	uintptr_t at = (uint32_t)ptr2;
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN_WINDOW(__PCPU_USER_IF)
		__PCPU_USER_CMPEQ
		"addq %%r11, %[at]\n\t"
		"cmpq %[expect2], (%[at])\n\t"
		"jne 9f\n\t"
		"movq %[val], (%%r10)"
		__PCPU_USER_END(__PCPU_USER_NOT)
		: [cpu] "=&r"(cpu), [at] "+&r"(at)
		: __PCPU_USER_INPUTS, [expect] "re"(expect), [expect2] "re"(expect2),
		  [val] "re"(val)
		: __PCPU_SEQ_CLOBBERS);
	return cpu;
}

__pcpu_always_inline int __pcpu_attempt_cmpeq_store_store(uintptr_t ptr, uint64_t expect,
						      uintptr_t ptr2, uint64_t val2, uint64_t val)
{
	uintptr_t at = (uint32_t)ptr2;
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN_WINDOW(__PCPU_USER_IF)
		__PCPU_USER_CMPEQ
		"addq %%r11, %[at]\n\t"
		"movq %[val2], (%[at])\n\t"
		"movq %[val], (%%r10)"
		__PCPU_USER_END(__PCPU_USER_NOT)
		: [cpu] "=&r"(cpu), [at] "+&r"(at)
		: __PCPU_USER_INPUTS, [expect] "re"(expect), [val2] "re"(val2), [val] "re"(val)
		: __PCPU_SEQ_CLOBBERS);
	return cpu;
}

/* By words, then what is left by bytes; @mine is the side that belongs to the CPU. */
#define __PCPU_DEFINE_USER_COPY(name, mine)                                                        \
__pcpu_always_inline int __pcpu_attempt_##name(uintptr_t ptr, uint64_t expect, uintptr_t ptr2,         \
					   uintptr_t plain, size_t len, uint64_t val)              \
{                                                                                                  \
	uintptr_t copy = (uint32_t)ptr2;                                                           \
	int cpu;                                                                                   \
                                                                                                   \
	__pcpu_short_asm(                                                                          \
		__PCPU_USER_BEGIN_WINDOW(__PCPU_USER_IF)                                           \
		__PCPU_USER_CMPEQ                                                                  \
		"addq %%r11, %[copy]\n\t"                                                          \
		"jmp 8f\n"                                                                         \
		"7:\n\t"                                                                           \
		"movq " mine(from) ", %%r11\n\t"                                                   \
		"movq %%r11, " mine(to) "\n\t"                                                     \
		"addq $8, %[copy]\n\t"                                                             \
		"addq $8, %[plain]\n"                                                              \
		"8:\n\t"                                                                           \
		"subq $8, %[len]\n\t"                                                              \
		"jae 7b\n\t"                                                                       \
		"addq $8, %[len]\n\t"                                                              \
		"jz 12f\n"                                                                         \
		"11:\n\t"                                                                          \
		"movb " mine(from) ", %%r11b\n\t"                                                  \
		"movb %%r11b, " mine(to) "\n\t"                                                    \
		"addq $1, %[copy]\n\t"                                                             \
		"addq $1, %[plain]\n\t"                                                            \
		"subq $1, %[len]\n\t"                                                              \
		"jnz 11b\n"                                                                        \
		"12:\n\t"                                                                          \
		"movq %[val], (%%r10)"                                                             \
		__PCPU_USER_END(__PCPU_USER_NOT)                                                   \
		: [cpu] "=&r"(cpu), [copy] "+&r"(copy), [plain] "+&r"(plain), [len] "+&r"(len)     \
		: __PCPU_USER_INPUTS, [expect] "re"(expect), [val] "re"(val)                       \
		: __PCPU_SEQ_CLOBBERS);                                                            \
	return cpu;                                                                                \
}
#define __PCPU_USER_IN_from "(%[plain])"
#define __PCPU_USER_IN_to "(%[copy])"
#define __PCPU_USER_IN(side) __PCPU_USER_IN_##side
#define __PCPU_USER_OUT_from "(%[copy])"
#define __PCPU_USER_OUT_to "(%[plain])"
#define __PCPU_USER_OUT(side) __PCPU_USER_OUT_##side
__PCPU_DEFINE_USER_COPY(copy_in, __PCPU_USER_IN)
__PCPU_DEFINE_USER_COPY(copy_out, __PCPU_USER_OUT)

/* What is popped may be anybody's a moment later: it is read here, and nowhere else. */
__pcpu_always_inline int __pcpu_attempt_pop(uintptr_t ptr, uint64_t expectnot, uint64_t offset,
					uint64_t *old)
{
	uint64_t found;
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN(__PCPU_USER_IF)
		"movq (%%r10), %[found]\n\t"
		"cmpq %[expectnot], %[found]\n\t"
		"je 9f\n\t"
		"movq (%[found], %[offset]), %%r11\n\t"
		"movq %%r11, (%%r10)"
		__PCPU_USER_END(__PCPU_USER_NOT)
		: [cpu] "=&r"(cpu), [found] "=&r"(found)
		: __PCPU_USER_INPUTS, [expectnot] "re"(expectnot), [offset] "r"(offset)
		: __PCPU_SEQ_CLOBBERS);
	*old = found;
	return cpu;
}

__pcpu_always_inline int __pcpu_attempt_link(uintptr_t ptr, uint64_t first, uintptr_t link)
{
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN(__PCPU_USER_ALWAYS)
		"movq (%%r10), %%r11\n\t"
		"movq %%r11, (%[link])\n\t"
		"movq %[first], (%%r10)"
		__PCPU_USER_END("")
		: [cpu] "=&r"(cpu)
		: __PCPU_USER_INPUTS, [first] "r"(first), [link] "r"(link)
		: __PCPU_SEQ_CLOBBERS);
	return cpu;
}

__pcpu_always_inline int __pcpu_attempt_deref_add(uintptr_t ptr, uint64_t offset, uint64_t val)
{
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN(__PCPU_USER_ALWAYS)
		"movq (%%r10), %%r11\n\t"
		"movq (%%r11, %[offset]), %%r11\n\t"
		"addq %[val], (%%r11)"
		__PCPU_USER_END("")
		: [cpu] "=&r"(cpu)
		: __PCPU_USER_INPUTS, [offset] "r"(offset), [val] "re"(val)
		: __PCPU_SEQ_CLOBBERS);
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
		__PCPU_USER_BEGIN(__PCPU_USER_IF)
		"movq (%%r10), %%r11\n\t"
		"testq %%r11, %%r11\n\t"
		"jz 9f\n\t"
		"movq (%%r10, %%r11, 8), %[taken]\n\t"
		"subq $1, (%%r10)"
		__PCPU_USER_END(__PCPU_USER_NOT)
		: [cpu] "=&r"(cpu), [taken] "=&r"(taken)
		: __PCPU_USER_INPUTS
		: __PCPU_SEQ_CLOBBERS);
	*found = taken;
	return cpu;
}

__pcpu_always_inline int __pcpu_attempt_give(uintptr_t ptr, uint64_t capacity, uint64_t val)
{
	int cpu;

	__pcpu_short_asm(
		__PCPU_USER_BEGIN(__PCPU_USER_IF)
		"movq (%%r10), %%r11\n\t"
		"cmpq %[capacity], %%r11\n\t"
		"jae 9f\n\t"
		"movq %[val], 8(%%r10, %%r11, 8)\n\t"
		"addq $1, (%%r10)"
		__PCPU_USER_END(__PCPU_USER_NOT)
		: [cpu] "=&r"(cpu)
		: __PCPU_USER_INPUTS, [capacity] "re"(capacity), [val] "r"(val)
		: __PCPU_SEQ_CLOBBERS);
	return cpu;
}
/* clang-format on */

#undef __PCPU_USER_BEGIN_AT
#undef __PCPU_USER_BEGIN
#undef __PCPU_USER_BEGIN_WINDOW
#undef __PCPU_USER_ALWAYS
#undef __PCPU_USER_IF
#undef __PCPU_USER_END
#undef __PCPU_USER_NOT
#undef __PCPU_USER_CMPEQ
#undef __PCPU_USER_INPUTS
#undef __PCPU_DEFINE_USER_COPY
#undef __PCPU_USER_IN_from
#undef __PCPU_USER_IN_to
#undef __PCPU_USER_IN
#undef __PCPU_USER_OUT_from
#undef __PCPU_USER_OUT_to
#undef __PCPU_USER_OUT
#include <percpu/impl/arch/x86_64/sequence_end.h>
#include <percpu/impl/end.h>

#endif /* PERCPU_ARCH_X86_64_USER_SEQUENCES_H */
