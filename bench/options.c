// SPDX-License-Identifier: MIT
#include "options.h"

#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

#define MAX_THREADS 4096
#define MAX_ROUNDS 100000
#define MAX_SLICE_US 1000000

static const char help[] =
	"Usage: percpu_bench [OPTION]...\n"
	"Measures per-CPU operations beside other ways to count, in nanoseconds per operation.\n"
	"\n"
	"  -t, --threads=N         run with 1, 2, 4 ... N threads (default: the CPUs it may use)\n"
	"  -p, --pin               bind each thread to a CPU (default: threads may migrate)\n"
	"  -f, --filter=SUBSTRING  only cases whose SETTING/NAME/LAYOUT contains it, e.g.\n"
	"                          static/apart or fallback/ (plain_inc and lock_inc_own always\n"
	"                          run: ratios need them)\n"
	"  -q, --quick             less exact, in under 5 seconds\n"
	"  -r, --rounds=N          rounds of each thread count, whatever the time they take\n"
	"  -s, --slice=USEC        length of one measurement\n"
	"  -c, --check             compare with the targets; the exit status does not depend on "
	"it\n"
	"  -j, --json[=FILE]       write JSON; without FILE to standard output, and the table to\n"
	"                          standard error\n"
	"  -h, --help\n"
	"\n"
	"Exit status: 0, or 1 where a count was lost, memory or a thread could not be had, or the\n"
	"command line is wrong.\n";

static const struct option long_options[] = {
	{"threads", required_argument, NULL, 't'},
	{"pin", no_argument, NULL, 'p'},
	{"filter", required_argument, NULL, 'f'},
	{"quick", no_argument, NULL, 'q'},
	{"rounds", required_argument, NULL, 'r'},
	{"slice", required_argument, NULL, 's'},
	{"check", no_argument, NULL, 'c'},
	{"json", optional_argument, NULL, 'j'},
	{"help", no_argument, NULL, 'h'},
	{"setting", required_argument, NULL, 'S'},
	{0},
};

static unsigned long parse_number(const char *text, const char *what, unsigned long max)
{
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || number < 1 || number > max)
		errx(EXIT_FAILURE, "%s: '%s' is not a number from 1 to %lu", what, text, max);
	return number;
}

/* --setting is not in the help: it is for the program itself. */
static enum bench_setting_id parse_setting(const char *name)
{
	for (int setting = 0; setting < NR_SETTINGS; setting++)
		if (!strcmp(name, bench_settings[setting].name))
			return (enum bench_setting_id)setting;
	errx(EXIT_FAILURE, "--setting: there is no '%s'", name);
}

/* Whatever the command line has not said. */
static void complete_schedule(struct options *options)
{
	struct schedule *schedule = &options->schedule;

	options->limit_ns = (options->quick ? 4 : 50) * NSEC_PER_SEC;
	if (schedule->rounds)
		options->limit_ns = UINT64_MAX / 2;
	else
		schedule->rounds = options->quick ? 60 : 200;
	if (!schedule->slice_ns)
		schedule->slice_ns = options->quick ? NSEC_PER_MSEC / 2 : NSEC_PER_MSEC;
}

/* Both return false where the option is not one of theirs. */
static bool apply_number(struct options *options, int option, const char *argument)
{
	struct schedule *schedule = &options->schedule;

	switch (option) {
	case 't':
		options->threads = (unsigned int)parse_number(argument, "--threads", MAX_THREADS);
		return true;
	case 'r':
		schedule->rounds = parse_number(argument, "--rounds", MAX_ROUNDS);
		return true;
	case 's':
		schedule->slice_ns = parse_number(argument, "--slice", MAX_SLICE_US) * 1000;
		return true;
	default:
		return false;
	}
}

static bool apply_choice(struct options *options, int option, const char *argument)
{
	switch (option) {
	case 'p':
		options->schedule.pin = true;
		return true;
	case 'f':
		options->filter = argument;
		return true;
	case 'q':
		options->quick = true;
		return true;
	case 'c':
		options->check = true;
		return true;
	case 'j':
		options->json = true;
		options->json_path = argument;
		return true;
	case 'S':
		options->setting = parse_setting(argument);
		return true;
	default:
		return false;
	}
}

static void apply(struct options *options, int option, const char *argument)
{
	if (apply_number(options, option, argument) || apply_choice(options, option, argument))
		return;
	if (option == 'h') {
		fputs(help, stdout);
		exit(EXIT_SUCCESS);
	}
	fputs("Try 'percpu_bench --help'.\n", stderr);
	exit(EXIT_FAILURE);
}

void options_parse(struct options *options, int argc, char **argv, unsigned int default_threads)
{
	static const char short_options[] = "t:pf:qr:s:cj::h";
	int option;

	*options = (struct options){.threads = default_threads};
	while ((option = getopt_long(argc, argv, short_options, long_options, NULL)) != -1)
		apply(options, option, optarg);
	if (optind < argc)
		errx(EXIT_FAILURE, "what is '%s'? Try --help.", argv[optind]);
	complete_schedule(options);
}
