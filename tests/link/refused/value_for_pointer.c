/* SPDX-License-Identifier: MIT */
/* per_cpu_ptr() takes a pointer, not the variable. REFUSED: unary|indirection */
#include <percpu/percpu.h>

DEFINE_PER_CPU(unsigned long, variable);

unsigned long function(unsigned int cpu)
{
#ifdef BAD
	return (unsigned long)per_cpu_ptr(variable, cpu);
#else
	return (unsigned long)per_cpu_ptr(&variable, cpu);
#endif
}
