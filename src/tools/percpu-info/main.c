/* SPDX-License-Identifier: MIT */
/* main.c - percpu-info: what a process with libpercpu gets on this machine. */
#include "common/tool.h"
#include "percpu-info/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"Usage: percpu-info [OPTION]...\n"
	"Shows what a process with libpercpu gets on this machine: CPUs, nodes, groups\n"
	"and units, the first chunk, address space, and in which way it counts.\n"
	"\n"
	"  -t, --text       for people: if nothing else is asked for\n"
	"  -j, --json       as a JSON document\n"
	"  -s, --svg=FILE   groups and units as a picture in FILE; -: standard output\n"
	"  -h, --help       this text\n"
	"  -V, --version    the version\n"
	"\n"
	"PERCPU_CONF is read as by any other process: with topology:FILE it is the\n"
	"machine of a file of hwloc's, with possible:256 one that may get 256 CPUs.\n"
	"Exit status: 0; 1: something cannot be had, or written; 2: an option is wrong.\n";

static struct {
	bool text, json;
	const char *svg;
} wanted;

static void take(int letter, const char *argument)
{
	switch (letter) {
	case 't':
		wanted.text = true;
		break;
	case 'j':
		wanted.json = true;
		break;
	default:
		wanted.svg = argument;
	}
}

static bool is_standard_output(const char *path)
{
	return !strcmp(path, "-");
}

/* One thing on standard output. */
static void check_wanted(void)
{
	if (!wanted.json && !wanted.svg)
		wanted.text = true;
	if (wanted.text + wanted.json + (wanted.svg && is_standard_output(wanted.svg)) > 1)
		tool_misused("only one of --text, --json and --svg=- can go to standard output");
	if (wanted.svg && !*wanted.svg)
		tool_misused("--svg wants the name of a file, or -");
}

static void write_svg(FILE *file, const char *path, const struct facts *facts)
{
	bool failed;

	report_svg(file, facts);
	failed = ferror(file) != 0;
	if (fclose(file) != 0 || failed)
		tool_fail("%s: %s", path, errno ? strerror(errno) : "not all could be written");
}

static void write_svg_to(const char *path, const struct facts *facts)
{
	FILE *file = fopen(path, "we");

	if (file)
		write_svg(file, path, facts);
	else
		tool_fail("%s: %s. Name a file that you may write", path, strerror(errno));
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"text", no_argument, NULL, 't'},
						{"json", no_argument, NULL, 'j'},
						{"svg", required_argument, NULL, 's'},
						TOOL_OPTIONS,
						{NULL, 0, NULL, 0}};
	static const struct tool tool = {
		.name = "percpu-info",
		.help = help,
		.options = options,
		.letters = "tjs:hV",
		.take = take,
	};
	static struct facts facts;
	int word = tool_options(&tool, argc, argv);

	if (word < argc)
		tool_misused("'%s' is one word too many", argv[word]);
	check_wanted();
	facts_find(&facts);
	errno = 0;
	if (wanted.text)
		report_text(stdout, &facts);
	if (wanted.json)
		report_json(stdout, &facts);
	if (wanted.svg && is_standard_output(wanted.svg))
		report_svg(stdout, &facts);
	else if (wanted.svg)
		write_svg_to(wanted.svg, &facts);
	return tool_end();
}
