// SPDX-License-Identifier: MIT
#include "alloc/results.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "alloc/process.h"
#include "harness/rotation.h"

static void record_init(struct record *record, const struct line *line, size_t rounds)
{
	record->line = line;
	for (int figure = 0; figure < NR_FIGURES; figure++)
		series_init(&record->figures[figure], rounds);
}

static void record_destroy(struct record *record)
{
	for (int figure = 0; figure < NR_FIGURES; figure++)
		series_destroy(&record->figures[figure]);
}

static void measure_record(struct record *record, const struct effort *effort)
{
	struct sample sample;

	process_measure(record->line, effort, &sample);
	for (int figure = 0; figure < NR_FIGURES; figure++)
		series_add(&record->figures[figure], sample.value[figure]);
}

/* The @nr records at @records are of one kind. */
static void measure_kind(struct record *records, size_t nr, size_t rounds,
			 const struct effort *effort)
{
	for (size_t round = 0; round < rounds; round++) {
		for (size_t slot = 0; slot < nr; slot++)
			measure_record(&records[rotation_index(round, slot, nr)], effort);
	}
}

void results_measure(struct results *results, const struct lines *lines, const size_t *rounds,
		     const struct effort *effort)
{
	size_t end;

	results->nr = lines->nr;
	results->records = calloc(lines->nr, sizeof(*results->records));
	if (!results->records)
		err(EXIT_FAILURE, "results");
	for (size_t i = 0; i < lines->nr; i++)
		record_init(&results->records[i], &lines->line[i], rounds[lines->line[i].kind]);
	for (size_t start = 0; start < lines->nr; start = end) {
		enum kind kind = lines->line[start].kind;

		for (end = start; end < lines->nr && lines->line[end].kind == kind; end++)
			;
		measure_kind(&results->records[start], end - start, rounds[kind], effort);
	}
}

void results_destroy(struct results *results)
{
	for (size_t i = 0; i < results->nr; i++)
		record_destroy(&results->records[i]);
	free(results->records);
}

bool record_has(const struct record *record, enum figure figure)
{
	return !isnan(record->figures[figure].values[CPU_TIME][0]);
}

const struct record *results_find(const struct results *results, const char *name,
				  enum figure figure)
{
	for (size_t i = 0; i < results->nr; i++) {
		const struct record *record = &results->records[i];

		if (!strcmp(record->line->name, name))
			return record_has(record, figure) ? record : NULL;
	}
	return NULL;
}
