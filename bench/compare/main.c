// SPDX-License-Identifier: MIT
/* percpu_bench_compare: how the figures of two builds compare, each of them run several times. */
#include <err.h>
#include <math.h>
#include <stdlib.h>

#include "compare/document.h"
#include "compare/figures.h"
#include "compare/promises.h"
#include "harness/json.h"
#include "harness/options.h"

static const char help[] =
	"Usage: percpu_bench_compare [--json[=FILE]] -b FILE [-b FILE]... -n FILE [-n FILE]...\n"
	"Compares the JSON documents that percpu_bench, percpu_bench_alloc,\n"
	"percpu_bench_around and percpu_bench_toolkit write.\n"
	"\n"
	"  -b, --before=FILE  a run of the build that is compared to\n"
	"  -n, --now=FILE     a run of the build that is judged\n"
	"  -t, --targets      only the figures with a target, beside it, as a table in Markdown\n"
	"  -j, --json[=FILE]  write JSON; without FILE to standard output, and the table to\n"
	"                     standard error\n"
	"  -h, --help\n"
	"\n"
	"Prints for each figure the median over the runs before and now, their ratio, and the "
	"noise:\n"
	"the wider of the two interquartile ranges, in percent of its median. A change that is\n"
	"smaller says nothing.\n"
	"\n"
	"Exit status: 0, or 1 where a file is not such a document, or nothing is in both "
	"builds'.\n";

static const struct option long_options[] = {
	{"before", required_argument, NULL, 'b'}, {"now", required_argument, NULL, 'n'},
	{"targets", no_argument, NULL, 't'},      {"json", optional_argument, NULL, 'j'},
	{"help", no_argument, NULL, 'h'},         {0},
};

struct own_options {
	struct figures figures;
	bool targets;
};

static bool take(void *own, int option, const char *argument)
{
	struct own_options *options = own;

	if (option == 't')
		options->targets = true;
	else if (option == 'b' || option == 'n')
		document_read(argument, option == 'b' ? BEFORE : NOW, &options->figures);
	else
		return false;
	return true;
}

static void print_value(FILE *out, const struct runs *runs, struct summary summary)
{
	if (runs->nr)
		fprintf(out, " %9.3f", summary.median);
	else
		fprintf(out, " %9s", "-");
}

static int name_width(const struct figures *figures)
{
	int width = 0;

	for (size_t i = 0; i < figures->nr; i++) {
		int length = snprintf(NULL, 0, "%s", figures->figure[i].name);

		width = length > width ? length : width;
	}
	return width;
}

static void print_figure(FILE *out, const struct figure *figure, int width)
{
	struct change change = figure_change(figure);

	fprintf(out, "%-*s %-5s", width, figure->name, figure->unit);
	for (int side = 0; side < NR_SIDES; side++)
		print_value(out, &figure->runs[side], change.side[side]);
	if (isnan(change.ratio))
		fprintf(out, " %7s %7s\n", "-", "-");
	else
		fprintf(out, " %7.3f %6.1f%%\n", change.ratio, 100 * change.noise);
}

static void print_table(FILE *out, const struct figures *figures)
{
	int width = name_width(figures);

	fprintf(out, "%-*s %-5s %9s %9s %7s %7s\n", width, "figure", "unit", "before", "now",
		"ratio", "noise");
	for (size_t i = 0; i < figures->nr; i++)
		print_figure(out, &figures->figure[i], width);
}

static void add_side(cJSON *json, const char *name, const struct runs *runs, struct summary summary)
{
	cJSON *object = cJSON_AddObjectToObject(json, name);

	cJSON_AddNumberToObject(object, "runs", (double)runs->nr);
	json_add_summary(object, summary);
}

static cJSON *figure_to_json(const struct figure *figure)
{
	struct change change = figure_change(figure);
	cJSON *json = cJSON_CreateObject();

	cJSON_AddStringToObject(json, "figure", figure->name);
	cJSON_AddStringToObject(json, "unit", figure->unit);
	add_side(json, "before", &figure->runs[BEFORE], change.side[BEFORE]);
	add_side(json, "now", &figure->runs[NOW], change.side[NOW]);
	/* a NaN is written as null */
	cJSON_AddNumberToObject(json, "ratio", change.ratio);
	cJSON_AddNumberToObject(json, "noise", change.noise);
	return json;
}

static cJSON *to_json(const struct figures *figures)
{
	struct host host;
	cJSON *json, *array;

	host_describe(&host);
	json = json_create("percpu_bench_compare", &host);
	array = cJSON_AddArrayToObject(json, "figures");
	for (size_t i = 0; i < figures->nr; i++)
		cJSON_AddItemToArray(array, figure_to_json(&figures->figure[i]));
	return json;
}

static void print_targets(FILE *out, const struct figures *figures)
{
	struct host host;

	host_describe(&host);
	host_print(&host, out);
	fputs("\n\n", out);
	promises_print(out, figures);
}

static bool has_common(const struct figures *figures)
{
	for (size_t i = 0; i < figures->nr; i++)
		if (figures->figure[i].runs[BEFORE].nr && figures->figure[i].runs[NOW].nr)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	static const struct command_line line = {
		.program = "percpu_bench_compare",
		.help = help,
		.letters = "b:n:tj::h",
		.options = long_options,
		.take = take,
	};
	struct common_options options = {0};
	struct own_options own = {0};
	int status = 0;

	options_parse(&options, &own, &line, argc, argv);
	if (!has_common(&own.figures))
		errx(EXIT_FAILURE, "there is no figure of both builds");
	if (own.targets)
		print_targets(options_table_stream(&options), &own.figures);
	else
		print_table(options_table_stream(&options), &own.figures);
	if (options.json)
		status = json_write(to_json(&own.figures), options.json_path);
	figures_destroy(&own.figures);
	return status ? EXIT_FAILURE : EXIT_SUCCESS;
}
