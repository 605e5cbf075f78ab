/* SPDX-License-Identifier: MIT */
/* The ways to have an object, each with the same loops around its calls. */
#ifndef BENCH_ALLOC_WAYS_H
#define BENCH_ALLOC_WAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct way {
	const char *name;
	const char *description;
	const char *series; /* what plots call it; NULL: not in them */
	bool (*open)(void); /* whether it can be had here, and makes it ready; NULL: always */

	/* Allocates @nr objects of @size bytes; exits where there is no memory. */
	void (*fill)(void **objects, size_t nr, size_t size);

	/* Frees @nr of the objects: the one at @start and then every @step-th. */
	void (*drain)(void **objects, size_t start, ptrdiff_t step, size_t nr);

	/*
	 * Allocates and frees an object of PAIR_SIZE bytes, @nr times.  pairs_written() also
	 * writes what there is of it for the crew's CPUs before it frees it; a way that promises
	 * zeroed memory is held to that.
	 */
	void (*pairs)(size_t nr);
	void (*pairs_written)(size_t nr);

	/* The counter at @object of the @index-th CPU of the crew.  NULL: a way without. */
	uint64_t *(*counter)(void *object, unsigned int index);
};

#define PAIR_SIZE sizeof(uint64_t)

/* The library's, and what programs do without it. */
extern const struct way percpu_way;
extern const struct way malloc_way;
extern const struct way jemalloc_way;
extern const struct way calloc_way;
extern const struct way array_way;

#endif
