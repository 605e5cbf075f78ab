/* SPDX-License-Identifier: MIT */
/* sizes.c - every operation on every size, for the functions of the fallback tier that come with
 * them. */
#include <percpu/percpu.h>

#define OPERATIONS(n, type)                                                     \
	DEFINE_PER_CPU(type, golden_##n);                                       \
	type golden_use_##n(type value)                                  \
	{                                                                       \
		this_cpu_write(golden_##n, value);                              \
		this_cpu_add(golden_##n, value);                                \
		this_cpu_and(golden_##n, value);                                \
		this_cpu_or(golden_##n, value);                                 \
		value = (type)(value + this_cpu_add_return(golden_##n, value)); \
		value = (type)(value + this_cpu_xchg(golden_##n, value));       \
		value = (type)(value + this_cpu_cmpxchg(golden_##n, value, 1)); \
		return (type)(value + this_cpu_read(golden_##n));               \
	}

OPERATIONS(1, unsigned char)
OPERATIONS(2, unsigned short)
OPERATIONS(4, unsigned int)
OPERATIONS(8, unsigned long)
