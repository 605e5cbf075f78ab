// SPDX-License-Identifier: MIT
#include "harness/again.h"

#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void append_conf(const char *conf)
{
	static const char variable[] = "PERCPU_CONF";
	const char *before = getenv(variable);
	char *text;

	if (asprintf(&text, "%s%s%s", before ? before : "", before ? "," : "", conf) < 0 ||
	    setenv(variable, text, 1))
		err(EXIT_FAILURE, "%s", variable);
	free(text);
}

static _Noreturn void become(const char *conf, char *const *argv, int output)
{
	if (dup2(output, STDOUT_FILENO) < 0)
		err(EXIT_FAILURE, "dup2");
	if (conf)
		append_conf(conf);
	execv("/proc/self/exe", argv);
	err(EXIT_FAILURE, "/proc/self/exe");
}

void again_start(struct again *again, const char *conf, char *const *argv)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		err(EXIT_FAILURE, "pipe");
	fflush(NULL);
	again->pid = fork();
	if (again->pid < 0)
		err(EXIT_FAILURE, "fork");
	if (!again->pid)
		become(conf, argv, ends[1]);
	close(ends[1]);
	again->from = fdopen(ends[0], "r");
	if (!again->from)
		err(EXIT_FAILURE, "fdopen");
}

int again_end(struct again *again)
{
	int status;

	fclose(again->from);
	if (waitpid(again->pid, &status, 0) != again->pid)
		err(EXIT_FAILURE, "waitpid");
	return status;
}
