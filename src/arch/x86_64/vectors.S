/* SPDX-License-Identifier: MIT */
/* vectors.S - calls that put the vector registers back; see processor.h. */
#include "landing_pads.h"

/* XSAVE's area for the components below, in the format of any processor; with room to align it. */
#define XSAVE_SIZE	2752
#define XSAVE_HEADER	512

	.text

/*
 * pcpu_call_saving_vectors(fn, arg): calls fn(arg) and puts the vector and floating registers back.
 * The components that are kept are those of pcpu_xsave_mask; where it is 0, what FXSAVE keeps.
 */
	.globl	pcpu_call_saving_vectors
	.hidden	pcpu_call_saving_vectors
	.type	pcpu_call_saving_vectors, @function
	.p2align 4
pcpu_call_saving_vectors:
	.cfi_startproc
	pushq	%rbp
	.cfi_def_cfa_offset 16
	.cfi_offset %rbp, -16
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	movq	%rdi, %r8
	movq	%rsi, %rdi
	subq	$XSAVE_SIZE, %rsp
	andq	$-64, %rsp
	movl	pcpu_xsave_mask(%rip), %eax
	xorl	%edx, %edx
	testl	%eax, %eax
	jz	1f
	/* XSAVE writes the first word of the header, XRSTOR wants the others zero */
	movq	$0, XSAVE_HEADER(%rsp)
	movq	$0, XSAVE_HEADER+8(%rsp)
	movq	$0, XSAVE_HEADER+16(%rsp)
	movq	$0, XSAVE_HEADER+24(%rsp)
	movq	$0, XSAVE_HEADER+32(%rsp)
	movq	$0, XSAVE_HEADER+40(%rsp)
	movq	$0, XSAVE_HEADER+48(%rsp)
	movq	$0, XSAVE_HEADER+56(%rsp)
	xsave64	(%rsp)
	call	*%r8
	movl	pcpu_xsave_mask(%rip), %eax
	xorl	%edx, %edx
	xrstor64 (%rsp)
	leave
	.cfi_remember_state
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_restore_state
1:	fxsave64 (%rsp)
	call	*%r8
	fxrstor64 (%rsp)
	leave
	.cfi_def_cfa %rsp, 8
	ret
	.cfi_endproc
	.size	pcpu_call_saving_vectors, . - pcpu_call_saving_vectors

	.section .note.GNU-stack, "", %progbits
