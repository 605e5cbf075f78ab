// SPDX-License-Identifier: MIT
#include "elsewhere.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * Both sides are the same program, and make the same list of cases of the same arguments.  So cases
 * go by their number in it, and numbers as they are in memory.
 */
struct message {
	size_t nr; /* of the series that follow: each is its rounds, and their times by each clock
		    */
	unsigned long lost;
	struct process process;
};

static const char conf_variable[] = "PERCPU_CONF";

static void change_conf(const char *conf)
{
	const char *before = getenv(conf_variable);
	char text[1024];

	snprintf(text, sizeof(text), "%s%s%s", before ? before : "", before ? "," : "", conf);
	if (setenv(conf_variable, text, 1))
		err(EXIT_FAILURE, "setenv");
}

/* @argv and --setting, which must not come after a "--". */
static void exec_again(char **argv, const char *setting)
{
	char option[64];
	char **again;
	size_t argc = 0;

	while (argv[argc])
		argc++;
	again = calloc(argc + 2, sizeof(*again));
	if (!again)
		err(EXIT_FAILURE, "arguments");
	snprintf(option, sizeof(option), "--setting=%s", setting);
	again[0] = argv[0];
	again[1] = option;
	memcpy(again + 2, argv + 1, (argc - 1) * sizeof(*again));
	execv("/proc/self/exe", again);
	err(EXIT_FAILURE, "%s", argv[0]);
}

/* Starts the other process; @from is its standard output. */
static pid_t start(enum bench_setting_id setting, char **argv, FILE **from)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends))
		err(EXIT_FAILURE, "pipe");
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		err(EXIT_FAILURE, "fork");
	if (!pid) {
		if (dup2(ends[1], STDOUT_FILENO) < 0)
			err(EXIT_FAILURE, "dup2");
		close(ends[0]);
		close(ends[1]);
		change_conf(bench_settings[setting].conf);
		exec_again(argv, bench_settings[setting].name);
	}
	close(ends[1]);
	*from = fdopen(ends[0], "r");
	if (!*from)
		err(EXIT_FAILURE, "fdopen");
	return pid;
}

static bool receive_series(FILE *from, struct series *series, struct bench_case subject,
			   enum bench_setting_id setting)
{
	size_t rounds;

	if (fread(&rounds, sizeof(rounds), 1, from) != 1)
		return false;
	series_init(series, subject, setting, 1, rounds);
	series->rounds = rounds;
	for (int clock = 0; clock < NR_CLOCKS; clock++)
		if (fread(series->ns[clock], sizeof(double), rounds, from) != rounds)
			return false;
	return true;
}

static bool receive(FILE *from, enum bench_setting_id setting, const struct bench_case *cases,
		    size_t nr, struct results *results)
{
	struct message message;
	struct series *series;

	if (fread(&message, sizeof(message), 1, from) != 1)
		return false;
	results->lost += message.lost;
	results->processes[setting] = message.process;
	if (!message.process.measured)
		return true;
	if (message.nr != nr)
		return false;
	series = results_append(results, nr);
	for (size_t i = 0; i < nr; i++)
		if (!receive_series(from, &series[i], cases[i], setting))
			return false;
	return true;
}

size_t measure_elsewhere(const struct options *options, enum bench_setting_id setting, char **argv,
			 struct results *results)
{
	struct bench_case *cases;
	size_t nr = cases_select(options->filter, setting, &cases);
	bool complete;
	int status;
	FILE *from;
	pid_t pid;

	if (nr) {
		pid = start(setting, argv, &from);
		complete = receive(from, setting, cases, nr, results);
		fclose(from);
		if (waitpid(pid, &status, 0) != pid)
			err(EXIT_FAILURE, "waitpid");
		if (!complete || !WIFEXITED(status))
			errx(EXIT_FAILURE, "the process with %s=%s failed (status %#x)",
			     conf_variable, bench_settings[setting].conf, (unsigned int)status);
	}
	free(cases);
	return nr;
}

static void send_series(const struct series *series)
{
	fwrite(&series->rounds, sizeof(series->rounds), 1, stdout);
	for (int clock = 0; clock < NR_CLOCKS; clock++)
		fwrite(series->ns[clock], sizeof(double), series->rounds, stdout);
}

int send_results(const struct results *results)
{
	struct message message = {.nr = results->nr, .lost = results->lost};

	for (int setting = 0; setting < NR_SETTINGS; setting++)
		if (results->processes[setting].backend[0])
			message.process = results->processes[setting];
	fwrite(&message, sizeof(message), 1, stdout);
	for (size_t i = 0; i < results->nr; i++)
		send_series(&results->series[i]);
	if (fflush(stdout) || ferror(stdout)) {
		warn("results");
		return -1;
	}
	return 0;
}
