/* SPDX-License-Identifier: MIT */
/* percpu.h - the calls of percpu/alloc.h, for those in the library that allocate for their callers.
 */
#ifndef PCPU_PERCPU_H
#define PCPU_PERCPU_H

#include <percpu/alloc.h>

/* __alloc_percpu_gfp(), on behalf of @caller: that is where the area counts as allocated. */
void __percpu *pcpu_alloc_for(size_t size, size_t align, gfp_t gfp, const void *caller);

#endif /* PCPU_PERCPU_H */
