// SPDX-License-Identifier: MIT
#include "operations/results.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

struct record *results_append(struct results *results, size_t nr)
{
	size_t size = (results->nr + nr) * sizeof(*results->records);
	struct record *first;

	results->records = realloc(results->records, size);
	if (!results->records)
		err(EXIT_FAILURE, "results");
	first = results->records + results->nr;
	memset(first, 0, nr * sizeof(*first));
	results->nr += nr;
	return first;
}

void results_destroy(struct results *results)
{
	for (size_t i = 0; i < results->nr; i++)
		series_destroy(&results->records[i].ns);
	free(results->records);
}

void record_init(struct record *record, struct bench_case subject, enum bench_setting_id setting,
		 unsigned int threads, size_t rounds)
{
	record->subject = subject;
	record->setting = setting;
	record->threads = threads;
	series_init(&record->ns, rounds);
}

const struct record *results_find(const struct results *results, struct record_key key)
{
	for (size_t i = 0; i < results->nr; i++) {
		const struct record *record = &results->records[i];

		if (record->ns.rounds && record->setting == key.setting &&
		    record->threads == key.threads && record->subject.layout == key.layout &&
		    !strcmp(record->subject.way->name, key.way))
			return record;
	}
	return NULL;
}

const struct record *results_reference(const struct results *results, const struct record *record,
				       const char *reference)
{
	return results_find(results, (struct record_key){record->setting, reference,
							 record->subject.layout, record->threads});
}

struct comparison record_compare(const struct record *a, const struct record *b,
				 enum bench_clock clock)
{
	double scale = clock == WALL_TIME ? (double)b->threads / a->threads : 1;
	struct summary of_a, of_b;

	if (a->threads == b->threads)
		return series_compare(&a->ns, &b->ns, clock);
	/* one thread count is measured after the other */
	of_a = series_summary(&a->ns, clock);
	of_b = series_summary(&b->ns, clock);
	return (struct comparison){
		.median = scale * of_a.median / of_b.median,
		.of_minima = scale * of_a.min / of_b.min,
	};
}
