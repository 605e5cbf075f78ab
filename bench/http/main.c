// SPDX-License-Identifier: MIT
/*
 * percpu_bench_http: what counting costs a server.
 *
 * examples/http_server is started once for each way that it can count in, all of them at once, on
 * the same CPUs; they get the same requests in turn.  Those that get none sleep.  Then they are
 * started anew: each process has other pages.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/curves.h"
#include "harness/host.h"
#include "harness/json.h"
#include "harness/options.h"
#include "harness/place.h"
#include "harness/rotation.h"
#include "harness/spawn.h"
#include "http/load.h"
#include "http/server.h"

#define MAX_ROUNDS 10000
#define ROUNDS_A_SITTING 8
#define CONNECTIONS 32 /* of all threads of the load */

static const struct {
	const char *counters; /* of http_server */
	const char *series;
} ways[] = {
	{"none", "no counters"},
	{"percpu", "percpu metrics"},
	{"atomic", "shared atomics"},
	{"mutex", "one mutex"},
};

#define NR_WAYS (sizeof(ways) / sizeof(ways[0]))
#define NONE 0

struct options {
	struct common_options common;
	const char *server;
};

struct effort {
	size_t sittings;
	size_t rounds;   /* of a sitting */
	size_t requests; /* of a round, for each CPU of the server */
	unsigned int cost_calls;
};

/* Of one way on so many CPUs: by round, and by sitting. */
struct record {
	double *rate, *cpu_us, *of_none;
	double *update_ns;
};

struct run {
	const char *server;
	struct effort effort;
	unsigned int cpus;
	struct record records[NR_WAYS];
	unsigned long lost;
};

static double *room(size_t nr)
{
	double *values = calloc(nr, sizeof(*values));

	if (!values)
		err(EXIT_FAILURE, "figures");
	return values;
}

static void measure_round(struct run *run, const struct server *server, struct load *load,
			  size_t way, size_t at)
{
	const double requests = (double)(run->effort.requests * run->cpus);
	const uint64_t before = server_cpu_ns(server);
	const double wall_ns = load_run(load, run->effort.requests);
	struct record *record = &run->records[way];

	record->cpu_us[at] = (double)(server_cpu_ns(server) - before) / requests / 1000;
	record->rate[at] = requests / (wall_ns / (double)NSEC_PER_SEC);
}

/* What was counted is what was asked, which the server itself has seen too. */
static void end_server(struct run *run, struct server *server, size_t way, size_t sitting)
{
	const uint64_t asked = (run->effort.rounds + 1) * run->effort.requests * run->cpus;
	struct server_report report;

	server_stop(server, &report);
	run->records[way].update_ns[sitting] = report.update_ns;
	if (report.seen == asked && (way == NONE || report.counted == asked))
		return;
	warnx("%s: %llu of %llu requests counted, %llu seen", ways[way].counters,
	      (unsigned long long)report.counted, (unsigned long long)asked,
	      (unsigned long long)report.seen);
	run->lost++;
}

static void sit(struct run *run, size_t sitting)
{
	const unsigned int connections = CONNECTIONS / run->cpus ? CONNECTIONS / run->cpus : 1;
	const size_t first = sitting * run->effort.rounds;
	struct server servers[NR_WAYS];
	struct load *loads[NR_WAYS];

	for (size_t i = 0; i < NR_WAYS; i++) {
		server_start(&servers[i], run->server, ways[i].counters, run->cpus,
			     run->effort.cost_calls);
		loads[i] = load_open(&servers[i].address, run->cpus, connections);
		load_run(loads[i], run->effort.requests); /* warm */
	}
	for (size_t round = 0; round < run->effort.rounds; round++) {
		for (size_t slot = 0; slot < NR_WAYS; slot++) {
			size_t way = rotation_index(round + sitting, slot, NR_WAYS);

			measure_round(run, &servers[way], loads[way], way, first + round);
		}
		for (size_t i = 0; i < NR_WAYS; i++)
			run->records[i].of_none[first + round] =
				run->records[i].cpu_us[first + round] /
				run->records[NONE].cpu_us[first + round];
	}
	for (size_t i = 0; i < NR_WAYS; i++) {
		load_close(loads[i]);
		end_server(run, &servers[i], i, sitting);
	}
}

static void add_curves(cJSON *curves, const struct run *run)
{
	const size_t rounds = run->effort.rounds * run->effort.sittings;

	for (size_t i = 0; i < NR_WAYS; i++) {
		const struct record *record = &run->records[i];
		struct curve curve = {"http-rate", ways[i].series, "CPUs of the server",
				      "requests/s"};

		curves_add(curves, &curve, run->cpus, record->rate, rounds);
		curve.figure = "http-cpu", curve.unit = "us";
		curves_add(curves, &curve, run->cpus, record->cpu_us, rounds);
		curve.figure = "http-ratio", curve.unit = "x";
		curves_add(curves, &curve, run->cpus, record->of_none, rounds);
		curve.figure = "http-update", curve.unit = "ns";
		if (i != NONE)
			curves_add(curves, &curve, run->cpus, record->update_ns,
				   run->effort.sittings);
	}
}

static void print(FILE *out, const struct run *run)
{
	const size_t rounds = run->effort.rounds * run->effort.sittings;

	for (size_t i = 0; i < NR_WAYS; i++) {
		const struct record *record = &run->records[i];

		fprintf(out, "%u CPUs, %-16s %10.0f requests/s %8.2f us of CPU a request, x %.3f\n",
			run->cpus, ways[i].series, summarize(record->rate, rounds).median,
			summarize(record->cpu_us, rounds).median,
			summarize(record->of_none, rounds).median);
	}
}

static void measure(struct run *run, unsigned int cpus)
{
	run->cpus = cpus;
	for (size_t i = 0; i < NR_WAYS; i++) {
		const size_t rounds = run->effort.rounds * run->effort.sittings;

		run->records[i] = (struct record){room(rounds), room(rounds), room(rounds),
						  room(run->effort.sittings)};
	}
	for (size_t sitting = 0; sitting < run->effort.sittings; sitting++)
		sit(run, sitting);
}

static void forget(struct run *run)
{
	for (size_t i = 0; i < NR_WAYS; i++) {
		free(run->records[i].rate);
		free(run->records[i].cpu_us);
		free(run->records[i].of_none);
		free(run->records[i].update_ns);
	}
}

static bool take(void *own, int option, const char *argument)
{
	struct options *options = own;

	if (option == 's')
		options->server = argument;
	return option == 's';
}

static void parse(struct options *options, int argc, char **argv)
{
	static const struct option long_options[] = {
		COMMON_OPTIONS,
		{"server", required_argument, NULL, 's'},
		{0},
	};
	static const struct command_line line = {
		.program = "percpu_bench_http",
		.help = "Usage: percpu_bench_http [OPTION]...\n"
			"Measures examples/http_server with each kind of its counters, turn about: "
			"requests a second\nand CPU time a request, on 1, 2 and all CPUs.\n"
			"\n"
			"  -s, --server=PATH  the server (that of this build)\n"
			"  -r, --rounds=N     how often all are started anew (8)\n"
			"  -q, --quick        only to see that it works\n"
			"  -j, --json[=FILE]  write JSON, with the curves that docs/performance.md "
			"plots\n"
			"  -h, --help\n"
			"\n"
			"Exit status: 0, or 1 where a request was not counted, or something could "
			"not be had.\n",
		.letters = COMMON_LETTERS "s:",
		.options = long_options,
		.max_rounds = MAX_ROUNDS,
		.take = take,
	};

	*options = (struct options){0};
	options_parse(&options->common, options, &line, argc, argv);
}

/* After @cpus: 1, 2, all; 0: that was the last. */
static unsigned int next_cpus(unsigned int cpus)
{
	const unsigned int all = place_count();

	if (cpus >= all)
		return 0;
	return cpus == 1 ? 2 : all;
}

int main(int argc, char **argv)
{
	struct run run = {.effort = {8, ROUNDS_A_SITTING, 4000, 1 << 21}};
	char *beside = spawn_path("../../examples/http_server/http_server");
	struct options options;
	struct host host;
	cJSON *json, *curves;

	parse(&options, argc, argv);
	host_describe(&host);
	json = json_create("percpu_bench_http", &host);
	curves = cJSON_AddArrayToObject(json, "curves");
	run.server = options.server ? options.server : beside;
	if (options.common.quick)
		run.effort = (struct effort){1, 1, 20, 1000};
	if (options.common.rounds)
		run.effort.sittings = options.common.rounds;
	for (unsigned int cpus = 1; cpus; cpus = next_cpus(cpus)) {
		measure(&run, cpus);
		print(options_table_stream(&options.common), &run);
		add_curves(curves, &run);
		forget(&run);
	}
	free(beside);
	if (!options.common.json)
		cJSON_Delete(json);
	else if (json_write(json, options.common.json_path))
		return EXIT_FAILURE;
	return run.lost ? EXIT_FAILURE : EXIT_SUCCESS;
}
