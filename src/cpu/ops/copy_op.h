/* SPDX-License-Identifier: MIT */
/*
 * copy_op.h - what an operation does to one copy in memory, out of line.
 *
 * With locked instructions, which are right whoever else does the same; and for a copy that is not
 * aligned to its size, which no processor locks well, without. Compiled to use general registers
 * only, see slow.c.
 */
#ifndef PCPU_COPY_OP_H
#define PCPU_COPY_OP_H

#include <percpu/impl/runtime.h>

#include <stdbool.h>
#include <stdint.h>

/* An operation and its operands. */
struct pcpu_op {
	unsigned int op;   /* __PCPU_OP_... */
	unsigned int size; /* 1, 2, 4 or 8; 16: cmpxchg */
	uint64_t a, b;     /* value; or expected and new value */
	uint64_t a2, b2;   /* the high halves of 16 bytes */
};

/*
 * Does @op on @address, exactly among any number of threads that do the same. Returns the result;
 * of 16 bytes its low half, and its high half is in @op->a2.
 */
uint64_t pcpu_op_locked(struct pcpu_op *op, uintptr_t address);

/*
 * Whether a copy at such an address, or the low half of one, is aligned to its size. If not, a
 * locked instruction may be across two cache lines: x86-64 stops every CPU of the machine for it,
 * or kills the process for it (split_lock_detect=fatal), and aarch64 refuses it.
 */
static inline bool pcpu_op_is_aligned(const struct pcpu_op *op, uintptr_t address)
{
	return (address & (op->size - 1)) == 0;
}

/*
 * Does @op, of at most 8 bytes, on @address, where nobody else does anything: the caller holds the
 * copy's CPU, and all signals are masked. If the processor has PCPU_REPLACES_AT_ONCE, threads that
 * are pinned to the CPU that the caller runs on may operate there meanwhile. Returns the result.
 */
uint64_t pcpu_op_alone(const struct pcpu_op *op, uintptr_t address);

#endif /* PCPU_COPY_OP_H */
