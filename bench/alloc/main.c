// SPDX-License-Identifier: MIT
/* percpu_bench_alloc: what alloc_percpu() and free_percpu() cost, in time and in memory. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "alloc/crew.h"
#include "harness/json.h"
#include "alloc/measure.h"
#include "alloc/options.h"
#include "alloc/report.h"

static int list(const struct lines *lines)
{
	for (size_t i = 0; i < lines->nr; i++) {
		printf("%-36s ", lines->line[i].name);
		line_describe(&lines->line[i], stdout);
		putchar('\n');
	}
	return EXIT_SUCCESS;
}

static int measure_here(const struct lines *lines, const char *name, const struct effort *effort)
{
	const struct line *line = lines_find(lines, name);
	struct sample sample;

	if (!line)
		errx(EXIT_FAILURE, "no line is called '%s'", name);
	measure_line(line, effort, &sample);
	sample_write(&sample, stdout);
	return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int report(const struct run *run, const struct common_options *wanted,
		  const struct results *results)
{
	FILE *out = options_table_stream(wanted);
	bool failed = false;

	report_table(out, run, results);
	if (wanted->check)
		failed |= report_targets(out, results) > 0;
	if (wanted->json)
		failed |= json_write(report_json(run, results), wanted->json_path) != 0;
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int measure_all(const struct common_options *wanted, const struct effort *effort,
		       const struct lines *lines)
{
	struct run run = {.effort = effort, .quick = wanted->quick};
	struct results results;
	size_t rounds[NR_KINDS];
	int status;

	host_describe(&run.host);
	crew_init();
	for (int kind = 0; kind < NR_KINDS; kind++)
		rounds[kind] = wanted->rounds ? wanted->rounds : effort->rounds[kind];
	results_measure(&results, lines, rounds, effort);
	status = report(&run, wanted, &results);
	results_destroy(&results);
	return status;
}

static const struct effort *effort_of(const struct options *options)
{
	if (options->sweep)
		return options->common.quick ? &quick_sweep_effort : &sweep_effort;
	return options->common.quick ? &quick_effort : &full_effort;
}

int main(int argc, char **argv)
{
	const struct effort *effort;
	struct options options;
	struct lines lines;

	options_of_bench_alloc(&options, argc, argv);
	effort = effort_of(&options);
	lines_select(&lines, effort, options.common.filter);
	if (!lines.nr)
		errx(EXIT_FAILURE, "no line has '%s' in its name", options.common.filter);
	if (options.list)
		return list(&lines);
	if (options.measure)
		return measure_here(&lines, options.measure, effort);
	return measure_all(&options.common, effort, &lines);
}
