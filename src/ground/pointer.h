/* SPDX-License-Identifier: MIT */
/*
 * pointer.h - dynamic per-CPU pointers: made-up addresses that carry a coordinate.
 *
 * The high half is the same in all of them (PCPU_POINTER_TAG), and such that the whole is no
 * address that a program can have, so that dereferencing one faults, always.
 */
#ifndef PCPU_POINTER_H
#define PCPU_POINTER_H

#include "arch_constants.h"

#include <stdbool.h>
#include <stdint.h>

static inline void *pcpu_pointer_make(uint32_t coord)
{
	return (void *)(PCPU_POINTER_TAG << 32 | coord);
}

static inline bool pcpu_pointer_is_dynamic(const volatile void *ptr)
{
	return (uintptr_t)ptr >> 32 == PCPU_POINTER_TAG;
}

#endif /* PCPU_POINTER_H */
