/* SPDX-License-Identifier: MIT */
/*
 * pointer.h - dynamic per-CPU pointers: made-up addresses that carry a coordinate.
 *
 * The high half is the same in all of them, and such that the whole is no address that a program
 * can have, so that dereferencing one faults, always. On x86-64 bits 62 and 63 differ, which it
 * refuses with 48 and with 57 bits of address. aarch64 ignores the topmost 8 bits; of the next 8,
 * bit 55 says that the address is the program's, and then bits 52 to 54 must not be set, with 48
 * and with 52 bits of address. (The topmost ones are zero, so that a fault's report has the whole.)
 */
#ifndef PCPU_POINTER_H
#define PCPU_POINTER_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __aarch64__
#define PCPU_POINTER_TAG 0x005ac000UL
#else
#define PCPU_POINTER_TAG 0x5ac00000UL
#endif

static inline void *pcpu_pointer_make(uint32_t coord)
{
	return (void *)(PCPU_POINTER_TAG << 32 | coord);
}

static inline bool pcpu_pointer_is_dynamic(const volatile void *ptr)
{
	return (uintptr_t)ptr >> 32 == PCPU_POINTER_TAG;
}

#endif /* PCPU_POINTER_H */
