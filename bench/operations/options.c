// SPDX-License-Identifier: MIT
#include "operations/options.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 4096
#define MAX_ROUNDS 100000
#define MAX_SLICE_US 1000000

static const char help[] =
	"Usage: percpu_bench [OPTION]...\n"
	"Measures per-CPU operations beside other ways to count, in nanoseconds per operation.\n"
	"\n"
	"  -t, --threads=N         run with 1, 2, 4 ... N threads, and with as many as there are\n"
	"                          CPUs (default: the CPUs it may use)\n"
	"  -p, --pin               bind each thread to a CPU (default: threads may migrate)\n"
	"  -f, --filter=SUBSTRING  only cases whose SETTING/NAME/LAYOUT contains it, e.g.\n"
	"                          static/apart or fallback/ (plain_inc and lock_inc_own always\n"
	"                          run: ratios need them)\n"
	"  -P, --peers             only this_cpu_inc(), with rseq and without, beside other ways\n"
	"                          to count, of other libraries too where they were there; adds\n"
	"                          curves to the JSON (docs/performance.md plots them)\n"
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
	COMMON_OPTIONS,
	{"threads", required_argument, NULL, 't'},
	{"pin", no_argument, NULL, 'p'},
	{"peers", no_argument, NULL, 'P'},
	{"slice", required_argument, NULL, 's'},
	{"setting", required_argument, NULL, 'S'},
	{0},
};

/* --setting is not in the help: it is for the program itself. */
static enum bench_setting_id parse_setting(const char *name)
{
	for (int setting = 0; setting < NR_SETTINGS; setting++)
		if (!strcmp(name, bench_settings[setting].name))
			return (enum bench_setting_id)setting;
	errx(EXIT_FAILURE, "--setting: there is no '%s'", name);
}

static bool take(void *own, int option, const char *argument)
{
	struct options *options = own;
	struct schedule *schedule = &options->schedule;

	switch (option) {
	case 't':
		options->threads = (unsigned int)options_number(argument, "--threads", MAX_THREADS);
		return true;
	case 'p':
		schedule->pin = true;
		return true;
	case 'P':
		options->peers = true;
		return true;
	case 's':
		schedule->slice_ns = options_number(argument, "--slice", MAX_SLICE_US) * 1000;
		return true;
	case 'S':
		options->setting = parse_setting(argument);
		return true;
	default:
		return false;
	}
}

/* Whatever the command line has not said. */
static void complete_schedule(struct options *options)
{
	struct schedule *schedule = &options->schedule;
	bool quick = options->common.quick;

	schedule->rounds = options->common.rounds;
	options->limit_ns = (quick ? 4 : 50) * NSEC_PER_SEC;
	if (schedule->rounds)
		options->limit_ns = UINT64_MAX / 2;
	else
		schedule->rounds = quick ? 60 : 200;
	if (!schedule->slice_ns)
		schedule->slice_ns = quick ? NSEC_PER_MSEC / 2 : NSEC_PER_MSEC;
}

void options_of_bench(struct options *options, int argc, char **argv, unsigned int default_threads)
{
	static const struct command_line line = {
		.program = "percpu_bench",
		.help = help,
		.letters = COMMON_LETTERS "t:pPs:",
		.options = long_options,
		.max_rounds = MAX_ROUNDS,
		.take = take,
	};

	*options = (struct options){.threads = default_threads};
	options_parse(&options->common, options, &line, argc, argv);
	complete_schedule(options);
}
