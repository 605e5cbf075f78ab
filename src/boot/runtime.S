/* SPDX-License-Identifier: MIT */
/*
 * runtime.S - the storage of __percpu_rt and its like, and the entry that boots the library.
 *
 * In assembly for two reasons. The public header declares them const, so that compilers keep
 * its fields in registers, while the boot writes it: a compiler that saw both in one link-time
 * optimised program could fold the zeroes below into the code. And the constructor's priority is
 * one that compilers reserve: the boot precedes every constructor of the program, in a static
 * executable too.
 */
#include "boot/runtime_size.h"
#include "landing_pads.h"

	.data
	.globl	__percpu_rt
	.type	__percpu_rt, %object
	.p2align 6
__percpu_rt:
	.zero	PCPU_RUNTIME_SIZE
	.size	__percpu_rt, PCPU_RUNTIME_SIZE

	.globl	__percpu_nr_cpu_ids
	.type	__percpu_nr_cpu_ids, %object
__percpu_nr_cpu_ids:
	.zero	4
	.size	__percpu_nr_cpu_ids, 4

	.globl	__percpu_nr_possible
	.type	__percpu_nr_possible, %object
__percpu_nr_possible:
	.zero	4
	.size	__percpu_nr_possible, 4

	.section .init_array.00001, "aw", %init_array
	.p2align 3
	.quad	pcpu_boot

	.section .note.GNU-stack, "", %progbits
