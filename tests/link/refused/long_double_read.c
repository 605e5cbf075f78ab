/* SPDX-License-Identifier: MIT */
/* A long double has 16 bytes. REFUSED: 1, 2, 4 or 8 bytes */
#include <percpu/percpu.h>

#ifdef BAD
typedef long double value_t;
#else
typedef double value_t;
#endif
DEFINE_PER_CPU(value_t, variable);

int function(void)
{
	return (int)this_cpu_read(variable);
}
