/* SPDX-License-Identifier: MIT */
/* sizes.c - every operation on every size, for the functions of the fallback tier that come with
 * them. */
#include <percpu/percpu.h>

#include <percpu/impl/operations.h>

#define GET(name, n, type) value = (type)(value + this_cpu_##name(golden_##n));
#define PUT(name, n, type, plain, locked) this_cpu_##name(golden_##n, value);
#define SWAP(name, n, type, plain, locked) \
	value = (type)(value + this_cpu_##name(golden_##n, value));
#define CAS(name, n, type) value = (type)(value + this_cpu_##name(golden_##n, value, 1));

#define OPERATIONS(n, type)                                     \
	DEFINE_PER_CPU(type, golden_##n);                       \
	type golden_use_##n(type value)                         \
	{                                                       \
		__PCPU_OPERATIONS(GET, PUT, SWAP, CAS, n, type) \
		return value;                                   \
	}

OPERATIONS(1, unsigned char)
OPERATIONS(2, unsigned short)
OPERATIONS(4, unsigned int)
OPERATIONS(8, unsigned long)
