/* SPDX-License-Identifier: MIT */
/* All copies of a const variable would be equal. REFUSED: const|section */
#include <percpu/percpu.h>

#ifdef BAD
DEFINE_PER_CPU(const int, variable) = 1;
#else
DEFINE_PER_CPU(int, variable) = 1;
#endif
DEFINE_PER_CPU(int, other) = 1;

int function(void)
{
	return this_cpu_read(variable) + this_cpu_read(other);
}
