// SPDX-License-Identifier: MIT
#include "report.h"

#include <err.h>
#include <stdlib.h>

#include <percpu/percpu.h>

#include "crew.h"
#include "targets.h"

static void add_method(cJSON *json, const struct run *run)
{
	cJSON *method = cJSON_AddObjectToObject(json, "method");

	cJSON_AddBoolToObject(method, "quick", run->quick);
	cJSON_AddNumberToObject(method, "many", (double)run->effort->many);
	cJSON_AddNumberToObject(method, "few", (double)run->effort->few);
	cJSON_AddNumberToObject(method, "pair_us", run->effort->pair_us);
	cJSON_AddNumberToObject(method, "used_cpus", crew.nr);
}

/* The figure itself where @clock_name is NULL. */
static void add_clock(cJSON *figure, const char *clock_name, struct summary summary)
{
	cJSON *object = clock_name ? cJSON_AddObjectToObject(figure, clock_name) : figure;
	const struct {
		const char *name;
		double value;
	} parts[] = {
		{"min", summary.min},
		{"p25", summary.p25},
		{"median", summary.median},
		{"p75", summary.p75},
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		cJSON_AddNumberToObject(object, parts[i].name, parts[i].value);
}

static void add_figure(cJSON *json, const struct record *record, enum figure figure)
{
	cJSON *object = cJSON_AddObjectToObject(json, figures[figure].name);

	cJSON_AddStringToObject(object, "unit", figures[figure].unit);
	if (!figures[figure].timed) {
		add_clock(object, NULL, record_summary(record, figure, CPU_TIME));
		return;
	}
	add_clock(object, "cpu", record_summary(record, figure, CPU_TIME));
	add_clock(object, "wall", record_summary(record, figure, WALL_TIME));
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
	cJSON *object;

	cJSON_AddStringToObject(json, "line", line->name);
	add_description(json, line);
	cJSON_AddStringToObject(json, "way", line->way->name);
	cJSON_AddNumberToObject(json, "size", (double)line->size);
	cJSON_AddNumberToObject(json, "live", (double)line->live);
	cJSON_AddNumberToObject(json, "threads", line->threads);
	cJSON_AddNumberToObject(json, "rounds", (double)record->rounds);
	object = cJSON_AddObjectToObject(json, "figures");
	for (int figure = 0; figure < NR_FIGURES; figure++) {
		if (record_has(record, figure))
			add_figure(object, record, figure);
	}
	return json;
}

static cJSON *target_to_json(const struct target *target, const struct results *results)
{
	cJSON *json = cJSON_CreateObject();
	double value;

	cJSON_AddStringToObject(json, "target", target->text);
	cJSON_AddStringToObject(json, "unit", target->unit);
	cJSON_AddStringToObject(json, "relation", target->at_least ? ">=" : "<=");
	cJSON_AddNumberToObject(json, "bound", target->bound);
	if (target->measure(target, results, &value)) {
		cJSON_AddNumberToObject(json, "measured", value);
		cJSON_AddBoolToObject(json, "met", target_is_met(target, value));
	} else {
		cJSON_AddNullToObject(json, "measured");
		cJSON_AddNullToObject(json, "met");
	}
	return json;
}

cJSON *report_json(const struct run *run, const struct results *results)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *array;

	cJSON_AddStringToObject(json, "program", "percpu_bench_alloc");
	cJSON_AddItemToObject(json, "host", host_to_json(&run->host));
	cJSON_AddStringToObject(json, "backend", percpu_backend());
	add_method(json, run);
	array = cJSON_AddArrayToObject(json, "lines");
	for (size_t i = 0; i < results->nr; i++)
		cJSON_AddItemToArray(array, record_to_json(&results->records[i]));
	array = cJSON_AddArrayToObject(json, "targets");
	for (size_t i = 0; i < nr_targets; i++)
		cJSON_AddItemToArray(array, target_to_json(&targets[i], results));
	return json;
}
