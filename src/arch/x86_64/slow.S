/* SPDX-License-Identifier: MIT */
/*
 * slow.S - from an inlined operation to C, and back, with every register as it was.
 *
 * The compiler does not know that an operation may call anything. So __percpu_slow keeps the general
 * registers that a C function may change, and what it calls (slow.c) is compiled to use no others.
 * Where that has to call ordinary code, which may use vector registers, it does so through
 * pcpu_call_saving_vectors() (vectors.S), which keeps these too.
 */
#include "landing_pads.h"

	.text

/* Any way but the short one of percpu/impl/arch/x86_64/fallback.h, which says what is where. */
	.globl	__percpu_slow
	.type	__percpu_slow, @function
	.p2align 4
__percpu_slow:
	.cfi_startproc
	LANDING_PAD
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	leaq	16(%rbp), %rdi
	movq	%r10, %rsi
	movl	%r11d, %edx
	andq	$-16, %rsp
	cld
	call	pcpu_slow_entry
	testb	%al, %al	/* pop and lea leave the flags alone */
	leaq	-56(%rbp), %rsp
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rdx
	popq	%rcx
	popq	%rax
	popq	%rbp
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size	__percpu_slow, . - __percpu_slow

	.section .note.GNU-stack, "", %progbits
