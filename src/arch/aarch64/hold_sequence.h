/* SPDX-License-Identifier: MIT */
/*
 * hold_sequence.h - taking this CPU by a restartable sequence where __pcpu_seq_hold() is not the
 * way: part of section.c. Step G1 goes by what the window is at rest, so it serves also while no
 * operation is a sequence, because every window's word is negative (memory/displaced.h):
 *
 *	rseq area.rseq_cs = descriptor
 * 1:	self.cpu = index			// pcpu_hold_sequence()
 *	if (self.cpu != index) goto 4		// pcpu_hold_sequence_there()
 *	if (entries[index].window != entries[index].rest)
 *		goto 4
 *	commit: entries[index].window = my word
 * 2:	...
 * 4:	taken = 0; goto 2			// also if the sequence was aborted
 */
#ifndef PCPU_HOLD_SEQUENCE_H
#define PCPU_HOLD_SEQUENCE_H

#include <percpu/impl/runtime.h>
#include <percpu/impl/arch/aarch64/sequence.h>

#include <stdbool.h>
#include <stddef.h>

#ifndef __PCPU_NO_INLINE_SEQUENCE

/* an instruction a line */
/* clang-format off */
#define PCPU_DEFINE_HOLD_SEQUENCE(name, exits, on_index)                                           \
static inline bool name(struct percpu_self *self)                                                  \
{                                                                                                  \
	intptr_t rest;                                                                             \
	int taken;                                                                                 \
                                                                                                   \
	__asm__ __volatile__(                                                                      \
		__PCPU_SEQ_DESCRIPTOR(exits)                                                       \
		__PCPU_SEQ_PUBLISH                                                                 \
		"ldrsw x16, [%[index]]\n\t"                                                        \
		on_index                                                                           \
		"mov %w[taken], #1\n\t"                                                            \
		"add x16, %[entries], x16, lsl #%c[shift]\n\t"                                     \
		"ldr %[rest], [x16, #%c[rest_at]]\n\t"                                             \
		"ldar x17, [x16]\n\t"                                                              \
		"sub %[rest], %[rest], x17\n\t"                                                    \
		"cbz %[rest], 6f\n\t"                                                              \
		"b 4f\n"                                                                           \
		"6:\n\t"                                                                           \
		"str %[word], [x16]"                                                               \
		__PCPU_SEQ_COMMIT                                                                  \
		__PCPU_SEQ_ABORT                                                                   \
		"mov %w[taken], #0\n\t"                                                            \
		"b 2b\n\t"                                                                         \
		".popsection"                                                                      \
		: [rest] "=&r"(rest), [taken] "=&r"(taken)                                         \
		: __PCPU_SEQ_CONSTANTS, [self] "r"(&self->cpu),                                    \
		  [word] "r"(*(volatile intptr_t *)&self->word),                                   \
		  [shift] "i"(__builtin_ctz(sizeof(struct percpu_entry))),                         \
		  [rest_at] "i"(offsetof(struct percpu_entry, rest))                               \
		: __PCPU_SEQ_CLOBBERS);                                                            \
	return taken;                                                                              \
}

PCPU_DEFINE_HOLD_SEQUENCE(pcpu_hold_sequence, "4f", "str w16, [%[self]]\n\t")
/* Only if self.cpu says that CPU. */
PCPU_DEFINE_HOLD_SEQUENCE(pcpu_hold_sequence_there, "4f, 1f, 4f",
			  "ldr w17, [%[self]]\n\t"
			  "sub w17, w17, w16\n\t"
			  "cbz w17, 8f\n\t"
			  "b 4f\n"
			  "8:\n\t")
#undef PCPU_DEFINE_HOLD_SEQUENCE
/* clang-format on */

#endif
#endif /* PCPU_HOLD_SEQUENCE_H */
