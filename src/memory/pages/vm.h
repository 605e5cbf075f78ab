/* SPDX-License-Identifier: MIT */
/*
 * vm.h - address space and pages, as the operating system gives them.
 *
 * Windows lie in reservations, in which nothing is accessible. Parts of them are committed (become
 * readable and writable, zero, and resident page by page as they are touched) and decommitted.
 *
 * Where no reservation is wanted, or it is refused (RLIMIT_AS counts it), windows lie in a hole:
 * the largest of the address space, in which each committed part is a mapping of its own. A
 * process has one or the other. Nothing above sees a difference.
 */
#ifndef PCPU_VM_H
#define PCPU_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reserves @size bytes of address space, aligned to @align (a power of two, at least a page), both
 * whole pages. 0 and the start in @base, or a negative errno.
 */
int pcpu_vm_reserve(size_t size, size_t align, uintptr_t *base);

/* Whether @size bytes could be reserved now. */
bool pcpu_vm_has_room(size_t size);

/* Gives a part of a reservation back to the system for good; whole pages. */
void pcpu_vm_release(uintptr_t addr, size_t size);

/*
 * Finds a hole for @size bytes of windows, of which nothing is mapped yet: from now on a commit is
 * a mapping. 0 and the start, a page, in @base, or -ENOMEM. Once, and after it no reservation.
 */
int pcpu_vm_find_hole(size_t size, uintptr_t *base);

/* Whether windows lie in reservations. */
bool pcpu_vm_is_reserved(void);

/* From the lowest reservation that was ever made to the end of the highest; 0 and 0 if none was. */
void pcpu_vm_reserved_range(uintptr_t *start, uintptr_t *end);

/*
 * Makes the pages of [addr, addr + size) accessible; both page-aligned, inside one window. Pages
 * that are accessible already keep their content in a reservation; in a hole that is -EEXIST. 0
 * or a negative errno, and then none of these pages is committed.
 */
int pcpu_vm_commit(uintptr_t addr, size_t size);

/* Gives the pages back; the next commit finds them zero. */
void pcpu_vm_decommit(uintptr_t addr, size_t size);

/*
 * Makes committed pages of [addr, addr + size) resident, so that touching them cannot fail any
 * more; their content stays. 0; -EOPNOTSUPP if the kernel cannot (it learned to with 5.14);
 * -ENOMEM or another negative errno, and then some of them may be resident all the same.
 */
int pcpu_vm_populate(uintptr_t addr, size_t size);

/*
 * Has the memory of an array of any kind, all of which is written to next: from a few pages on in
 * one call, if the kernel has it, which takes a third of the time of one page after the other.
 */
void pcpu_vm_will_fill(const void *ptr, size_t size);

/* Gives the memory of committed pages back; they stay accessible and are zero. */
void pcpu_vm_discard(uintptr_t addr, size_t size);

/*
 * How many bytes of [addr, addr + size), whole pages, are in memory and this process's alone: not
 * the page of zeros that a mere read brings. Where there is no /proc, pages in memory of whatever
 * kind. What is not mapped has none.
 */
size_t pcpu_vm_resident(uintptr_t addr, size_t size);

/*
 * Has pages of [addr, addr + size) come from @node if it has any; in a hole, pages that are
 * committed from now on, of all windows that the range touches. A matter of speed: an error is for
 * the log. 0 or a negative errno.
 */
int pcpu_vm_bind(uintptr_t addr, size_t size, unsigned int node);

/*
 * Has /proc call the window at @addr, and the page behind it, that of @cpu; in a hole, each part
 * when it is committed, by what @find says of its address (false: it is in no window).
 */
void pcpu_vm_name(uintptr_t addr, size_t size, unsigned int cpu);
void pcpu_vm_set_cpu_of(bool (*find)(uintptr_t addr, unsigned int *cpu));

/*
 * Has the memory of [addr, addr + size) shared with the children of the process from now on:
 * the window of @cpu, of which nothing is committed. 0 or a negative errno.
 */
int pcpu_vm_share(uintptr_t addr, size_t size, unsigned int cpu);

/* Takes that back, or its attempt. What has been shared must not be left so: fatal. */
void pcpu_vm_unshare(uintptr_t addr, size_t size, unsigned int cpu);

/*
 * Has [addr, addr + size) of a shared window, and of its twin (twin.h), be @file from @at on. 0, or
 * a negative errno: then the window is to be unshared.
 */
int pcpu_vm_map_file(uintptr_t addr, size_t size, int file, uint64_t at);

/* @size bytes of @file from @at on, wherever there is room, to be read and written; NULL: none. */
void *pcpu_vm_view_file(size_t size, int file, uint64_t at);
void pcpu_vm_end_view(void *view, size_t size);

/* Has the @size bytes at @array, whole pages, be @file from @at on. 0 or a negative errno. */
int pcpu_vm_map_array(void *array, size_t size, int file, uint64_t at);

/* Whether that is so; and whether the process is such a child. */
bool pcpu_vm_is_shared(void);
bool pcpu_vm_is_apart(void);

/* In such a child: what it commits and decommits from now on concerns nobody else. */
void pcpu_vm_keep_apart(void);

/* Has the @size bytes of a guarded array, whole pages, shared too, with what is in them. */
int pcpu_vm_share_array(void *array, size_t size);

/* Takes that back, or its attempt. What has been shared must not be left so: fatal. */
void pcpu_vm_unshare_array(void *array, size_t size);

/*
 * An array of @size accessible zero bytes with inaccessible space behind it, up to @reserve bytes
 * in all, so that an index out of range faults. NULL: no memory.
 */
void *pcpu_vm_guarded_array(size_t size, size_t reserve);

/*
 * Has core dumps pass over the pages that lie whole in [ptr, ptr + size) of an array that is much
 * larger than what is used of it; or have those that it lies in after all. Before that they have
 * all that is accessible, and nothing else.
 */
void pcpu_vm_keep_out_of_cores(const void *ptr, size_t size);
void pcpu_vm_keep_in_cores(const void *ptr, size_t size);

#endif /* PCPU_VM_H */
