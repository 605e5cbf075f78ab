/* SPDX-License-Identifier: MIT */
/* 16 bytes are only for cmpxchg_double. REFUSED: 1, 2, 4 or 8 bytes */
#include <percpu/percpu.h>

#ifdef BAD
typedef __int128 value_t;
#else
typedef long value_t;
#endif
DEFINE_PER_CPU(value_t, variable);

void function(void)
{
	this_cpu_add(variable, 1);
}
