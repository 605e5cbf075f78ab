// SPDX-License-Identifier: MIT
#include "process.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONF "PERCPU_CONF"

/* What the environment says already stays: a key that comes again has its last value. */
static void set_possible(unsigned int possible)
{
	const char *before = getenv(CONF);
	char *text;

	if (asprintf(&text, "%s%spossible:%u", before ? before : "", before ? "," : "", possible) <
		    0 ||
	    setenv(CONF, text, 1))
		err(EXIT_FAILURE, CONF);
	free(text);
}

static _Noreturn void become(const struct line *line, bool quick, int output)
{
	char *measure, *arguments[4] = {"percpu_bench_alloc"};

	if (dup2(output, STDOUT_FILENO) < 0)
		err(EXIT_FAILURE, "output of %s", line->name);
	if (line->possible)
		set_possible(line->possible);
	if (asprintf(&measure, "--measure=%s", line->name) < 0)
		err(EXIT_FAILURE, "%s", line->name);
	arguments[1] = measure;
	arguments[2] = quick ? "--quick" : NULL;
	execv("/proc/self/exe", arguments);
	err(EXIT_FAILURE, "/proc/self/exe");
}

static void wait_for(pid_t pid, const struct line *line)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		err(EXIT_FAILURE, "waitpid");
	if (status)
		errx(EXIT_FAILURE, "%s failed: wait status %#x", line->name, status);
}

void process_measure(const struct line *line, bool quick, struct sample *sample)
{
	int ends[2];
	FILE *stream;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		err(EXIT_FAILURE, "pipe");
	pid = fork();
	if (pid < 0)
		err(EXIT_FAILURE, "fork");
	if (pid == 0)
		become(line, quick, ends[1]);
	close(ends[1]);
	stream = fdopen(ends[0], "r");
	if (!stream)
		err(EXIT_FAILURE, "fdopen");
	sample_init(sample);
	sample_read(sample, stream);
	fclose(stream);
	wait_for(pid, line);
}
