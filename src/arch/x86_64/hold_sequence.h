/* SPDX-License-Identifier: MIT */
/*
 * hold_sequence.h - taking this CPU by a restartable sequence where __pcpu_seq_hold() is not the
 * way: part of section.c. Step G1 goes by what the window is at rest, so it serves also while no
 * operation is a sequence, because every window's word is negative (memory/displaced.h):
 *
 *	rseq area.rseq_cs = descriptor
 * 1:	self.cpu = index			// pcpu_hold_sequence()
 *	if (self.cpu != index) goto 2		// pcpu_hold_sequence_there()
 *	if (entries[index].window != entries[index].rest)
 *		goto 2
 *	commit: entries[index].window = my word
 * 2:	...					// whether it was equal is still in the flags
 * 4:	as if it was not; goto 2		// if the sequence was aborted
 */
#ifndef PCPU_HOLD_SEQUENCE_H
#define PCPU_HOLD_SEQUENCE_H

#include <percpu/impl/runtime.h>
#include <percpu/impl/arch/x86_64/sequence.h>

#include <stdbool.h>
#include <stddef.h>

#ifndef __PCPU_NO_INLINE_SEQUENCE

/* an instruction a line */
/* clang-format off */
#define PCPU_DEFINE_HOLD_SEQUENCE(name, exits, on_index)                                           \
static inline bool name(struct percpu_self *self)                                                  \
{                                                                                                  \
	uintptr_t entry;                                                                           \
	intptr_t rest;                                                                             \
	bool taken;                                                                                \
                                                                                                   \
	__asm__ __volatile__(                                                                      \
		__PCPU_SEQ_DESCRIPTOR(exits)                                                       \
		"leaq 3b(%%rip), %[rest]\n\t"                                                      \
		"movq %[rest], %%fs:8(%[rseq])\n"                                                  \
		"1:\n\t"                                                                           \
		"movslq %%fs:(%[index]), %[entry]\n\t"                                             \
		on_index                                                                           \
		"shlq %[shift], %[entry]\n\t"                                                      \
		"movq %c[rest_at](%[entries], %[entry]), %[rest]\n\t"                              \
		"cmpq (%[entries], %[entry]), %[rest]\n\t"                                         \
		"jne 2f\n\t"                                                                       \
		"movq %[word], (%[entries], %[entry])"                                             \
		__PCPU_SEQ_COMMIT                                                                  \
		__PCPU_SEQ_ABORT                                                                   \
		"testq %%rsp, %%rsp\n\t"                                                           \
		"jmp 2b\n\t"                                                                       \
		".popsection"                                                                      \
		: [rest] "=&r"(rest), [entry] "=&r"(entry), "=@cce"(taken)                         \
		: __PCPU_SEQ_CONSTANTS, [self] "r"(&self->cpu),                                    \
		  [word] "r"(*(volatile intptr_t *)&self->word),                                   \
		  [shift] "i"(__builtin_ctz(sizeof(struct percpu_entry))),                         \
		  [rest_at] "i"(offsetof(struct percpu_entry, rest))                               \
		: "memory");                                                                       \
	return taken;                                                                              \
}

PCPU_DEFINE_HOLD_SEQUENCE(pcpu_hold_sequence, "4f, 1f, 2f", "movl %k[entry], (%[self])\n\t")
/* Only if self.cpu says that CPU. */
PCPU_DEFINE_HOLD_SEQUENCE(pcpu_hold_sequence_there, "4f, 1f, 2f, 1f, 2f",
			  "cmpl %k[entry], (%[self])\n\tjne 2f\n\t")
#undef PCPU_DEFINE_HOLD_SEQUENCE
/* clang-format on */

#endif
#endif /* PCPU_HOLD_SEQUENCE_H */
