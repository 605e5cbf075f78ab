/* SPDX-License-Identifier: MIT */
/* No instruction changes 3 bytes at once. REFUSED: 1, 2, 4 or 8 bytes */
#include <percpu/percpu.h>

#ifdef BAD
typedef struct {
	char bytes[3];
} value_t;
#define VALUE ((value_t){{1}})
#else
typedef int value_t;
#define VALUE 1
#endif
DEFINE_PER_CPU(value_t, variable);

void function(void)
{
	this_cpu_write(variable, VALUE);
}
