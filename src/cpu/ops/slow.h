/* SPDX-License-Identifier: MIT */
/*
 * slow.h - what an inlined operation does when its sequence was aborted or sent away.
 */
#ifndef PCPU_SLOW_H
#define PCPU_SLOW_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The C side. @operands are those of operation @code (its number * __PCPU_CODE_OP + its size), the
 * last one first (see percpu/impl/arch/); @ptr is the per-CPU pointer. Returns
 * false if the operation is done and its result is in the place of the first operand, true if it is
 * to be tried again.
 */
bool pcpu_slow_entry(uint64_t *operands, uintptr_t ptr, unsigned int code);

#endif /* PCPU_SLOW_H */
