/* SPDX-License-Identifier: MIT */
/* Adding to a double would add to its bits. REFUSED: not an operation on floating types */
#include <percpu/percpu.h>

#ifdef BAD
typedef double value_t;
#else
typedef long value_t;
#endif
DEFINE_PER_CPU(value_t, variable);

void function(void)
{
	this_cpu_add(variable, 1);
}
