/* SPDX-License-Identifier: MIT */
/*
 * memblock.h - memory of a program's start, by the kernel's names: zeroed, of any alignment.
 * Include it where you want them. It comes from the C library, at any time, and is given back to
 * it.
 *
 * Those without "nopanic" in their names end the process where there is no memory (percpu_fatal());
 * the others, and memblock_alloc(), return NULL. Thread-safe; not for handlers of signals.
 */
#ifndef PERCPU_KERNEL_MEMBLOCK_H
#define PERCPU_KERNEL_MEMBLOCK_H

#include <percpu/log.h>

#include <stdlib.h>
#include <string.h>

#include <percpu/impl/begin.h>

/** memblock_alloc() - @size bytes, aligned to @align, a power of two; 0: to a cache line. */
__pcpu_inline void *memblock_alloc(size_t size, size_t align)
{
	void *memory;

	if (align == 0)
		align = SMP_CACHE_BYTES;
	if (align < sizeof(void *))
		align = sizeof(void *);
	if ((align & (align - 1)) != 0 || size > (size_t)-1 - align)
		return NULL;
	/* gnu99 has no aligned_alloc() */
	return posix_memalign(&memory, align, size) == 0 ? memset(memory, 0, size) : NULL;
}

__pcpu_inline void *memblock_virt_alloc_nopanic(size_t size, size_t align)
{
	return memblock_alloc(size, align);
}

/** memblock_virt_alloc_from_nopanic() - @from, the least address, is no matter in a process. */
__pcpu_inline void *memblock_virt_alloc_from_nopanic(size_t size, size_t align, uintptr_t from)
{
	(void)from;
	return memblock_alloc(size, align);
}

__pcpu_inline void *memblock_virt_alloc(size_t size, size_t align)
{
	void *memory = memblock_alloc(size, align);

	if (!memory)
		percpu_fatal("no memory for %zu bytes, aligned to %zu", size, align);
	return memory;
}

__pcpu_inline void *alloc_bootmem(size_t size)
{
	return memblock_virt_alloc(size, 0);
}

/** memblock_free(), memblock_free_early() - gives back all of it: @size is what was asked for. */
__pcpu_inline void memblock_free(void *ptr, size_t size)
{
	(void)size;
	free(ptr);
}

__pcpu_inline void memblock_free_early(void *ptr, size_t size)
{
	memblock_free(ptr, size);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_KERNEL_MEMBLOCK_H */
