/* SPDX-License-Identifier: MIT */
/* The command line of a benchmark program: what all of them know, and each one's own. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct common_options {
	const char *filter;    /* NULL: everything */
	const char *json_path; /* NULL: standard output, and the tables go to standard error */
	size_t rounds;         /* 0: not said */
	bool json;             /* wanted */
	bool check;
	bool quick;
};

/* For the long options of a program that has all of these; and for its short ones. */
#define COMMON_OPTIONS                                                                       \
	{"filter", required_argument, NULL, 'f'}, {"quick", no_argument, NULL, 'q'},         \
		{"rounds", required_argument, NULL, 'r'}, {"check", no_argument, NULL, 'c'}, \
		{"json", optional_argument, NULL, 'j'},                                      \
	{                                                                                    \
		"help", no_argument, NULL, 'h'                                               \
	}
#define COMMON_LETTERS "f:qr:cj::h"

struct command_line {
	const char *program;
	const char *help;
	const char *letters;
	const struct option *options; /* getopt_long()'s */
	unsigned long max_rounds;

	/* Takes an option that is not a common one; false: it is not one of its own either. */
	bool (*take)(void *own, int option, const char *argument);
};

/* Exits on --help and on a mistake. */
void options_parse(struct common_options *options, void *own, const struct command_line *line,
		   int argc, char **argv);

/* From 1 to @max; exits after a message that names the option @what if it is not. */
unsigned long options_number(const char *text, const char *what, unsigned long max);

/* Where tables go. */
FILE *options_table_stream(const struct common_options *options);

#endif
