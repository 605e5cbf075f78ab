/* SPDX-License-Identifier: MIT */
/*
 * depot.h - batches of pointers in two stacks, which any thread and any handler of a signal pushes
 * to and pops from without a lock: the full ones, and the empty ones to carry more with.
 *
 * A stack is one word: the number of the batch on top, and how often the stack has changed.
 *
 *	push	U1	the batch's next = the top
 *		U2	the top: what U1 has seen -> the batch, changed once more, by compare and
 *			swap, released; or from U1 on again
 *	pop	D1	the top
 *		D2	that batch's next: it may have been popped meanwhile, and be anything
 *		D3	the top: what D1 has seen -> what D2 has, changed once more, by compare and
 *			swap, acquired; or from D1 on again. The count of changes says that no other
 *			pop or push has come in between, also where the batch is on top again
 *
 * D2 reads memory of a batch that may be another thread's by then: batches are never given back
 * while there is the depot. The count goes round after 2^32 changes, between D1 and D3.
 * tests/model/depot.pml is a model of it.
 */
#ifndef PCPU_DEPOT_H
#define PCPU_DEPOT_H

#include <stdint.h>

/* Of a batch. */
#define PCPU_BATCH_OBJECTS 64

struct pcpu_batch {
	uint32_t next;   /* the number of the one below, or 0 */
	uint32_t id;     /* its own number, from 1 on */
	unsigned int nr; /* how many objects it has; the thread's that has it */
	void *objects[PCPU_BATCH_OBJECTS];
};

/* The first segment has 32 batches, and each one twice as many as the one before. */
#define PCPU_DEPOT_FIRST 32u
#define PCPU_DEPOT_SEGMENTS 26

struct pcpu_stack {
	uint64_t top; /* how often it has changed, and the number of a batch or 0 */
} __attribute__((__aligned__(64)));

struct pcpu_depot {
	struct pcpu_stack full, empty;
	struct pcpu_batch *segments[PCPU_DEPOT_SEGMENTS];
	unsigned int nr_segments; /* changed by one thread at a time */
};

/* The batch on top, which is the caller's; NULL: there is none. Signal-safe. */
struct pcpu_batch *pcpu_depot_pop(struct pcpu_depot *depot, struct pcpu_stack *stack);
void pcpu_depot_push(struct pcpu_depot *depot, struct pcpu_stack *stack, struct pcpu_batch *batch);

/* The batch with that number. */
struct pcpu_batch *pcpu_depot_batch(const struct pcpu_depot *depot, uint32_t id);

/* How many batches there are. */
unsigned long pcpu_depot_batches(const struct pcpu_depot *depot);

/* Makes empty batches, as many as there are, or more. 0 or -ENOMEM. One thread at a time. */
int pcpu_depot_grow(struct pcpu_depot *depot);

/* Gives all memory back; nobody uses the depot. */
void pcpu_depot_free(struct pcpu_depot *depot);

#endif /* PCPU_DEPOT_H */
