/* SPDX-License-Identifier: MIT */
/* Nor a structure. REFUSED: invalid operands|no match for|needed */
#include <percpu/percpu.h>

struct pair {
	long first, second;
};
DEFINE_PER_CPU(struct pair, variable);

void *function(unsigned int cpu)
{
#ifdef BAD
	return per_cpu_ptr(variable, cpu);
#else
	return per_cpu_ptr(&variable, cpu);
#endif
}
