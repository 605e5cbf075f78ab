/* SPDX-License-Identifier: MIT */
/*
 * distribute.c - cpumask_any_distribute() of percpu/cpumask.h: a CPU each time, in turn.
 *
 * Where the last call ended is kept by CPU. A thread that is sent to another one between its read
 * and its write makes two calls give the same, which nobody minds.
 */
#include <percpu/cpumask.h>
#include <percpu/defs.h>
#include <percpu/ops.h>

static DEFINE_PER_CPU(unsigned int, behind_last);

PERCPU_API unsigned int __percpu_any_distribute(const unsigned long *a, const unsigned long *b,
						unsigned int nbits)
{
	const unsigned long found = __pcpu_find_wrap(__PCPU_BITS_AND, __pcpu_words2(a, b), nbits,
						     this_cpu_read(behind_last), nr_cpu_ids, false);

	if (found < nbits)
		this_cpu_write(behind_last, (unsigned int)found + 1);
	return (unsigned int)found;
}
