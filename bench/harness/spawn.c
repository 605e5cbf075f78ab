// SPDX-License-Identifier: MIT
#include "harness/spawn.h"

#include <err.h>
#include <libgen.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/clock.h"

extern char **environ;

char *spawn_path(const char *name)
{
	char self[PATH_MAX], *path;
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length < 0)
		err(EXIT_FAILURE, "/proc/self/exe");
	self[length] = '\0';
	if (asprintf(&path, "%s/%s", dirname(self), name) < 0)
		err(EXIT_FAILURE, "%s", name);
	return path;
}

double spawn_ns(char *path)
{
	char *arguments[] = {path, NULL};
	uint64_t start = clock_ns(CLOCK_MONOTONIC);
	int status, error;
	uint64_t end;
	pid_t pid;

	error = posix_spawn(&pid, path, NULL, NULL, arguments, environ);
	if (error)
		errx(EXIT_FAILURE, "%s: %s", path, strerror(error));
	if (waitpid(pid, &status, 0) != pid)
		err(EXIT_FAILURE, "waitpid");
	end = clock_ns(CLOCK_MONOTONIC);
	if (status)
		errx(EXIT_FAILURE, "%s failed: wait status %#x", path, (unsigned int)status);
	return (double)(end - start);
}
