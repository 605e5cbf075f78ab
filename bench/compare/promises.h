/* SPDX-License-Identifier: MIT */
/* What has been promised of a figure: against itself before, against another one, or alone. */
#ifndef BENCH_COMPARE_PROMISES_H
#define BENCH_COMPARE_PROMISES_H

#include <stdio.h>

#include "compare/figures.h"

/*
 * A table in Markdown: each promise; the figure before and now, by what it is judged, and whether
 * it is kept.  Ratios are of medians over the runs.
 */
void promises_print(FILE *out, const struct figures *figures);

#endif
