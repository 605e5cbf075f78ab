/* SPDX-License-Identifier: MIT */
/* The same where it is the file's only per-CPU variable. REFUSED: const|section */
#include <percpu/percpu.h>

#ifdef BAD
DEFINE_PER_CPU(const int, variable) = 1;
#else
DEFINE_PER_CPU(int, variable) = 1;
#endif

int function(void)
{
	return this_cpu_read(variable);
}
