/* SPDX-License-Identifier: MIT */
/*
 * slow_x86_64.S - from an inlined operation to C, and back, with every register as it was.
 *
 * The compiler does not know that an operation may call anything. So __percpu_slow keeps the general
 * registers that a C function may change, and what it calls (slow.c) is compiled to use no others.
 * Where that has to call ordinary code, which may use vector registers, it does so through
 * pcpu_call_saving_vectors(), which keeps these too.
 */
#ifdef __CET__
#include <cet.h>
#else
#define _CET_ENDBR
#endif

/* XSAVE's area for the components below, in the format of any processor; with room to align it. */
#define XSAVE_SIZE	2752
#define XSAVE_HEADER	512

	.text

/* Any way but the short one of percpu/arch/x86_64_fallback.h, which says what is where. */
	.globl	__percpu_slow
	.type	__percpu_slow, @function
	.p2align 4
__percpu_slow:
	.cfi_startproc
	_CET_ENDBR
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
	movl	%r10d, %esi
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
