// SPDX-License-Identifier: MIT
#include "alloc/report.h"

#include <err.h>
#include <stdlib.h>

#include <percpu/percpu.h>

#include "alloc/crew.h"
#include "alloc/targets.h"
#include "harness/curves.h"
#include "harness/json.h"

static void add_method(cJSON *json, const struct run *run)
{
	cJSON *method = cJSON_AddObjectToObject(json, "method");

	cJSON_AddBoolToObject(method, "quick", run->quick);
	cJSON_AddNumberToObject(method, "many", (double)run->effort->many);
	cJSON_AddNumberToObject(method, "few", (double)run->effort->few);
	cJSON_AddNumberToObject(method, "pair_us", run->effort->pair_us);
	cJSON_AddNumberToObject(method, "used_cpus", crew.nr);
}

static void add_figure(cJSON *json, const struct record *record, enum figure figure)
{
	cJSON *object = cJSON_AddObjectToObject(json, figures[figure].name);
	const struct series *series = &record->figures[figure];

	cJSON_AddStringToObject(object, "unit", figures[figure].unit);
	if (figures[figure].timed)
		json_add_clocks(object, series);
	else
		json_add_summary(object, series_summary(series, CPU_TIME));
}

static void add_figures(cJSON *json, const struct record *record)
{
	cJSON *object = cJSON_AddObjectToObject(json, "figures");

	for (int figure = 0; figure < NR_FIGURES; figure++) {
		if (record_has(record, figure))
			add_figure(object, record, figure);
	}
}

static void add_description(cJSON *json, const struct line *line)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);

	if (!stream)
		err(EXIT_FAILURE, "open_memstream");
	line_describe(line, stream);
	fclose(stream);
	cJSON_AddStringToObject(json, "description", text);
	free(text);
}

static cJSON *record_to_json(const struct record *record)
{
	const struct line *line = record->line;
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "line", line->name);
	add_description(json, line);
	cJSON_AddStringToObject(json, "way", line->way->name);
	cJSON_AddNumberToObject(json, "size", (double)line->size);
	cJSON_AddNumberToObject(json, "live", (double)line->live);
	cJSON_AddNumberToObject(json, "threads", line->threads);
	cJSON_AddNumberToObject(json, "rounds", (double)record->figures[0].rounds);
	add_figures(json, record);
	return json;
}

static void add_lines(cJSON *json, const struct results *results)
{
	cJSON *array = cJSON_AddArrayToObject(json, "lines");

	for (size_t i = 0; i < results->nr; i++)
		cJSON_AddItemToArray(array, record_to_json(&results->records[i]));
}

/* What of a line's figures is in the plot, round by round. */
static double plotted(const struct record *record, size_t round)
{
	const struct series *all = record->figures;

	switch (record->line->kind) {
	case KIND_LIVE:
		return all[ALLOC_AGAIN].values[CPU_TIME][round] +
		       all[FREE_AGAIN].values[CPU_TIME][round];
	case KIND_PAIR:
		return all[PAIR].values[CPU_TIME][round];
	default: /* of all its copies */
		return all[RESIDENT].values[CPU_TIME][round] * crew.nr;
	}
}

static void add_curve(cJSON *curves, const struct record *record)
{
	const struct line *line = record->line;
	const bool live = line->kind == KIND_LIVE;
	const struct curve curve = {
		.figure = line->curve,
		.series = line->way->series,
		.x = live ? "objects live" : "CPUs possible",
		.unit = line->kind == KIND_MEMORY ? "bytes" : "ns",
	};
	const size_t rounds = record->figures[0].rounds;
	double *values = calloc(rounds + 1, sizeof(*values));

	if (!values)
		err(EXIT_FAILURE, "%zu rounds", rounds);
	for (size_t round = 0; round < rounds; round++)
		values[round] = plotted(record, round);
	curves_add(curves, &curve, live ? (double)line->live : line->possible, values, rounds);
	free(values);
}

static void add_curves(cJSON *json, const struct results *results)
{
	cJSON *curves = cJSON_AddArrayToObject(json, "curves");

	for (size_t i = 0; i < results->nr; i++) {
		if (results->records[i].line->curve)
			add_curve(curves, &results->records[i]);
	}
}

cJSON *report_json(const struct run *run, const struct results *results)
{
	cJSON *json = json_create("percpu_bench_alloc", &run->host);
	struct outcome outcomes[nr_targets];

	cJSON_AddStringToObject(json, "backend", percpu_backend());
	add_method(json, run);
	add_lines(json, results);
	if (run->effort->sweep)
		add_curves(json, results);
	targets_judge(results, outcomes);
	outcomes_add_to_json(json, outcomes, nr_targets);
	return json;
}
