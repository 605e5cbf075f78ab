/* SPDX-License-Identifier: MIT */
/*
 * mask_memory.c - memory for masks of the program's, where they are allocated: the program's own
 * malloc(), so that what finds its leaks finds these.
 */
#include "ground/fault.h"
#include "ground/log.h"

#include <percpu/impl/cpumask.h>

#include <stdlib.h>

static void *get(unsigned int size, bool zero)
{
	if (pcpu_fault(PCPU_FAULT_MEM))
		return NULL;
	return zero ? calloc(1, size) : malloc(size);
}

PERCPU_API void *__percpu_alloc_cpumask(unsigned int size, gfp_t gfp)
{
	void *mask = get(size, gfp & __GFP_ZERO);

	if (!mask && !(gfp & __GFP_NOWARN))
		pcpu_log(PERCPU_LOG_WARNING, "no memory for a mask of CPUs, size=%u", size);
	return mask;
}

PERCPU_API void *__percpu_alloc_cpumask_or_die(unsigned int size)
{
	void *mask = get(size, true);

	if (!mask)
		pcpu_fatal("no memory for a mask of CPUs, size=%u", size);
	return mask;
}

PERCPU_API void __percpu_free_cpumask(void *mask)
{
	free(mask);
}
