// SPDX-License-Identifier: MIT
#include "compare/document.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/json_file.h"

struct document {
	const char *path;
	enum side side;
	struct figures *figures;
};

static const cJSON *array_of(const struct document *document, const cJSON *root, const char *key)
{
	const cJSON *array = json_member(document->path, root, key);

	if (!cJSON_IsArray(array))
		errx(EXIT_FAILURE, "%s: \"%s\" is no list", document->path, key);
	return array;
}

static void book(const struct document *document, const char *name, const char *suffix,
		 const char *unit, double value)
{
	char full[192];

	snprintf(full, sizeof(full), "%s%s", name, suffix);
	figures_add(document->figures, full, unit, document->side, value);
}

/* What was timed by each clock.  CPU time says nothing of how threads wait for each other. */
static void book_times(const struct document *document, const char *name, const cJSON *clocks,
		       double threads)
{
	const cJSON *cpu = json_member(document->path, clocks, "cpu"),
		    *wall = json_member(document->path, clocks, "wall");

	book(document, name, "", "ns", json_number(document->path, cpu, "median"));
	if (threads > 1)
		book(document, name, ", wall", "ns", json_number(document->path, wall, "median"));
}

static void book_case(const struct document *document, const cJSON *result)
{
	double threads = json_number(document->path, result, "threads");
	char name[128], at_once[32] = "";

	if (threads > 1)
		snprintf(at_once, sizeof(at_once), "/threads%.0f", threads);
	snprintf(name, sizeof(name), "%s/%s/%s%s", json_text(document->path, result, "setting"),
		 json_text(document->path, result, "case"),
		 json_text(document->path, result, "layout"), at_once);
	book_times(document, name, json_member(document->path, result, "ns_per_op"), threads);
}

/* Other units are those of conditions, and of facts about the run. */
static bool is_cost(const char *unit)
{
	return !strcmp(unit, "bytes") || !strcmp(unit, "%");
}

static void book_line(const struct document *document, const cJSON *line)
{
	double threads = json_number(document->path, line, "threads");
	const cJSON *figure;

	cJSON_ArrayForEach(figure, json_member(document->path, line, "figures"))
	{
		const char *unit = json_text(document->path, figure, "unit");
		char name[128];

		snprintf(name, sizeof(name), "%s %s", json_text(document->path, line, "line"),
			 figure->string);
		if (!strcmp(unit, "ns"))
			book_times(document, name, figure, threads);
		else if (is_cost(unit))
			book(document, name, "", unit,
			     json_number(document->path, figure, "median"));
	}
}

/* A number, or the medians and minima of ratios; or null: not measured. */
static void book_target(const struct document *document, const cJSON *target)
{
	const cJSON *unit = cJSON_GetObjectItemCaseSensitive(target, "unit");
	const cJSON *measured = json_member(document->path, target, "measured");
	double value;

	if (cJSON_IsNull(measured))
		return;
	value = cJSON_IsNumber(measured) ? measured->valuedouble
					 : json_number(document->path, measured, "median");
	book(document, "target: ", json_text(document->path, target, "target"),
	     unit ? json_text(document->path, target, "unit") : "x", value);
}

static void book_figure(const struct document *document, const cJSON *figure)
{
	book(document, json_text(document->path, figure, "figure"), "",
	     json_text(document->path, figure, "unit"),
	     json_number(document->path, figure, "value"));
}

void document_read(const char *path, enum side side, struct figures *figures)
{
	const struct document document = {path, side, figures};
	cJSON *root = json_file_read(path);
	const char *program = json_text(path, root, "program");
	const cJSON *item;

	if (!strcmp(program, "percpu_bench")) {
		cJSON_ArrayForEach(item, array_of(&document, root, "results"))
			book_case(&document, item);
	} else if (!strcmp(program, "percpu_bench_alloc")) {
		cJSON_ArrayForEach(item, array_of(&document, root, "lines"))
			book_line(&document, item);
	} else if (!strcmp(program, "percpu_bench_around") ||
		   !strcmp(program, "percpu_bench_toolkit")) {
		cJSON_ArrayForEach(item, array_of(&document, root, "figures"))
			book_figure(&document, item);
	} else {
		errx(EXIT_FAILURE, "%s: cannot compare what %s writes", path, program);
	}
	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "targets"))
		book_target(&document, item);
	cJSON_Delete(root);
}
