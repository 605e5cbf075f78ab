/* SPDX-License-Identifier: MIT */
/* A structure of 8 bytes is no integer. REFUSED: operand|conver|cast|type|arith */
#include <percpu/percpu.h>

#ifdef BAD
typedef struct {
	long value;
} value_t;
#else
typedef long value_t;
#endif
DEFINE_PER_CPU(value_t, variable);

void function(void)
{
	this_cpu_inc(variable);
}
