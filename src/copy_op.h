/* SPDX-License-Identifier: MIT */
/*
 * copy_op.h - what an operation does to one copy in memory, out of line.
 *
 * Two ways to do the same: with locked instructions, and plainly. Which one is right is the
 * caller's business (thread.c). Compiled to use general registers only, see slow.c.
 */
#ifndef PCPU_COPY_OP_H
#define PCPU_COPY_OP_H

#include <percpu/runtime.h>

#include <stdint.h>

/* An operation and its operands. */
struct pcpu_op {
	unsigned int op;   /* __PERCPU_OP_... */
	unsigned int size; /* 1, 2, 4 or 8; 16: cmpxchg of a pair */
	uint64_t a, b;	   /* value; or expected and new value */
	uint64_t a2, b2;   /* the second word of a pair */
};

/* The result: of a pair 1 if it was stored, else 0. */

/* On @address, exact among any number of threads that do the same. */
uint64_t pcpu_op_locked(const struct pcpu_op *op, uintptr_t address);

/* On @address, exact if nobody else touches it. */
uint64_t pcpu_op_plain(const struct pcpu_op *op, uintptr_t address);

#endif /* PCPU_COPY_OP_H */
