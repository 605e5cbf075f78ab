/* SPDX-License-Identifier: MIT */
/*
 * tool.h - what the programs have in common: their options, what they say of errors, and how they
 * end. The exit status is 0; 1 if what was asked for cannot be done; 2 if it was asked for wrongly.
 */
#ifndef TOOL_TOOL_H
#define TOOL_TOOL_H

#include <getopt.h>

enum tool_status {
	TOOL_DONE,
	TOOL_FAILED,
	TOOL_MISUSED,
};

struct tool {
	const char *name;
	const char *help; /* all of --help */
	const struct option *options;
	const char *letters; /* of its short options */
	/* Takes an option that is not --help or --version, which every program has as -h and -V. */
	void (*take)(int letter, const char *argument);
};

#define TOOL_OPTIONS                              \
	{"help", no_argument, NULL, 'h'},         \
	{                                         \
		"version", no_argument, NULL, 'V' \
	}

/*
 * Reads the options. Returns the index of the first word that is none. --help and --version end
 * the program, and so does what is no option of it.
 */
int tool_options(const struct tool *tool, int argc, char **argv);

/* Ends the program, with a message on standard error: what is wrong, and what to do about it. */
_Noreturn void tool_fail(const char *format, ...) __attribute__((__format__(printf, 1, 2)));
_Noreturn void tool_misused(const char *format, ...) __attribute__((__format__(printf, 1, 2)));

/* Sees that all that was printed has been written. Returns the status to end with. */
int tool_end(void);

#endif /* TOOL_TOOL_H */
