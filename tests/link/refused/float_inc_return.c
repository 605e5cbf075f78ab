/* SPDX-License-Identifier: MIT */
/* The same for the operations with a result. REFUSED: not an operation on floating types */
#include <percpu/percpu.h>

#ifdef BAD
typedef float value_t;
#else
typedef int value_t;
#endif
DEFINE_PER_CPU(value_t, variable);

int function(void)
{
	return (int)this_cpu_inc_return(variable);
}
