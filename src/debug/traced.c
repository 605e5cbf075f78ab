/* SPDX-License-Identifier: MIT */
/* traced.c - see traced.h. */
#include "debug/traced.h"
#include "alloc/chunk/chunk.h"
#include "arch/probe.h"
#include "ground/pointer.h"

#include <percpu/cpu.h>

struct pcpu_traced pcpu_trace_find(uint32_t coord)
{
	const struct pcpu_chunk *chunk = pcpu_chunk_of_live(coord);

	if (!chunk)
		return (struct pcpu_traced){0};
	return (struct pcpu_traced){
		.base_addr = pcpu_chunk_base_addr(chunk),
		.off = coord - chunk->base,
	};
}

/*
 * The bytes are those of all CPUs' copies. And once more by the most important ones: bpftrace has a
 * probe's first six arguments only.
 */
void pcpu_trace_alloc(const struct pcpu_request *request, uint32_t coord, const void *caller)
{
	const struct pcpu_traced at = pcpu_trace_find(coord);
	const uintptr_t ptr = (uintptr_t)pcpu_pointer_make(coord);

	PCPU_PROBE4_IF(pcpu_gate, alloc, ptr, request->size, request->align, (uintptr_t)caller);
	PCPU_PROBE10_IF(pcpu_gate, percpu_alloc_percpu, (uintptr_t)caller, request->reserved,
			!(request->gfp & __GFP_DIRECT_RECLAIM), request->size, request->align,
			at.base_addr, at.off, ptr, request->size * num_possible_cpus(),
			request->gfp);
}

void pcpu_trace_free(const struct pcpu_traced *traced, const volatile void *ptr)
{
	PCPU_PROBE3_IF(pcpu_gate, percpu_free_percpu, traced->base_addr, traced->off,
		       (uintptr_t)ptr);
}
