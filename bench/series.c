// SPDX-License-Identifier: MIT
#include "series.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

void series_init(struct series *series, struct bench_case subject, unsigned int threads,
		 size_t rounds)
{
	series->subject = subject;
	series->threads = threads;
	series->rounds = 0;
	for (int clock = 0; clock < NR_CLOCKS; clock++) {
		series->ns[clock] = calloc(rounds, sizeof(*series->ns[clock]));
		if (!series->ns[clock])
			err(EXIT_FAILURE, "series of %zu rounds", rounds);
	}
}

void series_destroy(struct series *series)
{
	for (int clock = 0; clock < NR_CLOCKS; clock++)
		free(series->ns[clock]);
}

const struct series *series_find(const struct results *results, const char *way,
				 enum bench_layout_id layout, unsigned int threads)
{
	for (size_t i = 0; i < results->nr; i++) {
		const struct series *series = &results->series[i];

		if (series->threads == threads && series->subject.layout == layout &&
		    !strcmp(series->subject.way->name, way))
			return series;
	}
	return NULL;
}

struct comparison series_compare(const struct series *a, const struct series *b,
				 enum bench_clock clock)
{
	struct comparison comparison = {
		.median = median_of_ratios(a->ns[clock], b->ns[clock], a->rounds),
		.of_minima = summarize(a->ns[clock], a->rounds).min /
			     summarize(b->ns[clock], b->rounds).min,
	};

	return comparison;
}
