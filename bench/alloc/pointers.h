/* SPDX-License-Identifier: MIT */
/* Where a measurement keeps its objects. */
#ifndef BENCH_ALLOC_POINTERS_H
#define BENCH_ALLOC_POINTERS_H

#include <stddef.h>

/*
 * @nr pointers, all of them resident already: the first touch of the benchmark's own memory is not
 * to be measured.  The caller frees them.
 */
void **resident_pointers(size_t nr);

#endif
