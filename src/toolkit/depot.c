/* SPDX-License-Identifier: MIT */
/* depot.c - see depot.h. */
#include "toolkit/depot.h"
#include "toolkit/slab.h"
#include "ground/system/race.h"

#include <errno.h>
#include <stddef.h>

static uint32_t id_of(uint64_t top)
{
	return (uint32_t)top;
}

/* What follows @top, with the batch of that number in its place. */
static uint64_t changed(uint64_t top, uint32_t id)
{
	return ((top >> 32) + 1) << 32 | id;
}

/* How many batches there are in the first @nr segments. */
static uint32_t batches_in(unsigned int nr)
{
	return PCPU_DEPOT_FIRST * ((1u << nr) - 1);
}

static size_t segment_size(unsigned int segment)
{
	return (size_t)(PCPU_DEPOT_FIRST << segment) * sizeof(struct pcpu_batch);
}

struct pcpu_batch *pcpu_depot_batch(const struct pcpu_depot *depot, uint32_t id)
{
	const uint32_t index = id - 1;
	const unsigned int segment = 31 - (unsigned int)__builtin_clz(index / PCPU_DEPOT_FIRST + 1);

	return &depot->segments[segment][index - batches_in(segment)];
}

unsigned long pcpu_depot_batches(const struct pcpu_depot *depot)
{
	return batches_in(depot->nr_segments);
}

struct pcpu_batch *pcpu_depot_pop(struct pcpu_depot *depot, struct pcpu_stack *stack)
{
	uint64_t top = __atomic_load_n(&stack->top, __ATOMIC_ACQUIRE);
	struct pcpu_batch *batch;
	uint32_t next;

	do {
		if (!id_of(top))
			return NULL;
		batch = pcpu_depot_batch(depot, id_of(top));
		next = __atomic_load_n(&batch->next, __ATOMIC_RELAXED);
	} while (!__atomic_compare_exchange_n(&stack->top, &top, changed(top, next), false,
					      __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE));
	pcpu_race_acquire(stack);
	return batch;
}

void pcpu_depot_push(struct pcpu_depot *depot, struct pcpu_stack *stack, struct pcpu_batch *batch)
{
	uint64_t top = __atomic_load_n(&stack->top, __ATOMIC_RELAXED);

	(void)depot;
	pcpu_race_release(stack);
	do
		__atomic_store_n(&batch->next, id_of(top), __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&stack->top, &top, changed(top, batch->id), false,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

int pcpu_depot_grow(struct pcpu_depot *depot)
{
	const unsigned int segment = depot->nr_segments;
	struct pcpu_batch *batches;

	if (segment == PCPU_DEPOT_SEGMENTS)
		return -ENOMEM;
	batches = pcpu_pages_map(segment_size(segment));
	if (!batches)
		return -ENOMEM;
	/* before the first of them is on a stack */
	depot->segments[segment] = batches;
	__atomic_store_n(&depot->nr_segments, segment + 1, __ATOMIC_RELEASE);
	for (uint32_t i = PCPU_DEPOT_FIRST << segment; i-- > 0;) {
		batches[i].id = batches_in(segment) + i + 1;
		pcpu_depot_push(depot, &depot->empty, &batches[i]);
	}
	return 0;
}

void pcpu_depot_free(struct pcpu_depot *depot)
{
	for (unsigned int i = 0; i < depot->nr_segments; i++)
		pcpu_pages_unmap(depot->segments[i], segment_size(i));
}
