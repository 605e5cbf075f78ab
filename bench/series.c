// SPDX-License-Identifier: MIT
#include "series.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

struct series *results_append(struct results *results, size_t nr)
{
	size_t size = (results->nr + nr) * sizeof(*results->series);
	struct series *first;

	results->series = realloc(results->series, size);
	if (!results->series)
		err(EXIT_FAILURE, "results");
	first = results->series + results->nr;
	memset(first, 0, nr * sizeof(*first));
	results->nr += nr;
	return first;
}

static void series_destroy(struct series *series)
{
	for (int clock = 0; clock < NR_CLOCKS; clock++)
		free(series->ns[clock]);
}

void results_destroy(struct results *results)
{
	for (size_t i = 0; i < results->nr; i++)
		series_destroy(&results->series[i]);
	free(results->series);
}

void series_init(struct series *series, struct bench_case subject, enum bench_setting_id setting,
		 unsigned int threads, size_t rounds)
{
	series->subject = subject;
	series->setting = setting;
	series->threads = threads;
	series->rounds = 0;
	for (int clock = 0; clock < NR_CLOCKS; clock++) {
		/* one more: a case that did not run has no rounds, and calloc(0) may be NULL */
		series->ns[clock] = calloc(rounds + 1, sizeof(*series->ns[clock]));
		if (!series->ns[clock])
			err(EXIT_FAILURE, "series of %zu rounds", rounds);
	}
}

const struct series *series_find(const struct results *results, struct series_key key)
{
	for (size_t i = 0; i < results->nr; i++) {
		const struct series *series = &results->series[i];

		if (series->rounds && series->setting == key.setting &&
		    series->threads == key.threads && series->subject.layout == key.layout &&
		    !strcmp(series->subject.way->name, key.way))
			return series;
	}
	return NULL;
}

struct comparison series_compare(const struct series *a, const struct series *b,
				 enum bench_clock clock)
{
	struct summary of_a = summarize(a->ns[clock], a->rounds);
	struct summary of_b = summarize(b->ns[clock], b->rounds);
	double scale = clock == WALL_TIME ? (double)b->threads / a->threads : 1;
	struct comparison comparison = {.of_minima = scale * of_a.min / of_b.min};

	/* one thread count is measured after the other */
	if (a->threads == b->threads)
		comparison.median = median_of_ratios(a->ns[clock], b->ns[clock], a->rounds);
	else
		comparison.median = scale * of_a.median / of_b.median;
	return comparison;
}
