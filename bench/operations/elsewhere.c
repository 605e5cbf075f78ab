// SPDX-License-Identifier: MIT
#include "operations/elsewhere.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/again.h"
#include "operations/cases.h"

/*
 * Both sides are the same program, and make the same list of cases of the same arguments.  So cases
 * go by their number in it, and numbers as they are in memory.
 */
struct message {
	size_t nr; /* of the records that follow, all cases for each number of threads: each is
		    * that, its rounds, and their times by each clock */
	unsigned long lost;
	struct process process;
};

/* @argv and --setting, which must not come after a "--". */
static void start(struct again *again, const struct bench_setting *setting, char **argv)
{
	char option[64];
	char **arguments;
	size_t argc = 0;

	while (argv[argc])
		argc++;
	arguments = calloc(argc + 2, sizeof(*arguments));
	if (!arguments)
		err(EXIT_FAILURE, "arguments");
	snprintf(option, sizeof(option), "--setting=%s", setting->name);
	arguments[0] = argv[0];
	arguments[1] = option;
	memcpy(arguments + 2, argv + 1, (argc - 1) * sizeof(*arguments));
	again_start(again, setting->conf, arguments);
	free(arguments);
}

static bool receive_record(FILE *from, struct record *record, struct bench_case subject,
			   enum bench_setting_id setting)
{
	unsigned int threads;
	size_t rounds;

	if (fread(&threads, sizeof(threads), 1, from) != 1 ||
	    fread(&rounds, sizeof(rounds), 1, from) != 1)
		return false;
	record_init(record, subject, setting, threads, rounds);
	record->ns.rounds = rounds;
	for (int clock = 0; clock < NR_CLOCKS; clock++)
		if (fread(record->ns.values[clock], sizeof(double), rounds, from) != rounds)
			return false;
	return true;
}

static bool receive(FILE *from, enum bench_setting_id setting, const struct bench_case *cases,
		    size_t nr, struct results *results)
{
	struct message message;
	struct record *records;

	if (fread(&message, sizeof(message), 1, from) != 1)
		return false;
	results->lost += message.lost;
	results->processes[setting] = message.process;
	if (!message.process.measured)
		return true;
	if (!message.nr || message.nr % nr)
		return false;
	records = results_append(results, message.nr);
	for (size_t i = 0; i < message.nr; i++)
		if (!receive_record(from, &records[i], cases[i % nr], setting))
			return false;
	return true;
}

size_t measure_elsewhere(const struct options *options, enum bench_setting_id setting, char **argv,
			 struct results *results)
{
	const struct bench_setting *there = &bench_settings[setting];
	struct bench_case *cases;
	size_t nr = cases_select(options->common.filter, options->peers, setting, &cases);
	struct again again;
	bool complete;
	int status;

	if (nr) {
		start(&again, there, argv);
		complete = receive(again.from, setting, cases, nr, results);
		status = again_end(&again);
		if (!complete || !WIFEXITED(status))
			errx(EXIT_FAILURE, "the process with PERCPU_CONF=%s failed (status %#x)",
			     there->conf, (unsigned int)status);
	}
	free(cases);
	return nr;
}

static void send_record(const struct record *record)
{
	const struct series *ns = &record->ns;

	fwrite(&record->threads, sizeof(record->threads), 1, stdout);
	fwrite(&ns->rounds, sizeof(ns->rounds), 1, stdout);
	for (int clock = 0; clock < NR_CLOCKS; clock++)
		fwrite(ns->values[clock], sizeof(double), ns->rounds, stdout);
}

int send_results(const struct results *results)
{
	struct message message = {.nr = results->nr, .lost = results->lost};

	for (int setting = 0; setting < NR_SETTINGS; setting++)
		if (results->processes[setting].backend[0])
			message.process = results->processes[setting];
	fwrite(&message, sizeof(message), 1, stdout);
	for (size_t i = 0; i < results->nr; i++)
		send_record(&results->records[i]);
	if (fflush(stdout) || ferror(stdout)) {
		warn("results");
		return -1;
	}
	return 0;
}
