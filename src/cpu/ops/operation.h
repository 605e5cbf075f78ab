/* SPDX-License-Identifier: MIT */
/*
 * operation.h - an operation on this CPU's copy that cannot be, or is not, a restartable sequence.
 *
 * __percpu_op(), __percpu_op_16() and __percpu_op_on() are implemented here. Compiled to use
 * general registers only, see slow.c.
 */
#ifndef PCPU_OPERATION_H
#define PCPU_OPERATION_H

#include "cpu/ops/copy_op.h"

#include <stdint.h>

/*
 * Each of these does @op on a copy of the object whose pointer's low half is @low, and returns the
 * result as pcpu_op_locked() does. They are signal-safe, and keep errno.
 */

/* In the fallback tier: on this CPU's copy. Holds the CPU if that is not aligned to its size. */
uint64_t pcpu_operate_marked(struct pcpu_op *op, uint32_t low);

/*
 * Where neither a sequence nor a mark is a way: on the copy of the CPU that the thread holds; if it
 * holds none, of the CPU that it runs on, which it holds for the time being.
 */
uint64_t pcpu_operate_holding(struct pcpu_op *op, uint32_t low);

/* Opens the unit of @cpu if it is not. */
void pcpu_operate_open(unsigned int cpu);

#endif /* PCPU_OPERATION_H */
