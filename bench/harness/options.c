// SPDX-License-Identifier: MIT
#include "harness/options.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>

unsigned long options_number(const char *text, const char *what, unsigned long max)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || number < 1 || number > max)
		errx(EXIT_FAILURE, "%s: '%s' is not a number from 1 to %lu", what, text, max);
	return number;
}

static _Noreturn void show_help(const struct command_line *line, int option)
{
	if (option == 'h') {
		fputs(line->help, stdout);
		exit(EXIT_SUCCESS);
	}
	fprintf(stderr, "Try '%s --help'.\n", line->program);
	exit(EXIT_FAILURE);
}

/* "--json FILE" means the file too, as people expect of the other options. */
static const char *next_word(int argc, char **argv)
{
	return optind < argc && argv[optind][0] != '-' ? argv[optind++] : NULL;
}

static void take_json(struct common_options *options, int argc, char **argv)
{
	options->json = true;
	options->json_path = optarg ? optarg : next_word(argc, argv);
}

/* Returns false where it is not a common one. */
static bool take(struct common_options *options, const struct command_line *line, int option)
{
	switch (option) {
	case 'f':
		options->filter = optarg;
		return true;
	case 'q':
		options->quick = true;
		return true;
	case 'r':
		options->rounds = options_number(optarg, "--rounds", line->max_rounds);
		return true;
	case 'c':
		options->check = true;
		return true;
	default:
		return false;
	}
}

void options_parse(struct common_options *options, void *own, const struct command_line *line,
		   int argc, char **argv)
{
	int option;

	while ((option = getopt_long(argc, argv, line->letters, line->options, NULL)) != -1) {
		if (option == 'j')
			take_json(options, argc, argv);
		else if (!take(options, line, option) &&
			 !(line->take && line->take(own, option, optarg)))
			show_help(line, option);
	}
	if (optind < argc)
		errx(EXIT_FAILURE, "what is '%s'? Try --help.", argv[optind]);
}

FILE *options_table_stream(const struct common_options *options)
{
	return options->json && !options->json_path ? stderr : stdout;
}
