// SPDX-License-Identifier: MIT
#include "operations/report.h"

#include <percpu/percpu.h>

#include "operations/targets.h"

static void print_heading(FILE *out)
{
	fprintf(out, "%-52s %20s %7s %15s %15s\n", "", "CPU ns/op", "wall", "x plain",
		"x lock, own");
	fprintf(out, "%-27s %3s %-6s %7s %6s %12s %7s %7s %7s %7s %7s %7s\n", "case", "", "layout",
		"threads", "rounds", "min", "median", "median", "median", "of min", "median",
		"of min");
}

/* By CPU time: what a preempted thread did not get is not the operation's price. */
static void print_ratio(FILE *out, const struct results *results, const struct record *record,
			const char *reference)
{
	const struct record *base = results_reference(results, record, reference);
	struct comparison comparison = record_compare(record, base, CPU_TIME);

	fprintf(out, " %7.2f %7.2f", comparison.median, comparison.of_minima);
}

static void print_record(FILE *out, const struct results *results, const struct record *record)
{
	const struct bench_layout *layout = &bench_layouts[record->subject.layout];
	struct summary cpu = series_summary(&record->ns, CPU_TIME);
	struct summary wall = series_summary(&record->ns, WALL_TIME);

	fprintf(out, "%-27s %3u %-6s %7u %6zu %12.2f %7.2f %7.2f", record->subject.way->name,
		layout->counters, layout->name, record->threads, record->ns.rounds, cpu.min,
		cpu.median, wall.median);
	print_ratio(out, results, record, PLAIN_WAY);
	print_ratio(out, results, record, LOCK_WAY);
	fputc('\n', out);
}

/* Where the thread count or the setting changes. */
static void print_break(FILE *out, const struct results *results, const struct record *record)
{
	fputc('\n', out);
	if (record->setting != SETTING_USUAL)
		fprintf(out, "in a process with PERCPU_CONF=%s (%s)\n",
			bench_settings[record->setting].conf,
			results->processes[record->setting].backend);
}

static void print_settings_not_measured(FILE *out, const struct results *results)
{
	for (int setting = 0; setting < NR_SETTINGS; setting++) {
		const struct process *process = &results->processes[setting];

		if (setting != SETTING_USUAL && !process->measured && process->backend[0])
			fprintf(out, "\nPERCPU_CONF=%s is not to be had here (%s)\n",
				bench_settings[setting].conf, process->backend);
	}
}

void report_table(FILE *out, const struct host *host, const struct results *results)
{
	const struct record *last = NULL;

	host_print(host, out);
	fprintf(out, ", percpu backend: %s\n\n", percpu_backend());
	print_heading(out);
	for (size_t i = 0; i < results->nr; i++) {
		const struct record *record = &results->records[i];

		if (!record->ns.rounds)
			continue;
		if (last ? last->threads != record->threads || last->setting != record->setting
			 : record->setting != SETTING_USUAL)
			print_break(out, results, record);
		print_record(out, results, record);
		last = record;
	}
	print_settings_not_measured(out, results);
}

void report_targets(FILE *out, const struct results *results)
{
	struct outcome outcomes[nr_targets], lost = lost_judge(results);

	targets_judge(results, outcomes);
	fputc('\n', out);
	outcomes_print(out, outcomes, nr_targets, 0);
	fprintf(out, "%s: %lu, target 0: %s\n", lost.target.text, results->lost,
		outcome_is_met(&lost) ? "OK" : "MISSED");
}
