/* SPDX-License-Identifier: MIT */
/*
 * twin.h - windows at the addresses that all processes have in common.
 *
 * Entries say where windows are. Processes that share entries have their windows at one place then:
 * a child has, and others have not. So where they share copies that are in a file, each has its
 * windows mapped a second time, at an address that the file names, and entries say that one. Both
 * are the same memory, and what is done to a window is done to its twin.
 */
#ifndef PCPU_TWIN_H
#define PCPU_TWIN_H

#include <stddef.h>
#include <stdint.h>

/* What the twin of an address is: 0, if it has none; NULL: nothing has one. */
void pcpu_twins_set(uintptr_t (*twin_of)(uintptr_t addr));

/* The twin of a place in a window, or NULL. */
void *pcpu_twin_of(const void *ptr);

/* Has the memory of a shared mapping, or of a part of one, be at its twin as well. 0 or -errno. */
int pcpu_twin_map(void *ptr, size_t size);

/*
 * Reserves [addr, addr + size) for twins, and takes that back. 0; -EADDRINUSE: something is there;
 * or another negative errno.
 */
int pcpu_twins_reserve(uintptr_t addr, size_t size);
void pcpu_twins_release(uintptr_t addr, size_t size);

#endif /* PCPU_TWIN_H */
