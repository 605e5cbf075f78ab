/* SPDX-License-Identifier: MIT */
/* up/cpumask.h - cpumask.h with PERCPU_UP: masks of one bit, which nearly nobody looks at. */
#ifndef PERCPU_UP_CPUMASK_H
#define PERCPU_UP_CPUMASK_H

#include <percpu/impl/cpumask.h>
#include <percpu/impl/up/log.h>

#include <stdio.h>
#include <stdlib.h>

#include <percpu/impl/begin.h>

static const unsigned long __percpu_cpu_all_bits[1] __attribute__((__unused__)) = {1};
static const unsigned long __percpu_cpu_none_bits[1] __attribute__((__unused__)) = {0};

PERCPU_API __pcpu_mask_row *__percpu_bit_bitmap(void)
{
	static const unsigned long rows[2][1] = {{0}, {1}};

	return rows;
}

PERCPU_API void __percpu_cpumask_warn(unsigned int cpu, unsigned int nbits)
{
	static bool said;
	char message[64];

	if (said)
		return;
	said = true;
	snprintf(message, sizeof(message), "CPU %u of a mask of %u", cpu, nbits);
	__percpu_up_say(PERCPU_LOG_WARNING, message);
}

PERCPU_API unsigned int __percpu_any_distribute(const unsigned long *a, const unsigned long *b,
						unsigned int nbits)
{
	(void)a;
	(void)b;
	(void)nbits;
	return 0;
}

PERCPU_API unsigned int __percpu_local_spread(unsigned int i, int node)
{
	(void)i;
	(void)node;
	return 0;
}

PERCPU_API void *__percpu_alloc_cpumask(unsigned int size, gfp_t gfp)
{
	void *mask = calloc(1, size);

	if (!mask && !(gfp & __GFP_NOWARN))
		__percpu_up_say(PERCPU_LOG_WARNING, "no memory for a mask of CPUs");
	return mask;
}

PERCPU_API void *__percpu_alloc_cpumask_or_die(unsigned int size)
{
	void *mask = calloc(1, size);

	if (!mask)
		__percpu_up_fatal("no memory for a mask of CPUs");
	return mask;
}

PERCPU_API void __percpu_free_cpumask(void *mask)
{
	free(mask);
}

PERCPU_API int __percpu_affinity(unsigned long *bits, unsigned int nbits)
{
	(void)nbits;
	*bits = 1;
	return 0;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_CPUMASK_H */
