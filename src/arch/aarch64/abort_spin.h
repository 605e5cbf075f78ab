/* SPDX-License-Identifier: MIT */
/*
 * abort_spin.h - a bare thread, and a restartable sequence that waits. Part of abort_check.c; the
 * steps are those of x86_64/abort_spin.h.
 */
#ifndef PCPU_ABORT_SPIN_H
#define PCPU_ABORT_SPIN_H

#include "arch/spin_result.h"

#include <percpu/impl/runtime.h>
#include <percpu/impl/arch/aarch64/sequence.h>
#include <percpu/impl/begin.h>

#include <stdint.h>
#include <sys/syscall.h>

/* an instruction a line */
/* clang-format off */
/*
 * Starts a thread that calls @body(@arg) and must not return from it. It has the caller's thread
 * pointer: nothing in it may be thread-local. *@tid is its number, and 0 when it has ended.
 */
static inline long pcpu_bare_thread(unsigned long flags, void *stack_top, int *tid,
				    void (*body)(void *), void *arg)
{
	register long ret __asm__("x0") = (long)flags;
	register void *stack __asm__("x1") = stack_top;
	register int *parent_tid __asm__("x2") = tid;
	register void *tls __asm__("x3") = 0;
	register int *child_tid __asm__("x4") = tid;
	register void (*child_body)(void *) __asm__("x5") = body;
	register void *child_arg __asm__("x6") = arg;
	register long nr __asm__("x8") = SYS_clone;

	__asm__ __volatile__(
		"svc 0\n\t"
		"cbnz x0, 1f\n\t"
		"mov x29, #0\n\t"
		"mov x0, x6\n\t"
		"blr x5\n\t"
		"brk #1\n"
		"1:"
		: "+r"(ret)
		: "r"(nr), "r"(stack), "r"(parent_tid), "r"(tls), "r"(child_tid), "r"(child_body),
		  "r"(child_arg)
		: "memory", "cc");
	return ret;
}

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
