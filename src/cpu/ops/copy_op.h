/* SPDX-License-Identifier: MIT */
/*
 * copy_op.h - what an operation does to one copy in memory, out of line.
 *
 * With locked instructions, which are right whoever else does the same. Compiled to use general
 * registers only, see slow.c.
 */
#ifndef PCPU_COPY_OP_H
#define PCPU_COPY_OP_H

#include <percpu/impl/runtime.h>

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

#endif /* PCPU_COPY_OP_H */
