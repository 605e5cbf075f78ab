// SPDX-License-Identifier: MIT
#include "alloc/options.h"

#define MAX_ROUNDS 1000

static const char help[] =
	"Usage: percpu_bench_alloc [OPTION]...\n"
	"Measures alloc_percpu() and free_percpu(): their time, and the memory they need.\n"
	"\n"
	"  -l, --list              name and describe the lines, measure nothing\n"
	"  -f, --filter=SUBSTRING  only lines whose names contain it, e.g. live/percpu/16\n"
	"  -q, --quick             less exact: fewer rounds, and many is 100,000\n"
	"  -r, --rounds=N          rounds of every line\n"
	"  -c, --check             compare with the targets; what was not measured is\n"
	"                          not missed\n"
	"  -j, --json[=FILE]       write JSON; without FILE to standard output, and the\n"
	"                          tables to standard error\n"
	"  -m, --measure=LINE      measure this line once, in this process, and print the\n"
	"                          figures: how the program calls itself, and good to\n"
	"                          profile with\n"
	"  -s, --sweep             other lines: 16 bytes over the number of live objects, pairs\n"
	"                          and memory over that of possible CPUs, jemalloc's malloc()\n"
	"                          beside them; adds their curves to the JSON\n"
	"                          (docs/performance.md plots them)\n"
	"  -h, --help\n"
	"\n"
	"Every measurement is a new process, in threads that are bound to CPUs; the first\n"
	"two CPUs that may be used are, and their units are open. Figures are medians over\n"
	"rounds, with the quartiles; times are CPU time, and by the clock (wall).\n"
	"\n"
	"live/WAY/SIZE/ORDER/COUNT[/written]\n"
	"    Allocates many objects (1,000,000) or few (10,000), then frees them: as they\n"
	"    came (in_order), every other one first and then the rest (every_other), or the\n"
	"    last one first (reverse). The objects are not touched, or are written for each\n"
	"    used CPU (written; that time is not measured). 'first' is the first pass of the\n"
	"    process; 'again' is a later pass, when all has been freed once. Passes are\n"
	"    repeated until there were as many allocations in all with few as with many.\n"
	"pair/WAY/VARIANT[/possible256|/possible4096][/threads2]\n"
	"    Allocates and frees 8 bytes, over and over: 'untouched', or 'written' for each\n"
	"    used CPU before it is freed, so that clearing is work; the time of the writing\n"
	"    is in it. possible256: 256 CPUs are possible, two are in use. threads2: two\n"
	"    threads at once, each writes for both CPUs; the time is that of one of them,\n"
	"    'overlap' is the part of it in which both were at it. 'waited' is the part in\n"
	"    which other programs had the CPU. Throughput is judged by the rounds in which\n"
	"    the threads overlapped for nine tenths and waited for a tenth at most.\n"
	"memory/WAY/possible256\n"
	"    1,000,000 counters of 8 bytes, each used on every used CPU, 256 CPUs possible.\n"
	"    'resident' is what the process grows by, 'copies' the part that lies in the\n"
	"    CPUs' units, 'metadata' the allocator's own figure: bytes a counter a used CPU.\n"
	"    An array is so large that only 10,000 are measured.\n"
	"metadata/percpu\n"
	"    1,000,000 untouched objects of 16 bytes: metadata and growth of the resident\n"
	"    memory, bytes an object; the metadata in percent of one copy of the objects,\n"
	"    and of all used copies.\n"
	"\n"
	"Ways: percpu is the library. For comparison: malloc and calloc have one object for\n"
	"all CPUs; array is a zeroed cache line or more a possible CPU, from\n"
	"aligned_alloc(), of which no more are live than fit into 1 GiB.\n"
	"\n"
	"Exit status: 0, or 1 where a measurement failed, --check has found a target that is\n"
	"missed, or the command line is wrong.\n";

static const struct option long_options[] = {
	COMMON_OPTIONS,
	{"sweep", no_argument, NULL, 's'},
	{"list", no_argument, NULL, 'l'},
	{"measure", required_argument, NULL, 'm'},
	{0},
};

static bool take(void *own, int option, const char *argument)
{
	struct options *options = own;

	switch (option) {
	case 'l':
		options->list = true;
		return true;
	case 's':
		options->sweep = true;
		return true;
	case 'm':
		options->measure = argument;
		return true;
	default:
		return false;
	}
}

void options_of_bench_alloc(struct options *options, int argc, char **argv)
{
	static const struct command_line line = {
		.program = "percpu_bench_alloc",
		.help = help,
		.letters = COMMON_LETTERS "lm:s",
		.options = long_options,
		.max_rounds = MAX_ROUNDS,
		.take = take,
	};

	*options = (struct options){0};
	options_parse(&options->common, options, &line, argc, argv);
}
