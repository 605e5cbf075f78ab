// SPDX-License-Identifier: MIT
#include "alloc/report.h"

#include <percpu/percpu.h>

#include "alloc/crew.h"
#include "alloc/targets.h"

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
	host_print(&run->host, out);
	fprintf(out, ", percpu backend: %s\n", percpu_backend());
	fprintf(out, "%u CPUs in use, %u possible; many: %zu objects, few: %zu\n", crew.nr,
		num_possible_cpus(), run->effort->many, run->effort->few);
}

#define NAME_WIDTH 36
#define SPREAD_WIDTH 13
#define WALL_WIDTH 7
#define TARGET_COLUMN 88

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
	summary = series_summary(&record->figures[figure], CPU_TIME);
	decimals = summary.p75 < 10 ? 2 : 1;
	snprintf(spread, sizeof(spread), "%.*f-%.*f", decimals, summary.p25, decimals, summary.p75);
	fprintf(out, " %7.2f %*s", summary.median, SPREAD_WIDTH, spread);
	if (figures[figure].timed)
		fprintf(out, " %*.1f", WALL_WIDTH,
			series_summary(&record->figures[figure], WALL_TIME).median);
}

void report_table(FILE *out, const struct run *run, const struct results *results)
{
	print_conditions(out, run);
	for (size_t i = 0; i < results->nr; i++) {
		const struct record *record = &results->records[i];
		const struct table *table = &tables[record->line->kind];

		if (i == 0 || record[-1].line->kind != record->line->kind)
			print_heading(out, table, record->figures[0].rounds);
		fprintf(out, "%-*s", NAME_WIDTH, record->line->name);
		for (size_t column = 0; column < table->nr; column++)
			print_figure(out, record, table->columns[column]);
		fputc('\n', out);
	}
}

size_t report_targets(FILE *out, const struct results *results)
{
	struct outcome outcomes[nr_targets];

	targets_judge(results, outcomes);
	fputc('\n', out);
	return outcomes_print(out, outcomes, nr_targets, TARGET_COLUMN);
}
