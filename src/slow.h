/* SPDX-License-Identifier: MIT */
/*
 * slow.h - what an inlined operation does when its sequence was aborted or sent away.
 */
#ifndef PCPU_SLOW_H
#define PCPU_SLOW_H

#include <stdbool.h>
#include <stdint.h>

/* The register components that pcpu_call_saving_vectors() keeps; set before the first operation. */
extern uint32_t pcpu_xsave_mask;

/* Finds out what there is to keep. Once. */
void pcpu_slow_init(void);

/*
 * The C side of __percpu_slow_thunk. @operands[0] is the operation's code, its operands follow (see
 * percpu/arch/x86_64.h); @low the low half of the per-CPU pointer. Returns false if the operation
 * is done and its result is in the place of the first operand, true if it is to be tried again.
 */
bool pcpu_slow_entry(uint64_t *operands, uint32_t low);

#endif /* PCPU_SLOW_H */
