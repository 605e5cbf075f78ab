/* SPDX-License-Identifier: MIT */
/*
 * hold_sequence.h - taking this CPU by a restartable sequence while no operation is one, because
 * every window's word is negative (memory/displaced.h). Part of section.c. As __pcpu_seq_hold(),
 * but for step G1:
 *
 *	rseq area.rseq_cs = descriptor
 * 1:	self.cpu = index
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
static inline bool pcpu_hold_sequence(struct percpu_self *self)
{
	intptr_t rest;
	int taken;

	__asm__ __volatile__(
		__PCPU_SEQ_DESCRIPTOR("4f")
		__PCPU_SEQ_PUBLISH
		"ldrsw x16, [%[index]]\n\t"
		"str w16, [%[self]]\n\t"
		"mov %w[taken], #1\n\t"
		"add x16, %[entries], x16, lsl #%c[shift]\n\t"
		"ldr %[rest], [x16, #%c[rest_at]]\n\t"
		"ldar x17, [x16]\n\t"
		"sub %[rest], %[rest], x17\n\t"
		"cbz %[rest], 6f\n\t"
		"b 4f\n"
		"6:\n\t"
		"str %[word], [x16]"
		__PCPU_SEQ_COMMIT
		__PCPU_SEQ_ABORT
		"mov %w[taken], #0\n\t"
		"b 2b\n\t"
		".popsection"
		: [rest] "=&r"(rest), [taken] "=&r"(taken)
		: __PCPU_SEQ_CONSTANTS, [self] "r"(&self->cpu),
		  [word] "r"(*(volatile intptr_t *)&self->word),
		  [shift] "i"(__builtin_ctz(sizeof(struct percpu_entry))),
		  [rest_at] "i"(offsetof(struct percpu_entry, rest))
		: __PCPU_SEQ_CLOBBERS);
	return taken;
}
/* clang-format on */

#endif
#endif /* PCPU_HOLD_SEQUENCE_H */
