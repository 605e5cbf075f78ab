// SPDX-License-Identifier: MIT
#include "alloc/report.h"

#include <err.h>
#include <stdlib.h>

#include <percpu/percpu.h>

#include "alloc/crew.h"
#include "alloc/targets.h"
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

cJSON *report_json(const struct run *run, const struct results *results)
{
	cJSON *json = json_create("percpu_bench_alloc", &run->host);
	struct outcome outcomes[nr_targets];

	cJSON_AddStringToObject(json, "backend", percpu_backend());
	add_method(json, run);
	add_lines(json, results);
	targets_judge(results, outcomes);
	outcomes_add_to_json(json, outcomes, nr_targets);
	return json;
}
