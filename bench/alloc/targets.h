/* SPDX-License-Identifier: MIT */
/* What the library promises about its allocator, judged by medians over the rounds. */
#ifndef BENCH_ALLOC_TARGETS_H
#define BENCH_ALLOC_TARGETS_H

#include "alloc/results.h"
#include "harness/target.h"

extern const size_t nr_targets;

/* Fills @outcomes, one a target.  Not measured are those of which a line was not. */
void targets_judge(const struct results *results, struct outcome *outcomes);

#endif
