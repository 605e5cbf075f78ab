/* SPDX-License-Identifier: MIT */
/*
 * vm.h - address space and pages, as the operating system gives them.
 *
 * The region is one reservation in which nothing is accessible. Parts of it are committed (become
 * readable and writable, zero, and resident page by page as they are touched) and decommitted.
 *
 * Where the reservation is refused (RLIMIT_AS counts it), the region is only a place: the largest
 * hole of the address space, where each committed part is a mapping of its own.
 */
#ifndef PCPU_VM_H
#define PCPU_VM_H

#include <stddef.h>
#include <stdint.h>

/* Finds @size bytes of address space for windows. 0 and the start in @base, or -ENOMEM. Once. */
int pcpu_vm_reserve(size_t size, uintptr_t *base);

/*
 * Makes the pages of [addr, addr + size) accessible; both page-aligned, inside the region. Pages
 * that are accessible already keep their content if the region is reserved. 0 or a negative errno,
 * and then none of these pages is committed.
 */
int pcpu_vm_commit(uintptr_t addr, size_t size);

/* Gives the pages back; the next commit finds them zero. */
void pcpu_vm_decommit(uintptr_t addr, size_t size);

/*
 * Has pages of [addr, addr + size) come from @node if it has any. A matter of speed: an error is
 * for the log. 0 or a negative errno.
 */
int pcpu_vm_bind(uintptr_t addr, size_t size, unsigned int node);

/*
 * An array of @size accessible zero bytes with inaccessible space behind it, up to @reserve bytes
 * in all, so that an index out of range faults. NULL: no memory.
 */
void *pcpu_vm_guarded_array(size_t size, size_t reserve);

#endif /* PCPU_VM_H */
