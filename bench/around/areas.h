/* SPDX-License-Identifier: MIT */
/* Many areas of random size. */
#ifndef BENCH_AROUND_AREAS_H
#define BENCH_AROUND_AREAS_H

#include <stddef.h>

struct areas {
	void **pointer; /* per-CPU pointers */
	size_t *size;
	size_t nr;
};

/* @nr areas of 1 to 1,024 bytes, the same ones each time.  Exits where there is no memory. */
void areas_init(struct areas *areas, size_t nr);

/* Writes all copies of all areas. */
void areas_write(const struct areas *areas);

/* Frees them in a random order. */
void areas_destroy(struct areas *areas);

#endif
