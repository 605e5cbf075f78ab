/* SPDX-License-Identifier: MIT */
/*
 * offsets.h - what assembly knows of the structures in runtime.h, where each is asserted beside its
 * structure; in bytes. And an operation with the number of its bytes, as the slow side has it.
 *
 * For runtime.h, which leaves none of it to a program, and for texts of sequences elsewhere; so
 * there is no guard.
 */
#define __PCPU_ENTRY_SHIFT 6
#define __PCPU_ENTRY_BASE 8
#define __PCPU_ENTRY_REST 24
#define __PCPU_ENTRY_ATTENTION 40
#define __PCPU_ENTRY_MARKER 48
#define __PCPU_SELF_WORD 8
#define __PCPU_SELF_MARK 16
#define __PCPU_MARK_BUDGET 12
#define __PCPU_RT_RSEQ_OFFSET 0
#define __PCPU_RT_ENTRIES 8
#define __PCPU_RT_INDEX_OFFSET 16
#define __PCPU_RT_SELF_OFFSET 24
#define __PCPU_RT_RDPID_CPUS 64

#define __PCPU_CODE(op, n) (__PCPU_CODE_OP * +(op) + (n))
