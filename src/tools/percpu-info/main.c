/* SPDX-License-Identifier: MIT */
/* main.c - percpu-info: what this machine is to a process with libpercpu. */
#include "common/json.h"
#include "common/tool.h"

#include <percpu/backend.h>
#include <percpu/cpumask.h>

#include <stdlib.h>

static const char help[] =
	"Usage: percpu-info [OPTION]...\n"
	"Shows what this machine is to a process with libpercpu: CPUs, and how it counts.\n"
	"PERCPU_CONF is read as by any such process.\n"
	"\n"
	"  -j, --json     as a JSON document\n"
	"  -h, --help     this text\n"
	"  -V, --version  the version\n"
	"\n"
	"Exit status: 0; 1: something cannot be had, or written; 2: an option is wrong.\n";

static struct {
	bool json;
} wanted;

static void take(int letter, const char *argument)
{
	(void)argument;
	if (letter == 'j')
		wanted.json = true;
}

static void print_json(void)
{
	struct json json;

	json_begin(&json, stdout);
	json_object(&json, NULL);
	json_number(&json, "possible_cpus", num_possible_cpus());
	json_string(&json, "backend", percpu_backend());
	json_close(&json);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'}, TOOL_OPTIONS, {NULL, 0, NULL, 0}};
	static const struct tool tool = {
		.name = "percpu-info",
		.help = help,
		.options = options,
		.letters = "jhV",
		.take = take,
	};
	int word = tool_options(&tool, argc, argv);

	if (word < argc)
		tool_misused("'%s' is one word too many", argv[word]);
	if (wanted.json)
		print_json();
	else
		printf("CPUs: %u possible\nbackend: %s\n", num_possible_cpus(), percpu_backend());
	return tool_end();
}
