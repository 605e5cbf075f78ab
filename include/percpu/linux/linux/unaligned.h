/* SPDX-License-Identifier: MIT */
/* linux/unaligned.h - numbers at any address, in the processor's order or one of the two. */
#ifndef PERCPU_LINUX_UNALIGNED_H
#define PERCPU_LINUX_UNALIGNED_H

#include <linux/types.h>

#include <endian.h>
#include <string.h>

#define get_unaligned(ptr)                                                  \
	__extension__({                                                     \
		__typeof__(+*(ptr)) __pcpu_number = 0;                      \
		__typeof__(*(ptr)) __pcpu_found;                            \
		memcpy(&__pcpu_found, (const void *)(ptr), sizeof(*(ptr))); \
		__pcpu_number = __pcpu_found;                               \
		(__typeof__(*(ptr)))__pcpu_number;                          \
	})
#define put_unaligned(value, ptr)                                      \
	do {                                                           \
		__typeof__(*(ptr)) __pcpu_number = (value);            \
		memcpy((void *)(ptr), &__pcpu_number, sizeof(*(ptr))); \
	} while (0)

/* One of each size and order. */
#define __pcpu_unaligned(order, bits)                                          \
	static inline u##bits get_unaligned_##order##bits(const void *p)       \
	{                                                                      \
		u##bits number;                                                \
                                                                               \
		memcpy(&number, p, sizeof(number));                            \
		return order##bits##toh(number);                               \
	}                                                                      \
	static inline void put_unaligned_##order##bits(u##bits value, void *p) \
	{                                                                      \
		const u##bits number = hto##order##bits(value);                \
                                                                               \
		memcpy(p, &number, sizeof(number));                            \
	}
__pcpu_unaligned(le, 16) __pcpu_unaligned(le, 32) __pcpu_unaligned(le, 64) __pcpu_unaligned(be, 16)
	__pcpu_unaligned(be, 32) __pcpu_unaligned(be, 64)

#endif /* PERCPU_LINUX_UNALIGNED_H */
