/* SPDX-License-Identifier: MIT */
/*
 * mem.h - memory for the library's own records: jemalloc, in an arena of its own.
 *
 * The jemalloc is a private copy, linked into the library under other names. The program's malloc
 * is neither used nor replaced.
 *
 * The functions may be called from several threads at once, but not from signal handlers. A forked
 * child may call them.
 */
#ifndef PCPU_MEM_H
#define PCPU_MEM_H

#include <stddef.h>

/* Makes the arena. 0, or a negative errno. Once, before the functions below. */
int pcpu_mem_init(void);

/* @size zeroed bytes, aligned for any type and to a cache line from 64 bytes on; NULL: no memory.
 */
void *pcpu_mem_zalloc(size_t size);

/* Gives back what pcpu_mem_zalloc(@size) returned. NULL does nothing. */
void pcpu_mem_free(void *ptr, size_t size);

/* What lets one thread at a time in, for fork(). NULL: that is left to others. */
struct pcpu_mutex *pcpu_mem_mutex(void);

/* Bytes of the arena in use. */
size_t pcpu_mem_allocated(void);

/* Gives memory that is not in use back to the system. Returns the bytes, as far as is known. */
size_t pcpu_mem_trim(void);

#endif /* PCPU_MEM_H */
