/* SPDX-License-Identifier: MIT */
/*
 * runtime.S - the storage of __percpu_rt and its like, and the entry that boots the library.
 *
 * In assembly for two reasons. The public header declares them const, so that compilers keep
 * its fields in registers, while the boot writes it: a compiler that saw both in one link-time
 * optimised program could fold the zeroes below into the code. And the constructor's priority is
 * one that compilers reserve: the boot precedes every constructor of the program, in a static
 * executable too.
 *
 * What comes before it nevertheless (.preinit_array, functions that choose another one for the
 * loader) must not operate: nobody knows yet which CPUs there are. It is sent to the slow side, which
 * says so. For that the thread's rseq area, its index and its percpu_self are, until the boot, in a
 * place of the thread's that glibc for x86-64 keeps free and zero: tcbhead_t.__glibc_unused2, 512 bytes
 * at 0x80, where code that was built for older ones expects it. And every CPU's unit is closed.
 * Elsewhere there is no such place, and such an operation faults.
 */
#include "boot/runtime_size.h"
#include "landing_pads.h"

#include <features.h>
#include <percpu/impl/offsets.h>

#if defined(__x86_64__) && defined(__GLIBC__)
#define FREE_PLACE	0x80
#define EARLY_ENTRIES	early_entries
#define EARLY_RSEQ	FREE_PLACE
#define EARLY_INDEX	(FREE_PLACE + 64)
#define EARLY_SELF	(FREE_PLACE + 128)
#else
#define EARLY_ENTRIES	0
#define EARLY_RSEQ	0
#define EARLY_INDEX	0
#define EARLY_SELF	0
#endif

	.data
	.globl	__percpu_rt
	.type	__percpu_rt, %object
	.p2align 6
__percpu_rt:
	.quad	EARLY_RSEQ
	.quad	EARLY_ENTRIES
	.quad	EARLY_INDEX
	.quad	EARLY_SELF
	.zero	PCPU_RUNTIME_SIZE - 32
	.size	__percpu_rt, PCPU_RUNTIME_SIZE

	.globl	__percpu_nr_cpu_ids
	.type	__percpu_nr_cpu_ids, %object
__percpu_nr_cpu_ids:
	.zero	4
	.size	__percpu_nr_cpu_ids, 4

	.globl	__percpu_nr_cpumask_bits
	.type	__percpu_nr_cpumask_bits, %object
__percpu_nr_cpumask_bits:
	.zero	4
	.size	__percpu_nr_cpumask_bits, 4

	.globl	__percpu_nr_possible
	.type	__percpu_nr_possible, %object
__percpu_nr_possible:
	.zero	4
	.size	__percpu_nr_possible, 4

/* whatever has all that has what debuggers read too (calls/debugger.c), of the archive as well */
	.p2align 3
	.quad	__percpu_debugger_info

#if defined(__x86_64__) && defined(__GLIBC__)
/* struct percpu_entry of the first CPUs: window, base, and what nobody looks at. */
	.p2align __PCPU_ENTRY_SHIFT
early_entries:
	.rept	16
	.quad	0xc000000000000000, -1
	.zero	(1 << __PCPU_ENTRY_SHIFT) - 16
	.endr
#endif

	.section .init_array.00001, "aw", %init_array
	.p2align 3
	.quad	pcpu_boot

	.section .note.GNU-stack, "", %progbits

#ifdef PCPU_GDB_SCRIPT
	/* gdb reads there what to load with a program that has this; it is no part of the image */
	.pushsection ".debug_gdb_scripts", "MS", %progbits, 1
	.byte	1
	.asciz	PCPU_GDB_SCRIPT
	.popsection
#endif
