// SPDX-License-Identifier: MIT
#include "report.h"

#include <percpu/percpu.h>

#include "stats.h"
#include "targets.h"

static void print_host(FILE *out, const struct host *host)
{
	fprintf(out, "%s, %d CPUs online, %d usable, load %.2f, Linux %s\n", host->cpu_model,
		host->cpus_online, host->cpus_allowed, host->load_average, host->system.release);
	fprintf(out, "%s, %s, percpu backend: %s\n\n", host->compiler, host->libc,
		percpu_backend());
}

static void print_heading(FILE *out)
{
	fprintf(out, "%-52s %20s %7s %15s %15s\n", "", "CPU ns/op", "wall", "x plain",
		"x lock, own");
	fprintf(out, "%-27s %3s %-6s %7s %6s %12s %7s %7s %7s %7s %7s %7s\n", "case", "", "layout",
		"threads", "rounds", "min", "median", "median", "median", "of min", "median",
		"of min");
}

/* By CPU time: what a preempted thread did not get is not the operation's price. */
static void print_ratio(FILE *out, const struct results *results, const struct series *series,
			const char *reference)
{
	const struct series *base =
		series_find(results, (struct series_key){series->setting, reference,
							 series->subject.layout, series->threads});
	struct comparison comparison = series_compare(series, base, CPU_TIME);

	fprintf(out, " %7.2f %7.2f", comparison.median, comparison.of_minima);
}

static void print_series(FILE *out, const struct results *results, const struct series *series)
{
	const struct bench_layout *layout = &bench_layouts[series->subject.layout];
	struct summary cpu = summarize(series->ns[CPU_TIME], series->rounds);
	struct summary wall = summarize(series->ns[WALL_TIME], series->rounds);

	fprintf(out, "%-27s %3u %-6s %7u %6zu %12.2f %7.2f %7.2f", series->subject.way->name,
		layout->counters, layout->name, series->threads, series->rounds, cpu.min,
		cpu.median, wall.median);
	print_ratio(out, results, series, PLAIN_WAY);
	print_ratio(out, results, series, LOCK_WAY);
	fputc('\n', out);
}

/* Where the thread count or the setting changes. */
static void print_break(FILE *out, const struct results *results, const struct series *series)
{
	fputc('\n', out);
	if (series->setting != SETTING_USUAL)
		fprintf(out, "in a process with PERCPU_CONF=%s (%s)\n",
			bench_settings[series->setting].conf,
			results->processes[series->setting].backend);
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
	const struct series *last = NULL;

	print_host(out, host);
	print_heading(out);
	for (size_t i = 0; i < results->nr; i++) {
		const struct series *series = &results->series[i];

		if (!series->rounds)
			continue;
		if (last ? last->threads != series->threads || last->setting != series->setting
			 : series->setting != SETTING_USUAL)
			print_break(out, results, series);
		print_series(out, results, series);
		last = series;
	}
	print_settings_not_measured(out, results);
}

void report_targets(FILE *out, const struct results *results)
{
	fputc('\n', out);
	for (size_t i = 0; i < nr_targets; i++) {
		const struct target *target = &targets[i];
		struct comparison measured;

		fprintf(out, "%s: ", target->text);
		if (!target_measure(target, results, &measured)) {
			fputs("NOT MEASURED\n", out);
			continue;
		}
		fprintf(out, "%.2f (of minima %.2f), target %s %g: %s\n", measured.median,
			measured.of_minima, target->at_most ? "<=" : ">=", target->bound,
			target_is_met(target, &measured) ? "OK" : "MISSED");
	}
	fprintf(out, "lost updates: %lu, target 0: %s\n", results->lost,
		results->lost ? "MISSED" : "OK");
}
