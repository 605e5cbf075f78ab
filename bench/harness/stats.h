/* SPDX-License-Identifier: MIT */
/* Order statistics of a list of measurements: noise only ever adds time, so no means. */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

#include <stddef.h>

struct summary {
	double min;
	double p25;
	double median;
	double p75;
};

/* All zeros where @nr is 0. */
struct summary summarize(const double *samples, size_t nr);

/* The median of a[i] / b[i]: pairs measured side by side see the same noise. */
double median_of_ratios(const double *a, const double *b, size_t nr);

/* The median of a[i] - b[i]. */
double median_of_differences(const double *a, const double *b, size_t nr);

#endif
