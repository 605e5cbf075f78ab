// SPDX-License-Identifier: MIT
#include "operations/report.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/curves.h"
#include "harness/json.h"
#include "operations/targets.h"

static void add_method(cJSON *json, const struct options *options)
{
	const struct schedule *schedule = &options->schedule;
	cJSON *method = cJSON_AddObjectToObject(json, "method");

	cJSON_AddNumberToObject(method, "rounds_at_most", (double)schedule->rounds);
	cJSON_AddNumberToObject(method, "slice_us", (double)schedule->slice_ns / 1000);
	cJSON_AddNumberToObject(method, "threads_at_most", options->threads);
	cJSON_AddBoolToObject(method, "pinned", schedule->pin);
	cJSON_AddStringToObject(method, "unit", "ns per operation of one thread");
}

static void add_ratios(cJSON *json, const char *name, const struct results *results,
		       const struct record *record, const char *reference)
{
	const struct record *base = results_reference(results, record, reference);
	cJSON *object = cJSON_AddObjectToObject(json, name);

	for (int clock = 0; clock < NR_CLOCKS; clock++)
		json_add_comparison(object, json_clock_name(clock),
				    record_compare(record, base, clock));
}

static cJSON *record_to_json(const struct results *results, const struct record *record)
{
	const struct bench_layout *layout = &bench_layouts[record->subject.layout];
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "setting", bench_settings[record->setting].name);
	cJSON_AddStringToObject(json, "case", record->subject.way->name);
	cJSON_AddStringToObject(json, "layout", layout->name);
	cJSON_AddNumberToObject(json, "counters", layout->counters);
	cJSON_AddNumberToObject(json, "threads", record->threads);
	cJSON_AddNumberToObject(json, "rounds", (double)record->ns.rounds);
	json_add_clocks(cJSON_AddObjectToObject(json, "ns_per_op"), &record->ns);
	add_ratios(json, "ratio_to_plain", results, record, PLAIN_WAY);
	add_ratios(json, "ratio_to_lock_own", results, record, LOCK_WAY);
	return json;
}

static cJSON *setting_to_json(const struct bench_setting *setting, const struct process *process)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "setting", setting->name);
	cJSON_AddStringToObject(json, "conf", setting->conf ? setting->conf : "");
	cJSON_AddStringToObject(json, "backend", process->backend);
	cJSON_AddBoolToObject(json, "measured", process->measured);
	return json;
}

static void add_settings(cJSON *json, const struct results *results)
{
	cJSON *array = cJSON_AddArrayToObject(json, "settings");

	for (int setting = 0; setting < NR_SETTINGS; setting++)
		cJSON_AddItemToArray(array, setting_to_json(&bench_settings[setting],
							    &results->processes[setting]));
}

static void add_results(cJSON *json, const struct results *results)
{
	cJSON *array = cJSON_AddArrayToObject(json, "results");

	for (size_t i = 0; i < results->nr; i++)
		if (results->records[i].ns.rounds)
			cJSON_AddItemToArray(array, record_to_json(results, &results->records[i]));
}

#define WITHOUT_RSEQ "this_cpu_inc(), without rseq"

/* What is measured under another setting beside it, to be compared with there, is no curve. */
static bool is_plotted(const struct record *record)
{
	const struct bench_way *way = record->subject.way;

	return record->ns.rounds && way->peer &&
	       (record->setting == SETTING_USUAL || !strcmp(way->name, PERCPU_WAY));
}

/* By round, as all values of a record are: of one thread's operation, and of all together. */
static void add_points(cJSON *curves, const struct results *results, const struct record *record,
		       double *values)
{
	const struct record_key key = {record->setting, PERCPU_WAY, record->subject.layout,
				       record->threads};
	const struct record *ours = results_find(results, key);
	const struct series *ns = &record->ns;
	const unsigned int counters = bench_layouts[record->subject.layout].counters;
	char figure[32];
	const bool usual = record->setting == SETTING_USUAL;
	struct curve curve = {figure, usual ? record->subject.way->peer : WITHOUT_RSEQ, "threads",
			      "ns"};

	snprintf(figure, sizeof(figure), "count-%u", counters);
	curves_add(curves, &curve, record->threads, ns->values[CPU_TIME], ns->rounds);

	snprintf(figure, sizeof(figure), "throughput-%u", counters);
	curve.unit = "million/s";
	for (size_t i = 0; i < ns->rounds; i++)
		values[i] = record->threads * 1000.0 / ns->values[WALL_TIME][i];
	curves_add(curves, &curve, record->threads, values, ns->rounds);

	if (!ours || !usual)
		return;
	snprintf(figure, sizeof(figure), "ratio-%u", counters);
	curve.unit = "x";
	for (size_t i = 0; i < ns->rounds; i++)
		values[i] = ns->values[CPU_TIME][i] / ours->ns.values[CPU_TIME][i];
	curves_add(curves, &curve, record->threads, values, ns->rounds);
}

static void add_curves(cJSON *json, const struct results *results)
{
	cJSON *curves = cJSON_AddArrayToObject(json, "curves");

	for (size_t i = 0; i < results->nr; i++) {
		const struct record *record = &results->records[i];
		double *values = calloc(record->ns.rounds + 1, sizeof(*values));

		if (!values)
			err(EXIT_FAILURE, "%zu rounds", record->ns.rounds);
		if (is_plotted(record))
			add_points(curves, results, record, values);
		free(values);
	}
}

cJSON *report_json(const struct host *host, const struct options *options,
		   const struct results *results)
{
	cJSON *json = json_create("percpu_bench", host);
	struct outcome outcomes[nr_targets + 1];

	cJSON_AddStringToObject(json, "backend", results->processes[SETTING_USUAL].backend);
	add_method(json, options);
	cJSON_AddBoolToObject(json, "counts_exact", !results->lost);
	add_settings(json, results);
	add_results(json, results);
	if (options->peers)
		add_curves(json, results);
	targets_judge(results, outcomes);
	outcomes[nr_targets] = lost_judge(results);
	outcomes_add_to_json(json, outcomes, nr_targets + 1);
	return json;
}
