// SPDX-License-Identifier: MIT
#include "compare/document.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

struct document {
	const char *path;
	enum side side;
	struct figures *figures;
};

/* The whole file, which the caller frees. */
static char *read_text(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!file)
		err(EXIT_FAILURE, "%s", path);
	if (getdelim(&text, &size, '\0', file) < 0)
		errx(EXIT_FAILURE, "%s: nothing in it", path);
	fclose(file);
	return text;
}

static cJSON *parse(const char *path)
{
	char *text = read_text(path);
	cJSON *root = cJSON_Parse(text);

	free(text);
	if (!root)
		errx(EXIT_FAILURE, "%s: not JSON", path);
	return root;
}

static const cJSON *member(const struct document *document, const cJSON *object, const char *key)
{
	const cJSON *found = cJSON_GetObjectItemCaseSensitive(object, key);

	if (!found)
		errx(EXIT_FAILURE, "%s: no \"%s\" where it should be", document->path, key);
	return found;
}

static const char *text_of(const struct document *document, const cJSON *object, const char *key)
{
	const char *text = cJSON_GetStringValue(member(document, object, key));

	if (!text)
		errx(EXIT_FAILURE, "%s: \"%s\" is no text", document->path, key);
	return text;
}

static double number_of(const struct document *document, const cJSON *object, const char *key)
{
	const cJSON *number = member(document, object, key);

	if (!cJSON_IsNumber(number))
		errx(EXIT_FAILURE, "%s: \"%s\" is no number", document->path, key);
	return number->valuedouble;
}

static const cJSON *array_of(const struct document *document, const cJSON *root, const char *key)
{
	const cJSON *array = member(document, root, key);

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
	const cJSON *cpu = member(document, clocks, "cpu"),
		    *wall = member(document, clocks, "wall");

	book(document, name, "", "ns", number_of(document, cpu, "median"));
	if (threads > 1)
		book(document, name, ", wall", "ns", number_of(document, wall, "median"));
}

static void book_case(const struct document *document, const cJSON *result)
{
	double threads = number_of(document, result, "threads");
	char name[128], at_once[32] = "";

	if (threads > 1)
		snprintf(at_once, sizeof(at_once), "/threads%.0f", threads);
	snprintf(name, sizeof(name), "%s/%s/%s%s", text_of(document, result, "setting"),
		 text_of(document, result, "case"), text_of(document, result, "layout"), at_once);
	book_times(document, name, member(document, result, "ns_per_op"), threads);
}

/* Other units are those of conditions, and of facts about the run. */
static bool is_cost(const char *unit)
{
	return !strcmp(unit, "bytes") || !strcmp(unit, "%");
}

static void book_line(const struct document *document, const cJSON *line)
{
	double threads = number_of(document, line, "threads");
	const cJSON *figure;

	cJSON_ArrayForEach(figure, member(document, line, "figures"))
	{
		const char *unit = text_of(document, figure, "unit");
		char name[128];

		snprintf(name, sizeof(name), "%s %s", text_of(document, line, "line"),
			 figure->string);
		if (!strcmp(unit, "ns"))
			book_times(document, name, figure, threads);
		else if (is_cost(unit))
			book(document, name, "", unit, number_of(document, figure, "median"));
	}
}

/* A number, or the medians and minima of ratios; or null: not measured. */
static void book_target(const struct document *document, const cJSON *target)
{
	const cJSON *unit = cJSON_GetObjectItemCaseSensitive(target, "unit");
	const cJSON *measured = member(document, target, "measured");
	double value;

	if (cJSON_IsNull(measured))
		return;
	value = cJSON_IsNumber(measured) ? measured->valuedouble
					 : number_of(document, measured, "median");
	book(document, "target: ", text_of(document, target, "target"),
	     unit ? text_of(document, target, "unit") : "x", value);
}

static void book_figure(const struct document *document, const cJSON *figure)
{
	book(document, text_of(document, figure, "figure"), "", text_of(document, figure, "unit"),
	     number_of(document, figure, "value"));
}

void document_read(const char *path, enum side side, struct figures *figures)
{
	const struct document document = {path, side, figures};
	cJSON *root = parse(path);
	const char *program = text_of(&document, root, "program");
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
