/* SPDX-License-Identifier: MIT */
/* One file of numbers, of those that the programs have written. */
#ifndef BENCH_NUMBERS_MERGE_H
#define BENCH_NUMBERS_MERGE_H

#include <stdbool.h>

/* Writes it to standard output.  @quick: the numbers say nothing.  Returns 0, or -1. */
int merge(char *const *paths, bool quick);

#endif
