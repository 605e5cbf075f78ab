/* SPDX-License-Identifier: MIT */
/* alloc.h - the calls of percpu/alloc.h, for those in the library that allocate for their callers.
 */
#ifndef PCPU_CALLS_ALLOC_H
#define PCPU_CALLS_ALLOC_H

#include <percpu/alloc.h>

/* __alloc_percpu_gfp(), on behalf of @caller: that is where the area counts as allocated. */
void __percpu *pcpu_alloc_for(size_t size, size_t align, gfp_t gfp, const void *caller);

#endif /* PCPU_CALLS_ALLOC_H */
