// SPDX-License-Identifier: MIT
#include "harness/stats.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The value below which @fraction of the sorted samples lie, interpolated. */
static double quantile(const double *sorted, size_t nr, double fraction)
{
	double position = fraction * (double)(nr - 1);
	size_t below = (size_t)position;
	size_t above = below + 1 < nr ? below + 1 : below;

	return sorted[below] + (position - (double)below) * (sorted[above] - sorted[below]);
}

static double *allocate(size_t nr)
{
	double *values = calloc(nr, sizeof(*values));

	if (!values)
		err(EXIT_FAILURE, "samples");
	return values;
}

struct summary summarize(const double *samples, size_t nr)
{
	struct summary summary = {0};
	double *sorted;

	if (!nr)
		return summary;
	sorted = allocate(nr);
	memcpy(sorted, samples, nr * sizeof(*sorted));
	qsort(sorted, nr, sizeof(*sorted), compare);
	summary.min = sorted[0];
	summary.p25 = quantile(sorted, nr, 0.25);
	summary.median = quantile(sorted, nr, 0.5);
	summary.p75 = quantile(sorted, nr, 0.75);
	free(sorted);
	return summary;
}

static double ratio(double a, double b)
{
	return a / b;
}

static double difference(double a, double b)
{
	return a - b;
}

static double median_of_pairs(const double *a, const double *b, size_t nr,
			      double (*combine)(double, double))
{
	double *combined, median;

	if (!nr)
		return 0;
	combined = allocate(nr);
	for (size_t i = 0; i < nr; i++)
		combined[i] = combine(a[i], b[i]);
	median = summarize(combined, nr).median;
	free(combined);
	return median;
}

double median_of_ratios(const double *a, const double *b, size_t nr)
{
	return median_of_pairs(a, b, nr, ratio);
}

double median_of_differences(const double *a, const double *b, size_t nr)
{
	return median_of_pairs(a, b, nr, difference);
}
