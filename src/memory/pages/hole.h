/* SPDX-License-Identifier: MIT */
/*
 * hole.h - windows for which no address space is reserved: they lie in the largest hole between
 * mappings, and each committed part is a mapping of its own. vm.h is what it is used through.
 */
#ifndef PCPU_HOLE_H
#define PCPU_HOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Finds a hole for @size bytes of windows. 0 and the start, a page, in @base, or -ENOMEM. Once. */
int pcpu_hole_find(size_t size, uintptr_t *base);

/* Whether there is one. */
bool pcpu_hole_is_found(void);

/* Has what is committed from now on in the windows that [addr, addr + size) touches be @node's. */
void pcpu_hole_set_node(uintptr_t addr, size_t size, unsigned int node);

/*
 * Maps the pages of [ptr, ptr + size), with @flags of mmap(), where nothing is mapped yet. 0;
 * -EEXIST if somebody's mapping is there; or another negative errno.
 */
int pcpu_hole_commit(void *ptr, size_t size, int flags);

#endif /* PCPU_HOLE_H */
