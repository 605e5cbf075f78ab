/* SPDX-License-Identifier: MIT */
/* The same for this_cpu_ptr(). REFUSED: unary|indirection */
#include <percpu/percpu.h>

DEFINE_PER_CPU(unsigned long, variable);

unsigned long function(void)
{
#ifdef BAD
	return (unsigned long)this_cpu_ptr(variable);
#else
	return (unsigned long)this_cpu_ptr(&variable);
#endif
}
