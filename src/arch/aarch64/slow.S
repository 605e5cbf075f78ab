/* SPDX-License-Identifier: MIT */
/*
 * slow.S - from an inlined operation to C, and back, with every register as it was.
 *
 * The compiler does not know that an operation may call anything. So __percpu_slow keeps the general
 * registers that a C function may change and the flags, and what it calls (slow.c) is compiled to
 * use no others. Where that has to call ordinary code, which may use vector registers, or the
 * kernel, which forgets what is longer than 128 bits in them, it does so through
 * pcpu_call_saving_vectors() (vectors.S), which keeps these too.
 */
#include "landing_pads.h"

/*
 * From an operation (percpu/impl/arch/aarch64/ops.h). w17 is its code; on the stack lie the link
 * register of the function that it is in, the per-CPU pointer, and the operands, the last one first. Returns with
 * x16 zero if the operation is done, and its result is in the place of the first operand; else it is
 * to be tried again. Changes x16, x17 and x30.
 *
 * The fallback tier has no short way, as on x86-64: where there is no rseq, the number of the CPU
 * takes a system call.
 */
#define FRAME	192

	.text
	.globl	__percpu_slow
	.type	__percpu_slow, %function
	.p2align 4
__percpu_slow:
	.cfi_startproc
	LANDING_PAD
	stp	x29, x30, [sp, #-FRAME]!
	.cfi_def_cfa_offset FRAME
	.cfi_offset x29, -FRAME
	.cfi_offset x30, -FRAME + 8
	mov	x29, sp
	.cfi_def_cfa_register x29
	stp	x0, x1, [sp, #16]
	stp	x2, x3, [sp, #32]
	stp	x4, x5, [sp, #48]
	stp	x6, x7, [sp, #64]
	stp	x8, x9, [sp, #80]
	stp	x10, x11, [sp, #96]
	stp	x12, x13, [sp, #112]
	stp	x14, x15, [sp, #128]
	mrs	x16, nzcv
	stp	x18, x16, [sp, #144]
	add	x0, x29, #FRAME + 16
	ldr	x1, [x29, #FRAME + 8]
	mov	w2, w17
	bl	pcpu_slow_entry
	and	x16, x0, #1
	ldp	x18, x17, [sp, #144]
	msr	nzcv, x17
	ldp	x0, x1, [sp, #16]
	ldp	x2, x3, [sp, #32]
	ldp	x4, x5, [sp, #48]
	ldp	x6, x7, [sp, #64]
	ldp	x8, x9, [sp, #80]
	ldp	x10, x11, [sp, #96]
	ldp	x12, x13, [sp, #112]
	ldp	x14, x15, [sp, #128]
	ldp	x29, x30, [sp], #FRAME
	.cfi_def_cfa sp, 0
	.cfi_restore x29
	.cfi_restore x30
	ret
	.cfi_endproc
	.size	__percpu_slow, . - __percpu_slow

	.section .note.GNU-stack, "", %progbits
