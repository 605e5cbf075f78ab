// SPDX-License-Identifier: MIT
/*
 * percpu_bench_around: what stands around the operations.  Counters, sections, allocation, start-up
 * and memory, by the public interface alone, so that it can be compiled against any version.
 *
 * Each group of figures is measured in a process of its own, which writes a line a figure; the
 * first process gathers them.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "around/figure.h"
#include "around/measure.h"
#include "harness/again.h"
#include "harness/host.h"
#include "harness/json.h"
#include "harness/options.h"

static const char help[] =
	"Usage: percpu_bench_around [OPTION]...\n"
	"Measures what stands around per-CPU operations: counters, sections, allocation, start-up\n"
	"and memory. compare.sh compares two versions of the library by it.\n"
	"\n"
	"  -f, --filter=SUBSTRING  only groups whose name contains it\n"
	"  -q, --quick             only to see that it works: the figures say nothing\n"
	"  -l, --list              the groups, and nothing else\n"
	"  -j, --json[=FILE]       write JSON; without FILE to standard output, and the table to\n"
	"                          standard error\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0, or 1 where something could not be had or was wrong.\n";

static const struct option long_options[] = {
	{"filter", required_argument, NULL, 'f'}, {"quick", no_argument, NULL, 'q'},
	{"list", no_argument, NULL, 'l'},         {"json", optional_argument, NULL, 'j'},
	{"group", required_argument, NULL, 'g'}, /* of the program itself */
	{"help", no_argument, NULL, 'h'},         {0},
};

struct own_options {
	bool list;
	const char *group;
};

static bool take(void *own, int option, const char *argument)
{
	struct own_options *options = own;

	if (option == 'l')
		options->list = true;
	else if (option == 'g')
		options->group = argument;
	else
		return false;
	return true;
}

static int measure_here(const char *name)
{
	for (size_t i = 0; i < nr_groups; i++) {
		if (strcmp(groups[i].name, name) != 0)
			continue;
		groups[i].measure();
		return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	errx(EXIT_FAILURE, "there is no group %s", name);
}

/* Prints and books what a process has written. */
static void gather(FILE *from, FILE *table, cJSON *figures, const char *group)
{
	char line[512], unit[32], what[256], name[512];
	double value;

	while (fgets(line, sizeof(line), from)) {
		cJSON *json = cJSON_CreateObject();

		if (sscanf(line, "%31[^\t]\t%lg\t%255[^\n]", unit, &value, what) != 3)
			errx(EXIT_FAILURE, "%s: what is '%s'?", group, line);
		snprintf(name, sizeof(name), "%s: %s", group, what);
		fprintf(table, "%-70s %12.2f %s\n", name, value, unit);
		cJSON_AddStringToObject(json, "figure", name);
		cJSON_AddStringToObject(json, "unit", unit);
		cJSON_AddNumberToObject(json, "value", value);
		cJSON_AddItemToArray(figures, json);
	}
}

static void measure_elsewhere(const struct group *group, bool quick, FILE *table, cJSON *figures)
{
	char option[128];
	char *arguments[] = {(char *)"percpu_bench_around", option,
			     quick ? (char *)"--quick" : NULL, NULL};
	struct again again;
	int status;

	snprintf(option, sizeof(option), "--group=%s", group->name);
	again_start(&again, group->conf, arguments);
	gather(again.from, table, figures, group->name);
	status = again_end(&again);
	if (status)
		errx(EXIT_FAILURE, "%s failed: wait status %#x", group->name, (unsigned int)status);
}

static int measure_all(const struct common_options *options)
{
	FILE *table = options_table_stream(options);
	cJSON *json, *figures;
	struct host host;

	host_describe(&host);
	json = json_create("percpu_bench_around", &host);
	figures = cJSON_AddArrayToObject(json, "figures");
	for (size_t i = 0; i < nr_groups; i++) {
		if (!options->filter || strstr(groups[i].name, options->filter))
			measure_elsewhere(&groups[i], options->quick, table, figures);
	}
	if (!cJSON_GetArraySize(figures))
		errx(EXIT_FAILURE, "no group has '%s' in its name", options->filter);
	if (options->json)
		return json_write(json, options->json_path) ? EXIT_FAILURE : EXIT_SUCCESS;
	cJSON_Delete(json);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	static const struct command_line line = {
		.program = "percpu_bench_around",
		.help = help,
		.letters = "f:qlj::h",
		.options = long_options,
		.take = take,
	};
	struct common_options options = {0};
	struct own_options own = {0};

	options_parse(&options, &own, &line, argc, argv);
	if (options.quick)
		figures_be_quick();
	if (own.group)
		return measure_here(own.group);
	if (!own.list)
		return measure_all(&options);
	for (size_t i = 0; i < nr_groups; i++)
		puts(groups[i].name);
	return EXIT_SUCCESS;
}
