/* SPDX-License-Identifier: MIT */
/* displaced.c - see displaced.h. */
#include "memory/displaced.h"
#include "ground/lock.h"
#include "ground/mem.h"

#include <errno.h>
#include <stddef.h>

struct pcpu_displaced *pcpu_displaced_first;
unsigned int pcpu_nr_displaced;

int pcpu_displaced_add(uintptr_t start, uint64_t size, uint32_t coord)
{
	struct pcpu_displaced *displaced = pcpu_mem_zalloc(sizeof(*displaced));

	pcpu_assert_held(&pcpu_alloc_mutex);
	if (!displaced)
		return -ENOMEM;
	*displaced = (struct pcpu_displaced){pcpu_displaced_first, start, size, coord};
	__atomic_store_n(&pcpu_displaced_first, displaced, __ATOMIC_RELEASE);
	__atomic_store_n(&pcpu_nr_displaced, pcpu_nr_displaced + 1, __ATOMIC_RELEASE);
	return 0;
}

uint32_t pcpu_displaced_coordinate(uintptr_t ptr)
{
	const struct pcpu_displaced *at = __atomic_load_n(&pcpu_displaced_first, __ATOMIC_ACQUIRE);

	for (; at; at = at->next)
		if (ptr - at->start < at->size)
			return at->coord + (uint32_t)(ptr - at->start);
	return (uint32_t)ptr;
}
