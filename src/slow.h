/* SPDX-License-Identifier: MIT */
/*
 * slow.h - what an inlined operation does when its sequence was aborted or sent away.
 */
#ifndef PCPU_SLOW_H
#define PCPU_SLOW_H

#include <stdbool.h>
#include <stdint.h>

/* Finds out which registers there are to keep. Once, before the first operation. In arch/. */
void pcpu_slow_init(void);

/* The number of the CPU, by the C library, and every vector register is kept. In arch/. */
int pcpu_getcpu(void);

/*
 * Lets the thunks ask the processor for the CPU's number where the kernel gives none: in the
 * fallback tier, where any number is right that is one of a possible CPU, and all below @nr_cpus
 * are. In arch/.
 */
void pcpu_slow_use_rdpid(unsigned int nr_cpus);

/* Which operation it is, and on how many bytes, as a thunk tells it. */
#define PCPU_SLOW_CODE(op, size) ((op)*32 + (size))

/*
 * The C side of the thunks. @operands are those of operation @code, the last one first (see
 * percpu/arch/); @low is the low half of the per-CPU pointer. Returns false if the operation is
 * done and its result is in the place of the first operand, true if it is to be tried again.
 */
bool pcpu_slow_entry(uint64_t *operands, uint32_t low, unsigned int code);

#endif /* PCPU_SLOW_H */
