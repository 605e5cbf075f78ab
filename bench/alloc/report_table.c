// SPDX-License-Identifier: MIT
#include "report.h"

#include <percpu/percpu.h>

#include "crew.h"
#include "targets.h"

#define MAX_COLUMNS 6

struct table {
	const char *title;
	size_t nr;
	enum figure columns[MAX_COLUMNS];
};

static const struct table tables[NR_KINDS] = {
	[KIND_LIVE] = {"live objects: ns an alloc, ns a free",
		       4,
		       {ALLOC_FIRST, FREE_FIRST, ALLOC_AGAIN, FREE_AGAIN}},
	[KIND_PAIR] = {"pairs: ns of one thread's alloc and free", 3, {PAIR, OVERLAP, WAITED}},
	[KIND_MEMORY] = {"memory: bytes a counter a used CPU",
			 4,
			 {RESIDENT, COPIES, PAGE_TABLES, METADATA}},
	[KIND_METADATA] = {"metadata: bytes an object, percent of the bytes served",
			   4,
			   {METADATA, METADATA_OF_ONE, METADATA_OF_USED, RESIDENT}},
};

static void print_conditions(FILE *out, const struct run *run)
{
	const struct host *host = &run->host;

	fprintf(out, "%s, %d CPUs online, %u in use, %u possible, load %.2f\n", host->cpu_model,
		host->cpus_online, crew.nr, num_possible_cpus(), host->load_average);
	fprintf(out, "Linux %s, %s, %s, backend %s\n", host->system.release, host->compiler,
		host->libc, percpu_backend());
	fprintf(out, "many: %zu objects, few: %zu\n", run->effort->many, run->effort->few);
}

#define NAME_WIDTH 36
#define SPREAD_WIDTH 13
#define WALL_WIDTH 7

/* Median, quartiles, and for a time the median by the clock. */
static int column_width(enum figure figure)
{
	return 7 + 1 + SPREAD_WIDTH + (figures[figure].timed ? 1 + WALL_WIDTH : 0);
}

static void print_heading(FILE *out, const struct table *table, size_t rounds)
{
	fprintf(out, "\n%s (%zu rounds)\n%-*s", table->title, rounds, NAME_WIDTH, "");
	for (size_t i = 0; i < table->nr; i++)
		fprintf(out, " %*s", column_width(table->columns[i]),
			figures[table->columns[i]].name);
	fprintf(out, "\n%-*s", NAME_WIDTH, "line");
	for (size_t i = 0; i < table->nr; i++) {
		fprintf(out, " %7s %*s", "median", SPREAD_WIDTH, "p25-p75");
		if (figures[table->columns[i]].timed)
			fprintf(out, " %*s", WALL_WIDTH, "wall");
	}
	fputc('\n', out);
}

static void print_figure(FILE *out, const struct record *record, enum figure figure)
{
	struct summary summary;
	char spread[48];
	int decimals;

	if (!record_has(record, figure)) {
		fprintf(out, " %*s", column_width(figure), "-");
		return;
	}
	summary = record_summary(record, figure, CPU_TIME);
	decimals = summary.p75 < 10 ? 2 : 1;
	snprintf(spread, sizeof(spread), "%.*f-%.*f", decimals, summary.p25, decimals, summary.p75);
	fprintf(out, " %7.2f %*s", summary.median, SPREAD_WIDTH, spread);
	if (figures[figure].timed)
		fprintf(out, " %*.1f", WALL_WIDTH,
			record_summary(record, figure, WALL_TIME).median);
}

void report_table(FILE *out, const struct run *run, const struct results *results)
{
	print_conditions(out, run);
	for (size_t i = 0; i < results->nr; i++) {
		const struct record *record = &results->records[i];
		const struct table *table = &tables[record->line->kind];

		if (i == 0 || record[-1].line->kind != record->line->kind)
			print_heading(out, table, record->rounds);
		fprintf(out, "%-*s", NAME_WIDTH, record->line->name);
		for (size_t column = 0; column < table->nr; column++)
			print_figure(out, record, table->columns[column]);
		fputc('\n', out);
	}
}

size_t report_targets(FILE *out, const struct results *results)
{
	size_t missed = 0;

	fputc('\n', out);
	for (size_t i = 0; i < nr_targets; i++) {
		const struct target *target = &targets[i];
		double value;
		bool met;

		if (!target->measure(target, results, &value)) {
			fprintf(out, "%-78s NOT MEASURED\n", target->text);
			continue;
		}
		met = target_is_met(target, value);
		missed += !met;
		fprintf(out, "%-78s %8.2f %-5s target %s %.1f: %s\n", target->text, value,
			target->unit, target->at_least ? ">=" : "<=", target->bound,
			met ? "OK" : "MISSED");
	}
	return missed;
}
