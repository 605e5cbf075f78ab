// SPDX-License-Identifier: MIT
/*
 * percpu_bench_startup: what linking the library adds to the start and end of a process.
 *
 * Two programs, one empty and one with one per-CPU variable, are started in turn, many times, and
 * compared within each round: the machine's noise hits both.  The order changes each round.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/clock.h"
#include "harness/curves.h"
#include "harness/host.h"
#include "harness/json.h"
#include "harness/options.h"
#include "harness/rotation.h"
#include "harness/spawn.h"
#include "harness/stats.h"

#define TARGET_MS 0.3
#define WARM_UP_ROUNDS 5
#define MAX_ROUNDS 100000

enum program {
	EMPTY,
	WITH_LIBRARY,
	NR_PROGRAMS, /* others are started for plots only */
};

/* What is started.  All but the empty program are points of a plot: what they add to that one. */
struct start {
	const char *program;
	unsigned int possible; /* CPUs, by PERCPU_CONF; 0: the machine's own */
	const char *figure;
	const char *series;
};

#define LINKED "startup-linked"
#define POSSIBLE "startup-possible"

static const struct start starts[] = {
	[EMPTY] = {"percpu_startup_empty", 0, NULL, NULL},
	[WITH_LIBRARY] = {"percpu_startup_one", 0, LINKED, "libpercpu.so"},
	{"percpu_startup_one_archive", 0, LINKED, "libpercpu.a"},
#ifdef HAVE_LIBRSEQ
	{"percpu_startup_librseq", 0, LINKED, "librseq"},
#endif
#ifdef HAVE_URCU
	{"percpu_startup_urcu", 0, LINKED, "liburcu-bp"},
#endif
#ifdef HAVE_JEMALLOC
	{"percpu_startup_jemalloc", 0, LINKED, "jemalloc"},
#endif
	{"percpu_startup_cxx", 0, LINKED, "libstdc++"},
	{"percpu_startup_one", 16, POSSIBLE, "libpercpu.so"},
	{"percpu_startup_one", 64, POSSIBLE, "libpercpu.so"},
	{"percpu_startup_one", 256, POSSIBLE, "libpercpu.so"},
	{"percpu_startup_one", 1024, POSSIBLE, "libpercpu.so"},
	{"percpu_startup_one", 4096, POSSIBLE, "libpercpu.so"},
};

#define NR_STARTS (sizeof(starts) / sizeof(starts[0]))

struct measurement {
	size_t rounds;
	size_t nr; /* of starts */
	char *paths[NR_STARTS];
	double *ms[NR_STARTS]; /* wall time, by round */
};

struct outcome {
	struct summary ms[NR_PROGRAMS];
	double added_median; /* of the differences of each round */
	double added_of_minima;
};

/* For the next program that is started; what the user has set stays, but for this. */
static void set_possible(unsigned int possible)
{
	static const char variable[] = "PERCPU_CONF";
	static const char *before;
	static bool known;
	char conf[512];

	if (!known) {
		before = getenv(variable);
		before = before ? strdup(before) : "";
		known = true;
	}
	if (possible)
		snprintf(conf, sizeof(conf), "%s%spossible:%u", before, *before ? "," : "",
			 possible);
	else
		snprintf(conf, sizeof(conf), "%s", before);
	if (setenv(variable, conf, 1))
		err(EXIT_FAILURE, "%s", variable);
}

static void measure(struct measurement *measurement)
{
	for (size_t round = 0; round < measurement->rounds + WARM_UP_ROUNDS; round++) {
		for (size_t slot = 0; slot < measurement->nr; slot++) {
			size_t nr = rotation_index(round, slot, measurement->nr);
			double ms;

			set_possible(starts[nr].possible);
			ms = spawn_ns(measurement->paths[nr]) / (double)NSEC_PER_MSEC;
			if (round >= WARM_UP_ROUNDS)
				measurement->ms[nr][round - WARM_UP_ROUNDS] = ms;
		}
	}
}

static void measurement_init(struct measurement *measurement, size_t rounds, bool sweep)
{
	measurement->rounds = rounds;
	measurement->nr = sweep ? NR_STARTS : NR_PROGRAMS;
	for (size_t i = 0; i < measurement->nr; i++) {
		measurement->paths[i] = spawn_path(starts[i].program);
		measurement->ms[i] = calloc(rounds, sizeof(*measurement->ms[i]));
		if (!measurement->ms[i])
			err(EXIT_FAILURE, "%zu rounds", rounds);
	}
}

static void measurement_destroy(struct measurement *measurement)
{
	for (size_t i = 0; i < measurement->nr; i++) {
		free(measurement->paths[i]);
		free(measurement->ms[i]);
	}
}

static struct outcome evaluate(const struct measurement *measurement)
{
	struct outcome outcome;

	for (int i = 0; i < NR_PROGRAMS; i++)
		outcome.ms[i] = summarize(measurement->ms[i], measurement->rounds);
	outcome.added_median = median_of_differences(measurement->ms[WITH_LIBRARY],
						     measurement->ms[EMPTY], measurement->rounds);
	outcome.added_of_minima = outcome.ms[WITH_LIBRARY].min - outcome.ms[EMPTY].min;
	return outcome;
}

static void print_outcome(FILE *out, const struct outcome *outcome, size_t rounds)
{
	fprintf(out, "%-22s %10s %10s   (%zu rounds, %s)\n", "start to end, ms", "min", "median",
		rounds, PERCPU_LINKAGE);
	for (int i = 0; i < NR_PROGRAMS; i++)
		fprintf(out, "%-22s %10.3f %10.3f\n", starts[i].program, outcome->ms[i].min,
			outcome->ms[i].median);
	fprintf(out, "%-22s %10.3f %10.3f   target <= %.1f: %s\n", "added",
		outcome->added_of_minima, outcome->added_median, TARGET_MS,
		outcome->added_median <= TARGET_MS ? "OK" : "MISSED");
}

/* That are possible where PERCPU_CONF says nothing. */
static double cpus(void)
{
	struct host host;

	host_describe(&host);
	return host.cpus_configured;
}

/* What the others add to the empty program, round by round, in microseconds. */
static void add_curves(cJSON *json, const struct measurement *measurement)
{
	cJSON *curves = cJSON_AddArrayToObject(json, "curves");
	const size_t rounds = measurement->rounds;
	double *us = calloc(rounds, sizeof(*us));

	if (!us)
		err(EXIT_FAILURE, "%zu rounds", rounds);
	for (size_t i = 0; i < measurement->nr; i++) {
		const struct start *start = &starts[i];
		struct curve curve = {start->figure, start->series, "CPUs possible", "us"};

		for (size_t round = 0; round < rounds; round++)
			us[round] =
				(measurement->ms[i][round] - measurement->ms[EMPTY][round]) * 1000;
		if (start->figure)
			curves_add(curves, &curve, start->possible ? start->possible : cpus(), us,
				   rounds);
		/* the machine's own number is the first one of both plots */
		curve.figure = POSSIBLE;
		if (i == WITH_LIBRARY)
			curves_add(curves, &curve, cpus(), us, rounds);
	}
	free(us);
}

static cJSON *outcome_to_json(const struct measurement *measurement, const struct outcome *outcome)
{
	const size_t rounds = measurement->rounds;
	cJSON *json, *added;
	struct host host;

	host_describe(&host);
	json = json_create("percpu_bench_startup", &host);
	cJSON_AddStringToObject(json, "linkage", PERCPU_LINKAGE);
	cJSON_AddNumberToObject(json, "rounds", (double)rounds);
	for (int i = 0; i < NR_PROGRAMS; i++) {
		cJSON *ms = cJSON_AddObjectToObject(json, starts[i].program);

		cJSON_AddNumberToObject(ms, "min_ms", outcome->ms[i].min);
		cJSON_AddNumberToObject(ms, "p25_ms", outcome->ms[i].p25);
		cJSON_AddNumberToObject(ms, "median_ms", outcome->ms[i].median);
		cJSON_AddNumberToObject(ms, "p75_ms", outcome->ms[i].p75);
	}
	added = cJSON_AddObjectToObject(json, "added");
	cJSON_AddNumberToObject(added, "of_minima_ms", outcome->added_of_minima);
	cJSON_AddNumberToObject(added, "median_ms", outcome->added_median);
	cJSON_AddNumberToObject(added, "target_ms", TARGET_MS);
	cJSON_AddBoolToObject(added, "met", outcome->added_median <= TARGET_MS);
	if (measurement->nr > NR_PROGRAMS)
		add_curves(json, measurement);
	return json;
}

struct options {
	struct common_options common;
	bool sweep;
};

static bool take(void *own, int option, const char *argument)
{
	struct options *options = own;

	(void)argument;
	options->sweep |= option == 's';
	return option == 's';
}

static void parse(struct options *options, int argc, char **argv)
{
	static const struct option long_options[] = {
		{"rounds", required_argument, NULL, 'r'},
		{"sweep", no_argument, NULL, 's'},
		{"json", optional_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	static const struct command_line line = {
		.program = "percpu_bench_startup",
		.help = "Usage: percpu_bench_startup [--rounds=N] [--sweep] [--json[=FILE]]\n"
			"--sweep adds other libraries, and numbers of possible CPUs, and their "
			"curves to the JSON\n(docs/performance.md plots them).\n",
		.letters = "r:sj::h",
		.options = long_options,
		.max_rounds = MAX_ROUNDS,
		.take = take,
	};

	*options = (struct options){.common.rounds = 400};
	options_parse(&options->common, options, &line, argc, argv);
}

int main(int argc, char **argv)
{
	struct measurement measurement;
	struct options all;
	const struct common_options *options = &all.common;
	struct outcome outcome;
	int status = 0;

	parse(&all, argc, argv);
	measurement_init(&measurement, options->rounds, all.sweep);
	measure(&measurement);
	outcome = evaluate(&measurement);
	print_outcome(options_table_stream(options), &outcome, options->rounds);
	if (options->json)
		status = json_write(outcome_to_json(&measurement, &outcome), options->json_path);
	measurement_destroy(&measurement);
	return status ? EXIT_FAILURE : EXIT_SUCCESS;
}
