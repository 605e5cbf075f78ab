/* SPDX-License-Identifier: MIT */
/*
 * stats.h - an update of statistics (percpu/seq_stats.h) by a restartable sequence, on x86-64.
 *
 *	rseq area.rseq_cs = descriptor
 * 1:	copy = low32(pointer) + entries[index].window; if (copy < 0) goto 6
 *	from = copy's valid numbers, to = the other ones	// the version's lowest bit says
 *	for each: *to = *from + addend
 *	commit: version++
 * 2:	...
 * 4:	// aborted: what was stored is valid for nobody
 * 6:	if (the calling thread holds that CPU) the same in a sequence of its own
 *	not added
 */
#ifndef PERCPU_ARCH_X86_64_STATS_H
#define PERCPU_ARCH_X86_64_STATS_H

#include <percpu/impl/runtime.h>
#include <percpu/impl/arch/x86_64/sequence.h>

/* clang-format off */
#define __PCPU_STATS_TEXT                                                                          \
	"movl (%%r10), %%r11d\n\t"                                                                 \
	"andl $1, %%r11d\n\t"                                                                      \
	"negq %%r11\n\t"                                                                           \
	"andq %[bytes], %%r11\n\t"                                                                 \
	"movq %%r10, %%rdx\n\t"                                                                    \
	"subq %%r11, %%rdx\n\t"                                                                    \
	"addq %%r10, %%r11\n\t" /* from: 8 bytes on */                                             \
	"movq %[bytes], %%rcx\n\t"                                                                 \
	"addq %%rcx, %%rdx\n" /* to: the same */                                                   \
	"20:\n\t"                                                                                  \
	"movq (%%r11, %%rcx), %%rax\n\t"                                                           \
	"addq -8(%[delta], %%rcx), %%rax\n\t"                                                      \
	"movq %%rax, (%%rdx, %%rcx)\n\t"                                                           \
	"subq $8, %%rcx\n\t"                                                                       \
	"jnz 20b\n\t"                                                                              \
	"incq (%%r10)"

/* False: not added, for whatever reason. @bytes is what the numbers have. */
__pcpu_always_inline bool __pcpu_seq_stats_add(uintptr_t ptr, size_t bytes, const void *delta)
{
	__pcpu_goto_asm(
		__PCPU_SEQ_BEGIN
		__PCPU_STATS_TEXT
		__PCPU_SEQ_COMMIT
		__PCPU_SEQ_ABORT
		"orq $-1, %%r11\n"
		"6:\n\t"
		__PCPU_SEQ_IF_HELD(__PCPU_SEQ_TO_OWN)
		"7:\n\t"
		"jmp %l[not_added]\n\t"
		".popsection\n\t"
		__PCPU_SEQ_OWN(__PCPU_STATS_TEXT, "")
		:
		: __PCPU_SEQ_CONSTANTS, [ptr] __PCPU_SEQ_PTR(ptr), [bytes] "re"(bytes),
		  [delta] "r"(delta)
		: __PCPU_SEQ_CLOBBERS, "rax", "rcx", "rdx"
		: not_added);
	return true;
not_added:
	return false;
}
/* clang-format on */

#undef __PCPU_STATS_TEXT
#include <percpu/impl/arch/x86_64/sequence_end.h>
#include <percpu/impl/end.h>

#endif /* PERCPU_ARCH_X86_64_STATS_H */
