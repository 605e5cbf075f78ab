/* SPDX-License-Identifier: MIT */
/*
 * abort_spin.h - a restartable sequence that waits. Part of abort_check.c.
 *
 *	rseq area.rseq_cs = descriptor, or 0
 * 1:	state = spinning
 *	for (; rounds; rounds--)
 *		if (go)
 *			result = PCPU_SPIN_WENT_ON, goto 2
 *	result = PCPU_SPIN_TIRED
 * 2:	...
 * 4:	result = PCPU_SPIN_ABORTED, goto 2	// if the sequence was aborted
 */
#ifndef PCPU_ABORT_SPIN_H
#define PCPU_ABORT_SPIN_H

#include "arch/spin_result.h"

#include <percpu/impl/runtime.h>
#include <percpu/impl/arch/x86_64/sequence.h>
#include <percpu/impl/begin.h>

#include <stdint.h>

/* an instruction a line */
/* clang-format off */
/* @published: 0 leaves the sequence unknown to the kernel. */
static inline int pcpu_spin_in_sequence(uint64_t *rseq_cs, uint64_t published, uint32_t *state,
					uint32_t spinning, const uint32_t *go, uint64_t rounds)
{
	uint64_t result;

	__asm__ __volatile__(
		__PCPU_SEQ_DESCRIPTOR("2f, 1f, 4f")
		"leaq 3b(%%rip), %[result]\n\t"
		"imulq %[published], %[result]\n\t"
		"movq %[result], (%[rseq_cs])\n"
		"1:\n\t"
		"movl %[spinning], (%[state])\n"
		"5:\n\t"
		"movl $" __pcpu_stringify(PCPU_SPIN_WENT_ON) ", %k[result]\n\t"
		"cmpl $0, (%[go])\n\t"
		"jne 2f\n\t"
		"pause\n\t"
		"decq %[rounds]\n\t"
		"jnz 5b\n\t"
		"movl $" __pcpu_stringify(PCPU_SPIN_TIRED) ", %k[result]\n"
		"2:\n\t"
		__PCPU_SEQ_ABORT
		"movl $" __pcpu_stringify(PCPU_SPIN_ABORTED) ", %k[result]\n\t"
		"jmp 2b\n\t"
		".popsection"
		: [result] "=&r"(result), [rounds] "+r"(rounds)
		: [rseq_cs] "r"(rseq_cs), [published] "r"(published), [state] "r"(state),
		  [spinning] "r"(spinning), [go] "r"(go)
		: "memory", "cc");
	return (int)result;
}
/* clang-format on */

#endif /* PCPU_ABORT_SPIN_H */
