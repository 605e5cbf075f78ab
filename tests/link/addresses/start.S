/* SPDX-License-Identifier: MIT */
/*
 * start.S - the start of a program that is linked at an address beyond 2 GiB.
 *
 * The start files of the C library hold 32-bit addresses of such a program, and do not link.
 */
	.globl _start
_start:
	.cfi_startproc
	.cfi_undefined %rip
	xorl	%ebp, %ebp
	movq	%rdx, %r9
	movq	(%rsp), %rsi
	leaq	8(%rsp), %rdx
	andq	$-16, %rsp
	pushq	%rax
	pushq	%rsp
	leaq	main(%rip), %rdi
	xorl	%ecx, %ecx
	xorl	%r8d, %r8d
	call	*__libc_start_main@GOTPCREL(%rip)
	hlt
	.cfi_endproc
	.section .note.GNU-stack,"",%progbits
