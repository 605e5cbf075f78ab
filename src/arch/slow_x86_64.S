/* SPDX-License-Identifier: MIT */
/*
 * slow_x86_64.S - from an inlined operation to C, and back, with every register as it was.
 *
 * The compiler does not know that an operation may call anything. So the thunk keeps the general
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

/*
 * The thunks, one an operation and size: __percpu_slow_add_8 and so on. r10d is the low half of the
 * per-CPU pointer; on the stack, above the return address, lie the operation's operands, the last
 * one first. Returns with ZF set if the operation is done, and its result is in the place of the
 * first operand; clear if it is to be tried again. Changes r10, r11 and the flags.
 *
 * Most of what comes here in the fallback tier is an ordinary operation on a CPU that nobody holds,
 * by a thread that has a mark. That is done here, in steps F1 to F4 of hold.h; all else is C.
 */
#define SELF_MARK	16	/* in struct percpu_self */
#define MARK_BUSY	0	/* in struct pcpu_mark */
#define ENTRY_SHIFT	6
#define RDPID_CPU	0xfff	/* of what rdpid gives; the rest is the node */
#define NO_SEQUENCES	2	/* the two highest bits of a window's word: PCPU_NO_SEQUENCES alone */

	.text

/* Any way but the short one. On the stack: the code, the return address, the operands. */
	.type	slow_c, @function
	.p2align 4
slow_c:
	.cfi_startproc
	.cfi_def_cfa_offset 16
	pushq	%rbp
	.cfi_def_cfa_offset 24
	.cfi_offset %rbp, -24
	movq	%rsp, %rbp
	.cfi_def_cfa_register %rbp
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	leaq	24(%rbp), %rdi
	movl	%r10d, %esi
	movl	8(%rbp), %edx
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
	.cfi_def_cfa %rsp, 16
	leaq	8(%rsp), %rsp
	.cfi_def_cfa_offset 8
	ret
	.cfi_endproc
	.size	slow_c, . - slow_c

/* F1 and F2. Then rax is the copy's address, rcx the mark's, and the stack has two words more. */
	.macro	begin_operation
	_CET_ENDBR
	pushq	%rax
	.cfi_adjust_cfa_offset 8
	pushq	%rcx
	.cfi_adjust_cfa_offset 8
	movq	pcpu_index_offset(%rip), %r11
	movslq	%fs:(%r11), %r11
	testl	%r11d, %r11d
	js	7f
6:	shlq	$ENTRY_SHIFT, %r11
	addq	pcpu_entries(%rip), %r11
	movq	(%r11), %rax
	movq	%rax, %rcx
	shrq	$62, %rcx
	cmpl	$NO_SEQUENCES, %ecx
	jne	8f
	movq	pcpu_self@gottpoff(%rip), %rcx
	movq	%fs:SELF_MARK(%rcx), %rcx
	testq	%rcx, %rcx
	jz	8f
	cmpq	$0, MARK_BUSY(%rcx)	/* else this is a signal's handler */
	jne	8f
	movq	%rax, MARK_BUSY(%rcx)
	cmpq	%rax, (%r11)
	jne	9f
	btrq	$63, %rax
	addq	%r10, %rax
	.endm

/* Where operands are until end_operation: the last one, and the one before it. */
#define LAST	24(%rsp)
#define FIRST	32(%rsp)

/* F4 */
	.macro	end_operation code
	movq	$0, MARK_BUSY(%rcx)
	popq	%rcx
	.cfi_adjust_cfa_offset -8
	popq	%rax
	.cfi_adjust_cfa_offset -8
	cmpl	%r11d, %r11d
	ret
	.cfi_adjust_cfa_offset 16
	/* no number from the kernel: what the processor has of it, if it is to be trusted */
7:	cmpl	$0, pcpu_rdpid_cpus(%rip)
	je	8f
	rdpid	%r11
	andl	$RDPID_CPU, %r11d
	cmpl	%r11d, pcpu_rdpid_cpus(%rip)
	ja	6b
	jmp	8f
9:	movq	$0, MARK_BUSY(%rcx)
8:	popq	%rcx
	.cfi_adjust_cfa_offset -8
	popq	%rax
	.cfi_adjust_cfa_offset -8
	pushq	$\code
	.cfi_adjust_cfa_offset 8
	jmp	slow_c
	.endm

	.macro	thunk op, size, code
	.globl	__percpu_slow_\op\()_\size
	.type	__percpu_slow_\op\()_\size, @function
	.p2align 6	/* 4 costs a tenth */
__percpu_slow_\op\()_\size:
	.cfi_startproc
	.endm

	.macro	end_thunk op, size
	.cfi_endproc
	.size	__percpu_slow_\op\()_\size, . - __percpu_slow_\op\()_\size
	.endm

/* An operation without a result, which is one locked instruction. */
	.macro	thunk_of_one op, size, insn, r11, code
	thunk	\op, \size
	begin_operation
	movq	LAST, %r11
	lock \insn \r11, (%rax)
	end_operation \code
	end_thunk \op, \size
	.endm

/* The operations of @size bytes, with the names of instructions and registers for it. */
	.macro	thunks size, sfx, zero_extend, r10, r11
	thunk	read, \size
	begin_operation
	.if \size == 8
	movq	(%rax), %r11
	.else
	\zero_extend (%rax), %r11d
	.endif
	movq	%r11, LAST
	end_operation (0 * 32 + \size)
	end_thunk read, \size

	thunk	write, \size
	begin_operation
	movq	LAST, %r11
	mov\sfx \r11, (%rax)
	end_operation (1 * 32 + \size)
	end_thunk write, \size

	thunk_of_one add, \size, add\sfx, \r11, (2 * 32 + \size)
	thunk_of_one and, \size, and\sfx, \r11, (3 * 32 + \size)
	thunk_of_one or, \size, or\sfx, \r11, (4 * 32 + \size)

	thunk	add_return, \size
	begin_operation
	movq	LAST, %r10
	movq	%r10, %r11
	lock xadd\sfx \r11, (%rax)
	addq	%r10, %r11
	movq	%r11, LAST
	end_operation (5 * 32 + \size)
	end_thunk add_return, \size

	thunk	xchg, \size
	begin_operation
	movq	LAST, %r11
	xchg\sfx \r11, (%rax)
	movq	%r11, LAST
	end_operation (6 * 32 + \size)
	end_thunk xchg, \size

	thunk	cmpxchg, \size
	begin_operation
	movq	%rax, %r11
	movq	FIRST, %rax
	movq	LAST, %r10
	lock cmpxchg\sfx \r10, (%r11)
	movq	%rax, FIRST
	end_operation (7 * 32 + \size)
	end_thunk cmpxchg, \size
	.endm

	thunks	1, b, movzbl, %r10b, %r11b
	thunks	2, w, movzwl, %r10w, %r11w
	thunks	4, l, movl, %r10d, %r11d
	thunks	8, q, movl, %r10, %r11

/* Too rare, and its operands too many, for a short way. */
	thunk	cmpxchg, 16
	_CET_ENDBR
	pushq	$(7 * 32 + 16)
	.cfi_adjust_cfa_offset 8
	jmp	slow_c
	end_thunk cmpxchg, 16

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
