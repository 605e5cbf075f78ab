// SPDX-License-Identifier: MIT
#include "harness/series.h"

#include <err.h>
#include <stdlib.h>

void series_init(struct series *series, size_t rounds)
{
	series->rounds = 0;
	for (int clock = 0; clock < NR_CLOCKS; clock++) {
		/* one more: what is not measured has no rounds, and calloc(0) may be NULL */
		series->values[clock] = calloc(rounds + 1, sizeof(*series->values[clock]));
		if (!series->values[clock])
			err(EXIT_FAILURE, "series of %zu rounds", rounds);
	}
}

void series_destroy(struct series *series)
{
	for (int clock = 0; clock < NR_CLOCKS; clock++)
		free(series->values[clock]);
}

void series_add(struct series *series, const double *values)
{
	for (int clock = 0; clock < NR_CLOCKS; clock++)
		series->values[clock][series->rounds] = values[clock];
	series->rounds++;
}

struct summary series_summary(const struct series *series, enum bench_clock clock)
{
	return summarize(series->values[clock], series->rounds);
}

struct comparison series_compare(const struct series *a, const struct series *b,
				 enum bench_clock clock)
{
	return (struct comparison){
		.median = median_of_ratios(a->values[clock], b->values[clock], a->rounds),
		.of_minima = series_summary(a, clock).min / series_summary(b, clock).min,
	};
}
