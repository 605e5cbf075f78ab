// SPDX-License-Identifier: MIT
/*
 * percpu_bench_startup: what linking the library adds to the start and end of a process.
 *
 * Two programs, one empty and one with one per-CPU variable, are started in turn, many times, and
 * compared within each round: the machine's noise hits both.  The order changes each round.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/clock.h"
#include "harness/host.h"
#include "harness/json.h"
#include "harness/options.h"
#include "harness/spawn.h"
#include "harness/stats.h"

#define TARGET_MS 0.3
#define WARM_UP_ROUNDS 5
#define MAX_ROUNDS 100000

enum program {
	EMPTY,
	WITH_LIBRARY,
	NR_PROGRAMS,
};

static const char *const program_names[NR_PROGRAMS] = {
	[EMPTY] = "percpu_startup_empty",
	[WITH_LIBRARY] = "percpu_startup_one",
};

struct measurement {
	size_t rounds;
	char *paths[NR_PROGRAMS];
	double *ms[NR_PROGRAMS]; /* wall time, by round */
};

struct outcome {
	struct summary ms[NR_PROGRAMS];
	double added_median; /* of the differences of each round */
	double added_of_minima;
};

static void measure(struct measurement *measurement)
{
	for (size_t round = 0; round < measurement->rounds + WARM_UP_ROUNDS; round++) {
		for (size_t slot = 0; slot < NR_PROGRAMS; slot++) {
			size_t program = (slot + round) % NR_PROGRAMS;
			double ms = spawn_ns(measurement->paths[program]) / (double)NSEC_PER_MSEC;

			if (round >= WARM_UP_ROUNDS)
				measurement->ms[program][round - WARM_UP_ROUNDS] = ms;
		}
	}
}

static void measurement_init(struct measurement *measurement, size_t rounds)
{
	measurement->rounds = rounds;
	for (int i = 0; i < NR_PROGRAMS; i++) {
		measurement->paths[i] = spawn_path(program_names[i]);
		measurement->ms[i] = calloc(rounds, sizeof(*measurement->ms[i]));
		if (!measurement->ms[i])
			err(EXIT_FAILURE, "%zu rounds", rounds);
	}
}

static void measurement_destroy(struct measurement *measurement)
{
	for (int i = 0; i < NR_PROGRAMS; i++) {
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
		fprintf(out, "%-22s %10.3f %10.3f\n", program_names[i], outcome->ms[i].min,
			outcome->ms[i].median);
	fprintf(out, "%-22s %10.3f %10.3f   target <= %.1f: %s\n", "added",
		outcome->added_of_minima, outcome->added_median, TARGET_MS,
		outcome->added_median <= TARGET_MS ? "OK" : "MISSED");
}

static cJSON *outcome_to_json(const struct outcome *outcome, size_t rounds)
{
	cJSON *json, *added;
	struct host host;

	host_describe(&host);
	json = json_create("percpu_bench_startup", &host);
	cJSON_AddStringToObject(json, "linkage", PERCPU_LINKAGE);
	cJSON_AddNumberToObject(json, "rounds", (double)rounds);
	for (int i = 0; i < NR_PROGRAMS; i++) {
		cJSON *ms = cJSON_AddObjectToObject(json, program_names[i]);

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
	return json;
}

static void parse(struct common_options *options, int argc, char **argv)
{
	static const struct option long_options[] = {
		{"rounds", required_argument, NULL, 'r'},
		{"json", optional_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	static const struct command_line line = {
		.program = "percpu_bench_startup",
		.help = "Usage: percpu_bench_startup [--rounds=N] [--json[=FILE]]\n",
		.letters = "r:j::h",
		.options = long_options,
		.max_rounds = MAX_ROUNDS,
	};

	*options = (struct common_options){.rounds = 400};
	options_parse(options, NULL, &line, argc, argv);
}

int main(int argc, char **argv)
{
	struct measurement measurement;
	struct common_options options;
	struct outcome outcome;
	int status = 0;

	parse(&options, argc, argv);
	measurement_init(&measurement, options.rounds);
	measure(&measurement);
	outcome = evaluate(&measurement);
	print_outcome(options_table_stream(&options), &outcome, options.rounds);
	if (options.json)
		status = json_write(outcome_to_json(&outcome, options.rounds), options.json_path);
	measurement_destroy(&measurement);
	return status ? EXIT_FAILURE : EXIT_SUCCESS;
}
