/* SPDX-License-Identifier: MIT */
/*
 * spawn.c - starts a program again and again, each time at other addresses.
 *
 * Usage: spawn TIMES PROGRAM ARGUMENT... One that does not exit with 0 ends it.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

static int status_of(char **command)
{
	pid_t pid;
	int status;

	if (posix_spawn(&pid, command[0], NULL, NULL, command, environ) ||
	    waitpid(pid, &status, 0) != pid)
		return -1;
	return status;
}

int main(int argc, char **argv)
{
	long times = argc > 2 ? atol(argv[1]) : 0;

	for (long i = 0; i < times; i++) {
		int status = status_of(argv + 2);

		if (status) {
			printf("start %ld: status %#x\n", i, (unsigned int)status);
			return 1;
		}
	}
	printf("%ld starts\n", times);
	return times == 0;
}
