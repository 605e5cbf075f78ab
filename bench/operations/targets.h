/* SPDX-License-Identifier: MIT */
/* What the library promises about its operations, as ratios measured in one run. */
#ifndef BENCH_OPERATIONS_TARGETS_H
#define BENCH_OPERATIONS_TARGETS_H

#include "harness/target.h"
#include "operations/results.h"

extern const size_t nr_targets;

/*
 * Fills @outcomes, one a target.  Not measured are targets of which a case was not run, or that are
 * of more threads than there are CPUs, which then did not run at the same time.
 */
void targets_judge(const struct results *results, struct outcome *outcomes);

/* That no update is lost. */
struct outcome lost_judge(const struct results *results);

#endif
