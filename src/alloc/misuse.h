/* SPDX-License-Identifier: MIT */
/*
 * misuse.h - what a pointer is that should not have been given to free_percpu().
 *
 * Only ever asked on the way to a fatal message, or by who wants to know what an address is: the
 * answer is found by walking over the areas of a chunk, however many there are.
 */
#ifndef PCPU_MISUSE_H
#define PCPU_MISUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest description, with its final zero. */
#define PCPU_MISUSE_MAX 400

enum pcpu_misuse_kind {
	PCPU_MISUSE_NEVER,  /* of no chunk */
	PCPU_MISUSE_UNUSED, /* free, and handed out to nobody since its page was committed */
	PCPU_MISUSE_FREE,   /* free, and it was not always */
	PCPU_MISUSE_CACHED, /* in an area that was freed, and waits in a CPU's cache */
	PCPU_MISUSE_INSIDE, /* in a live area, but not at its start */
};

struct pcpu_misuse {
	enum pcpu_misuse_kind kind;
	uint32_t coord; /* of the pointer */
	/* The area that it lies in, free or not, with slivers; of none if there is no chunk. */
	uint32_t start;
	size_t size;
};

/* What @coord, where no live area starts, is. Under pcpu_alloc_mutex. */
void pcpu_misuse_find(uint32_t coord, struct pcpu_misuse *misuse);

/*
 * The live area that @coord lies in, with its slivers; what a cache has lent is live. False: there
 * is none. Under pcpu_alloc_mutex; may stop the CPUs' locks.
 */
bool pcpu_area_around(uint32_t coord, uint32_t *start, size_t *size);

/* Writes the end of a sentence that starts with "the pointer". */
void pcpu_misuse_describe(const struct pcpu_misuse *misuse, char text[PCPU_MISUSE_MAX]);

/*
 * Writes the end of a sentence on @ptr, which does not look like a dynamic per-CPU pointer: a CPU's
 * copy is recognised, and the symbol or the object that the address is of. No lock may be held.
 */
void pcpu_misuse_describe_address(const volatile void *ptr, char text[PCPU_MISUSE_MAX]);

#endif /* PCPU_MISUSE_H */
