/* SPDX-License-Identifier: MIT */
/*
 * mappings.h - of the private jemalloc's mappings, core dumps have what has been handed out.
 *
 * jemalloc maps 2 MiB at the least for each of its purposes, 8 MiB at its start, and touches some
 * pages of each. A dump that is written to a pipe, and gdb's, has all pages that are mapped. So a
 * mapping is kept out of cores as it comes, and kept in up to the highest byte that a record has.
 * jemalloc's own tables are in no core.
 *
 * Everything here is done under the lock of mem.c.
 */
#ifndef PCPU_MAPPINGS_H
#define PCPU_MAPPINGS_H

#include <stddef.h>
#include <sys/types.h>

/* What jemalloc calls in place of the C library's functions. */
void *pcpu_je_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset);
int pcpu_je_munmap(void *addr, size_t size);

/*
 * Before and after jemalloc starts. It crashes (5.3) where it is refused the first mapping of that,
 * and takes several in the course of it; and it takes 13 KiB of stack, which a thread may not have.
 * So both are there first, in one mapping. Returns the end of the stack, of PCPU_MAPPINGS_STACK
 * bytes, or NULL: it is not to be had, and nothing has begun.
 */
void *pcpu_mappings_begin(void);
void pcpu_mappings_end(void);
#define PCPU_MAPPINGS_STACK ((size_t)64 << 10)

/* [ptr, ptr + size) has been handed out. */
void pcpu_mem_keep_in_cores(const void *ptr, size_t size);

#endif /* PCPU_MAPPINGS_H */
