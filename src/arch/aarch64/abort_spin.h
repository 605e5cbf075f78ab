/* SPDX-License-Identifier: MIT */
/*
 * abort_spin.h - a restartable sequence that waits. Part of abort_check.c; the
 * steps are those of x86_64/abort_spin.h.
 */
#ifndef PCPU_ABORT_SPIN_H
#define PCPU_ABORT_SPIN_H

#include "arch/spin_result.h"

#include <percpu/impl/runtime.h>
#include <percpu/impl/arch/aarch64/sequence.h>
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
		"adrp %[result], 3b\n\t"
		"add %[result], %[result], #:lo12:3b\n\t"
		"mul %[result], %[result], %[published]\n\t"
		"str %[result], [%[rseq_cs]]\n"
		"1:\n\t"
		"str %w[spinning], [%[state]]\n"
		"5:\n\t"
		"ldr %w[result], [%[go]]\n\t"
		"cbnz %[result], 6f\n\t"
		"yield\n\t"
		"sub %[rounds], %[rounds], #1\n\t"
		"cbnz %[rounds], 5b\n\t"
		"mov %[result], #" __pcpu_stringify(PCPU_SPIN_TIRED) "\n\t"
		"b 2f\n"
		"6:\n\t"
		"mov %[result], #" __pcpu_stringify(PCPU_SPIN_WENT_ON) "\n"
		"2:\n\t"
		__PCPU_SEQ_ABORT
		"mov %[result], #" __pcpu_stringify(PCPU_SPIN_ABORTED) "\n\t"
		"b 2b\n\t"
		".popsection"
		: [result] "=&r"(result), [rounds] "+r"(rounds)
		: [rseq_cs] "r"(rseq_cs), [published] "r"(published), [state] "r"(state),
		  [spinning] "r"(spinning), [go] "r"(go)
		: "memory", "cc", "x16", "x17");
	return (int)result;
}
/* clang-format on */

#endif /* PCPU_ABORT_SPIN_H */
