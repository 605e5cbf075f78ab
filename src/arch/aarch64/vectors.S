/* SPDX-License-Identifier: MIT */
/* vectors.S - calls that put the vector registers back; see processor.h. */
#include "landing_pads.h"

	.text

	.macro	pair insn, a, b
	\insn	q\a, q\b, [sp, #\a * 16]
	.endm

	.macro	pairs insn
	pair	\insn, 0, 1
	pair	\insn, 2, 3
	pair	\insn, 4, 5
	pair	\insn, 6, 7
	pair	\insn, 8, 9
	pair	\insn, 10, 11
	pair	\insn, 12, 13
	pair	\insn, 14, 15
	pair	\insn, 16, 17
	pair	\insn, 18, 19
	pair	\insn, 20, 21
	pair	\insn, 22, 23
	pair	\insn, 24, 25
	pair	\insn, 26, 27
	pair	\insn, 28, 29
	pair	\insn, 30, 31
	.endm

	.macro	scalables insn
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\insn	z\n, [x19, #\n, mul vl]
	\insn	p\n, [sp, #\n, mul vl]
	.endr
	.irp	n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\insn	z\n, [x19, #\n, mul vl]
	.endr
	.endm

/*
 * pcpu_call_saving_vectors(fn, arg): calls fn(arg) and puts the vector and floating registers back:
 * 32 of 128 bits each; or where pcpu_has_sve says so those of the Scalable Vector Extension, 32 of
 * as many bits as the processor has, with 16 predicates and the first-fault register, which are an
 * eighth of that.
 */
	.globl	pcpu_call_saving_vectors
	.hidden	pcpu_call_saving_vectors
	.type	pcpu_call_saving_vectors, %function
	.p2align 4
pcpu_call_saving_vectors:
	.cfi_startproc
	stp	x29, x30, [sp, #-48]!
	.cfi_def_cfa_offset 48
	.cfi_offset x29, -48
	.cfi_offset x30, -40
	mov	x29, sp
	.cfi_def_cfa_register x29
	stp	x19, x20, [sp, #16]
	.cfi_offset x19, -32
	.cfi_offset x20, -24
	mrs	x16, fpsr
	mrs	x17, fpcr
	stp	x16, x17, [sp, #32]
	mov	x16, x0
	mov	x0, x1
	adrp	x17, pcpu_has_sve
	ldr	w17, [x17, #:lo12:pcpu_has_sve]
	cbnz	w17, 1f

	sub	sp, sp, #512
	pairs	stp
	blr	x16
	pairs	ldp
	b	2f

	.arch_extension sve
1:	addvl	sp, sp, #-32
	mov	x19, sp
	addvl	sp, sp, #-3
	scalables str
	rdffr	p0.b
	str	p0, [sp, #16, mul vl]
	blr	x16
	ldr	p0, [sp, #16, mul vl]
	wrffr	p0.b
	scalables ldr
	.arch_extension nosve

2:	ldp	x16, x17, [x29, #32]
	msr	fpsr, x16
	msr	fpcr, x17
	mov	sp, x29
	ldp	x19, x20, [sp, #16]
	ldp	x29, x30, [sp], #48
	.cfi_def_cfa sp, 0
	.cfi_restore x19
	.cfi_restore x20
	.cfi_restore x29
	.cfi_restore x30
	ret
	.cfi_endproc
	.size	pcpu_call_saving_vectors, . - pcpu_call_saving_vectors

	.section .note.GNU-stack, "", %progbits
