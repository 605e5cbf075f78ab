/* SPDX-License-Identifier: MIT */
/*
 * early_mem.h - the first records: a place in .bss, which costs a page where it is touched.
 *
 * jemalloc maps 8 MiB at its start and touches 45 pages of its own, a tenth of a millisecond, which
 * every process would pay at its own start. What the boot asks for fits here, with thousands of
 * CPUs too; so jemalloc starts when a program first asks for more (mem.c).
 *
 * Nothing is searched: a record is taken from the end, and its bytes are used again when it was the
 * last one, or when all have been given back.
 *
 * Everything here is done under the lock of mem.c.
 */
#ifndef PCPU_EARLY_MEM_H
#define PCPU_EARLY_MEM_H

#include <stdbool.h>
#include <stddef.h>

/* As pcpu_mem_zalloc(). NULL: there is not room for it. */
void *pcpu_early_zalloc(size_t size);

/* Takes back a record of @size bytes. False: it is not one of these. */
bool pcpu_early_free(void *ptr, size_t size);

/* Bytes of records that are in use. */
size_t pcpu_early_allocated(void);

#endif /* PCPU_EARLY_MEM_H */
