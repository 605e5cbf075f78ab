/* SPDX-License-Identifier: MIT */
/*
 * up/ops.h - what ops.h reports, with PERCPU_UP.
 */
#ifndef PERCPU_UP_OPS_H
#define PERCPU_UP_OPS_H

#include <percpu/impl/up/log.h>

#include <percpu/impl/begin.h>

PERCPU_API void __attribute__((__cold__, __noreturn__))
__percpu_bad_pair(uintptr_t ptr1, uintptr_t ptr2, size_t size)
{
	char message[256];

	snprintf(message, sizeof(message),
		 "cmpxchg of two words at %#lx and %#lx: the second must follow the first, and the "
		 "first must be aligned to %zu bytes",
		 (unsigned long)ptr1, (unsigned long)ptr2, 2 * size);
	__percpu_up_fatal(message);
}

#include <percpu/impl/end.h>

#endif /* PERCPU_UP_OPS_H */
