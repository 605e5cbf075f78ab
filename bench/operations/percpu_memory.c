// SPDX-License-Identifier: MIT
#include "operations/percpu_memory.h"

#include <err.h>
#include <stdlib.h>

#include "operations/way.h"

void __percpu *percpu_memory(size_t size)
{
	void __percpu *memory = __alloc_percpu(size, _Alignof(struct counters));

	if (!memory)
		errx(EXIT_FAILURE, "no per-CPU memory of %zu bytes", size);
	return memory;
}
