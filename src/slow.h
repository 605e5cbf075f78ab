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

/* Whether a program may ask the processor for the CPU's number. In arch/. */
bool pcpu_slow_has_rdpid(void);

/*
 * The C side. @operands are those of operation @code (__PCPU_SLOW_CODE), the last one first (see
 * percpu/arch/); @low is the low half of the per-CPU pointer. Returns false if the operation is
 * done and its result is in the place of the first operand, true if it is to be tried again.
 */
bool pcpu_slow_entry(uint64_t *operands, uint32_t low, unsigned int code);

#endif /* PCPU_SLOW_H */
