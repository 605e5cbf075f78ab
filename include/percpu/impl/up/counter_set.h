/* SPDX-License-Identifier: MIT */
/*
 * up/counter_set.h - counter_set.h with PERCPU_UP: there is one copy, and each word is taken by one
 * instruction, for the sake of signal handlers.
 */
#ifndef PERCPU_UP_COUNTER_SET_H
#define PERCPU_UP_COUNTER_SET_H

#include <percpu/impl/counter_set.h>
#include <percpu/impl/runtime.h>

#include <errno.h>

#include <percpu/impl/begin.h>

__pcpu_inline void __percpu_up_set_read(uintptr_t ptr, size_t width, size_t size, bool take,
					void *to)
{
	uint64_t *to_8 = (uint64_t *)to;
	uint32_t *to_4 = (uint32_t *)to;

	for (size_t i = 0; i < size / width; i++, ptr += width)
		if (width == sizeof(uint64_t))
			to_8[i] = take ? __pcpu_direct_xchg_8(ptr, 0) : __pcpu_direct_read_8(ptr);
		else
			to_4[i] = take ? __pcpu_direct_xchg_4(ptr, 0) : __pcpu_direct_read_4(ptr);
}

PERCPU_API void __percpu_set_sum(uintptr_t ptr, size_t width, size_t size, void *to)
{
	__percpu_up_set_read(ptr, width, size, false, to);
}

PERCPU_API int __percpu_set_take(uintptr_t ptr, size_t width, size_t unit, size_t size, void *to)
{
	if (size == 0 || size == SIZE_MAX || size % unit)
		return -EINVAL;
	__percpu_up_set_read(ptr, width, size, true, to);
	return 0;
}

PERCPU_API int __percpu_set_snapshot(uintptr_t ptr, size_t width, size_t size, void *to)
{
	__percpu_up_set_read(ptr, width, size, false, to);
	return 0;
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_COUNTER_SET_H */
