/* SPDX-License-Identifier: MIT */
/* tool.c - see tool.h. */
#include "common/tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *name = "percpu";

static void complain(const char *format, va_list arguments)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", name);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void tool_fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(format, arguments);
	va_end(arguments);
	exit(TOOL_FAILED);
}

static _Noreturn void try_help(void)
{
	fprintf(stderr, "Try '%s --help'.\n", name);
	exit(TOOL_MISUSED);
}

void tool_misused(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	complain(format, arguments);
	va_end(arguments);
	try_help();
}

int tool_end(void)
{
	bool failed = ferror(stdout) != 0;

	if (fclose(stdout) != 0 || failed) {
		fprintf(stderr, "%s: standard output: %s\n", name,
			errno ? strerror(errno) : "not all could be written");
		return TOOL_FAILED;
	}
	return TOOL_DONE;
}

static _Noreturn void print_and_end(const char *text)
{
	errno = 0;
	fputs(text, stdout);
	exit(tool_end());
}

static _Noreturn void print_version(void)
{
	printf("%s (libpercpu) " TOOL_VERSION, name);
	print_and_end("\n");
}

int tool_options(const struct tool *tool, int argc, char **argv)
{
	int letter;

	name = tool->name;
	argv[0] = (char *)tool->name; /* by which getopt speaks of it */
	while ((letter = getopt_long(argc, argv, tool->letters, tool->options, NULL)) != -1)
		switch (letter) {
		case 'h':
			print_and_end(tool->help);
		case 'V':
			print_version();
		case '?':
			try_help();
		default:
			tool->take(letter, optarg);
		}
	errno = 0;
	return optind;
}
