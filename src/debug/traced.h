/* SPDX-License-Identifier: MIT */
/*
 * traced.h - the kernel's events percpu_alloc_percpu and percpu_free_percpu, with its arguments,
 * for tracers that want to see each area: then the gate of alloc/cache.h is not open, and who
 * allocates and frees comes here.
 */
#ifndef PCPU_TRACED_H
#define PCPU_TRACED_H

#include "alloc/request.h"

#include <stdint.h>

/* The area at @coord has been allocated for @request of @caller: nobody else knows of it yet. */
void pcpu_trace_alloc(const struct pcpu_request *request, uint32_t coord, const void *caller);

/* Where an area is: what is to be known before it is freed, and is told after that. */
struct pcpu_traced {
	uintptr_t base_addr; /* of its chunk; 0: it is in none */
	uint32_t off;
};

/* That of the area at @coord, if it is one. */
struct pcpu_traced pcpu_trace_find(uint32_t coord);

void pcpu_trace_free(const struct pcpu_traced *traced, const volatile void *ptr);

#endif /* PCPU_TRACED_H */
