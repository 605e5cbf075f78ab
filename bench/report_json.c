// SPDX-License-Identifier: MIT
#include "report.h"

#include "clock.h"
#include "stats.h"
#include "targets.h"

static const char *const clock_names[NR_CLOCKS] = {
	[CPU_TIME] = "cpu",
	[WALL_TIME] = "wall",
};

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

static void add_summary(cJSON *json, const struct series *series, enum bench_clock clock)
{
	struct summary summary = summarize(series->ns[clock], series->rounds);
	cJSON *object = cJSON_AddObjectToObject(json, clock_names[clock]);

	cJSON_AddNumberToObject(object, "min", summary.min);
	cJSON_AddNumberToObject(object, "p25", summary.p25);
	cJSON_AddNumberToObject(object, "median", summary.median);
	cJSON_AddNumberToObject(object, "p75", summary.p75);
}

static void add_comparison(cJSON *json, const char *name, struct comparison comparison)
{
	cJSON *object = cJSON_AddObjectToObject(json, name);

	cJSON_AddNumberToObject(object, "median", comparison.median);
	cJSON_AddNumberToObject(object, "of_minima", comparison.of_minima);
}

static void add_ratios(cJSON *json, const char *name, const struct results *results,
		       const struct series *series, const char *reference)
{
	const struct series *base =
		series_find(results, (struct series_key){series->setting, reference,
							 series->subject.layout, series->threads});
	cJSON *object = cJSON_AddObjectToObject(json, name);

	for (int clock = 0; clock < NR_CLOCKS; clock++)
		add_comparison(object, clock_names[clock], series_compare(series, base, clock));
}

static cJSON *series_to_json(const struct results *results, const struct series *series)
{
	const struct bench_layout *layout = &bench_layouts[series->subject.layout];
	cJSON *json = cJSON_CreateObject();
	cJSON *ns;

	cJSON_AddStringToObject(json, "setting", bench_settings[series->setting].name);
	cJSON_AddStringToObject(json, "case", series->subject.way->name);
	cJSON_AddStringToObject(json, "layout", layout->name);
	cJSON_AddNumberToObject(json, "counters", layout->counters);
	cJSON_AddNumberToObject(json, "threads", series->threads);
	cJSON_AddNumberToObject(json, "rounds", (double)series->rounds);
	ns = cJSON_AddObjectToObject(json, "ns_per_op");
	for (int clock = 0; clock < NR_CLOCKS; clock++)
		add_summary(ns, series, clock);
	add_ratios(json, "ratio_to_plain", results, series, PLAIN_WAY);
	add_ratios(json, "ratio_to_lock_own", results, series, LOCK_WAY);
	return json;
}

static cJSON *target_to_json(const struct results *results, const struct target *target)
{
	struct comparison measured;
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "target", target->text);
	cJSON_AddStringToObject(json, "relation", target->at_most ? "<=" : ">=");
	cJSON_AddNumberToObject(json, "bound", target->bound);
	if (target_measure(target, results, &measured)) {
		add_comparison(json, "measured", measured);
		cJSON_AddBoolToObject(json, "met", target_is_met(target, &measured));
	} else {
		cJSON_AddNullToObject(json, "measured");
		cJSON_AddNullToObject(json, "met");
	}
	return json;
}

static cJSON *lost_to_json(const struct results *results)
{
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "target", "lost updates");
	cJSON_AddStringToObject(json, "relation", "<=");
	cJSON_AddNumberToObject(json, "bound", 0);
	add_comparison(json, "measured",
		       (struct comparison){(double)results->lost, (double)results->lost});
	cJSON_AddBoolToObject(json, "met", !results->lost);
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

static void add_targets(cJSON *json, const struct results *results)
{
	cJSON *array = cJSON_AddArrayToObject(json, "targets");

	for (size_t i = 0; i < nr_targets; i++)
		cJSON_AddItemToArray(array, target_to_json(results, &targets[i]));
	cJSON_AddItemToArray(array, lost_to_json(results));
}

cJSON *report_json(const struct host *host, const struct options *options,
		   const struct results *results)
{
	cJSON *json = cJSON_CreateObject();
	cJSON *array;

	cJSON_AddStringToObject(json, "program", "percpu_bench");
	cJSON_AddItemToObject(json, "host", host_to_json(host));
	cJSON_AddStringToObject(json, "backend", results->processes[SETTING_USUAL].backend);
	add_method(json, options);
	cJSON_AddBoolToObject(json, "counts_exact", !results->lost);
	array = cJSON_AddArrayToObject(json, "settings");
	for (int setting = 0; setting < NR_SETTINGS; setting++)
		cJSON_AddItemToArray(array, setting_to_json(&bench_settings[setting],
							    &results->processes[setting]));
	array = cJSON_AddArrayToObject(json, "results");
	for (size_t i = 0; i < results->nr; i++)
		if (results->series[i].rounds)
			cJSON_AddItemToArray(array, series_to_json(results, &results->series[i]));
	add_targets(json, results);
	return json;
}
