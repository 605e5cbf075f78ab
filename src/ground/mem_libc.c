/* SPDX-License-Identifier: MIT */
/*
 * mem_libc.c - memory for the library's own records from the C library: instead of mem.c in a build
 * without jemalloc (PERCPU_JEMALLOC=OFF).
 *
 * Loading such a library does not change the program's malloc: it uses it. So a malloc of the
 * program's own must not operate on per-CPU variables. Large tables are mappings of their own,
 * which are zero without being touched.
 */
#include "ground/fault.h"
#include "ground/layout.h"
#include "ground/mem.h"
#include "ground/proc/name.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define LINE 64
/* From here on a mapping: that much to clear costs more than the system's call. */
#define LARGE ((size_t)128 << 10)

static size_t allocated;

int pcpu_mem_init(void)
{
	return pcpu_fault(PCPU_FAULT_MEM) ? -ENOMEM : 0;
}

static void *zalloc_large(size_t size)
{
	void *ptr = mmap(NULL, pcpu_page_ceil(size), PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (ptr == MAP_FAILED)
		return NULL;
	pcpu_name_more(ptr, pcpu_page_ceil(size), PCPU_NAME_METADATA);
	return ptr;
}

static void *zalloc_small(size_t size)
{
	void *ptr;

	if (size < LINE)
		return calloc(1, size);
	ptr = aligned_alloc(LINE, (size + LINE - 1) & ~(size_t)(LINE - 1));
	return ptr ? memset(ptr, 0, size) : NULL;
}

void *pcpu_mem_zalloc(size_t size)
{
	void *ptr;

	if (size == 0 || size > PTRDIFF_MAX - PCPU_PAGE_SIZE || pcpu_fault(PCPU_FAULT_MEM))
		return NULL;
	ptr = size < LARGE ? zalloc_small(size) : zalloc_large(size);
	if (ptr)
		__atomic_fetch_add(&allocated, size, __ATOMIC_RELAXED);
	return ptr;
}

void pcpu_mem_free(void *ptr, size_t size)
{
	if (!ptr)
		return;
	__atomic_fetch_sub(&allocated, size, __ATOMIC_RELAXED);
	if (size < LARGE)
		free(ptr);
	else
		munmap(ptr, pcpu_page_ceil(size));
}

/* The C library sees to its own. */
struct pcpu_mutex *pcpu_mem_mutex(void)
{
	return NULL;
}

size_t pcpu_mem_allocated(void)
{
	return __atomic_load_n(&allocated, __ATOMIC_RELAXED);
}

size_t pcpu_mem_trim(void)
{
#ifdef __GLIBC__
	malloc_trim(0);
#endif
	return 0;
}
