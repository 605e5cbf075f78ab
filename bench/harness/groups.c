// SPDX-License-Identifier: MIT
#include "harness/groups.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/again.h"
#include "harness/figure.h"
#include "harness/host.h"
#include "harness/json.h"
#include "harness/options.h"

static const char options_help[] =
	"\n"
	"  -f, --filter=SUBSTRING  only groups whose name contains it\n"
	"  -q, --quick             only to see that it works: the figures say nothing\n"
	"  -l, --list              the groups, and nothing else\n"
	"  -c, --check             exit with 1 if a figure is not what is promised of it\n"
	"  -j, --json[=FILE]       write JSON; without FILE to standard output, and the table to\n"
	"                          standard error\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0, or 1 where something could not be had or was wrong.\n";

static const struct option long_options[] = {
	{"filter", required_argument, NULL, 'f'}, {"quick", no_argument, NULL, 'q'},
	{"list", no_argument, NULL, 'l'},         {"check", no_argument, NULL, 'c'},
	{"json", optional_argument, NULL, 'j'},   {"group", required_argument, NULL, 'g'}, /* own */
	{"help", no_argument, NULL, 'h'},         {0},
};

struct own_options {
	bool list;
	const char *group;
};

/* What is gathered, and where it goes. */
struct gathering {
	FILE *table;
	cJSON *figures;
	size_t missed;
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

static int measure_here(const struct groups *groups, const char *name)
{
	for (size_t i = 0; i < groups->nr; i++) {
		if (strcmp(groups->group[i].name, name) != 0)
			continue;
		groups->group[i].measure();
		return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	errx(EXIT_FAILURE, "there is no group %s", name);
}

/* Prints and books a figure; a bound of 0: nothing is promised. */
static void gather_figure(struct gathering *to, const char *name, const char *unit, double value,
			  double bound)
{
	cJSON *json = cJSON_CreateObject();

	fprintf(to->table, "%-70s %12.2f %s", name, value, unit);
	cJSON_AddStringToObject(json, "figure", name);
	cJSON_AddStringToObject(json, "unit", unit);
	cJSON_AddNumberToObject(json, "value", value);
	if (bound > 0) {
		to->missed += value > bound;
		fprintf(to->table, ", target <= %g: %s", bound, value > bound ? "MISSED" : "OK");
		cJSON_AddNumberToObject(json, "bound", bound);
		cJSON_AddBoolToObject(json, "met", value <= bound);
	}
	fputc('\n', to->table);
	cJSON_AddItemToArray(to->figures, json);
}

/* What a process has written. */
static void gather(FILE *from, struct gathering *to, const char *group)
{
	char line[512], unit[32], what[256], name[512];
	double value, bound;

	while (fgets(line, sizeof(line), from)) {
		if (sscanf(line, "%31[^\t]\t%lg\t%lg\t%255[^\n]", unit, &value, &bound, what) != 4)
			errx(EXIT_FAILURE, "%s: what is '%s'?", group, line);
		snprintf(name, sizeof(name), "%s: %s", group, what);
		gather_figure(to, name, unit, value, bound);
	}
}

static void measure_elsewhere(const struct groups *groups, const struct group *group, bool quick,
			      struct gathering *to)
{
	char option[128];
	char *arguments[] = {(char *)groups->program, option, quick ? (char *)"--quick" : NULL,
			     NULL};
	struct again again;
	int status;

	snprintf(option, sizeof(option), "--group=%s", group->name);
	again_start(&again, group->conf, arguments);
	gather(again.from, to, group->name);
	status = again_end(&again);
	if (status)
		errx(EXIT_FAILURE, "%s failed: wait status %#x", group->name, (unsigned int)status);
}

static int measure_all(const struct groups *groups, const struct common_options *options)
{
	struct gathering to = {.table = options_table_stream(options)};
	struct host host;
	cJSON *json;

	host_describe(&host);
	json = json_create(groups->program, &host);
	to.figures = cJSON_AddArrayToObject(json, "figures");
	for (size_t i = 0; i < groups->nr; i++) {
		if (!options->filter || strstr(groups->group[i].name, options->filter))
			measure_elsewhere(groups, &groups->group[i], options->quick, &to);
	}
	if (!cJSON_GetArraySize(to.figures))
		errx(EXIT_FAILURE, "no group has '%s' in its name", options->filter);
	if (options->json && json_write(json, options->json_path))
		return EXIT_FAILURE;
	if (!options->json)
		cJSON_Delete(json);
	return options->check && to.missed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static char *help_text(const struct groups *groups)
{
	char *text;

	if (asprintf(&text, "Usage: %s [OPTION]...\n%s%s", groups->program, groups->about,
		     options_help) < 0)
		err(EXIT_FAILURE, "--help");
	return text;
}

int groups_main(const struct groups *groups, int argc, char **argv)
{
	char *help = help_text(groups);
	const struct command_line line = {
		.program = groups->program,
		.help = help,
		.letters = "f:qlcj::h",
		.options = long_options,
		.take = take,
	};
	struct common_options options = {0};
	struct own_options own = {0};

	options_parse(&options, &own, &line, argc, argv);
	free(help);
	if (options.quick)
		figures_be_quick();
	if (own.group)
		return measure_here(groups, own.group);
	if (!own.list)
		return measure_all(groups, &options);
	for (size_t i = 0; i < groups->nr; i++)
		puts(groups->group[i].name);
	return EXIT_SUCCESS;
}
