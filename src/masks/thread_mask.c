/* SPDX-License-Identifier: MIT */
/*
 * thread_mask.c - what a caller's thread or a careless number has to do with masks:
 * percpu/cpumask.h.
 */
#include "ground/bitmap.h"
#include "ground/log.h"
#include "ground/system/affinity.h"

#include <percpu/impl/cpumask.h>

PERCPU_API int __percpu_affinity(unsigned long *bits, unsigned int nbits)
{
	struct pcpu_affinity affinity;
	const int err = pcpu_affinity_get(&affinity);

	if (err)
		return err;
	for (unsigned int i = 0; i < PCPU_BITS_TO_LONGS(nbits); i++)
		bits[i] = i < affinity.size / sizeof(*bits) ? affinity.mask[i] : 0;
	return 0;
}

PERCPU_API void __percpu_cpumask_warn(unsigned int cpu, unsigned int nbits)
{
	static bool said;

	if (!__atomic_exchange_n(&said, true, __ATOMIC_RELAXED))
		pcpu_log(PERCPU_LOG_WARNING, "CPU %u of a mask of %u", cpu, nbits);
}
