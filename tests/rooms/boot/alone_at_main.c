/* SPDX-License-Identifier: MIT */
/*
 * alone_at_main.c - when main() begins, its thread is the only one: what needs that, from unshare()
 * to setns(), can be had, whatever the library's start has tested.
 *
 * alone_at_main TIMES starts itself that often. Exit status 0: it was so each time.
 */
#include <percpu/percpu.h>

#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

static DEFINE_PER_CPU(long, something);

/* What unshare() asks itself, whatever it is to do. This flag does nothing in the only thread. */
static int is_alone(void)
{
	return unshare(CLONE_THREAD) == 0;
}

static int start_and_wait(char *program)
{
	char *arguments[] = {program, NULL};
	int status = -1;
	pid_t pid;

	if (posix_spawn(&pid, "/proc/self/exe", NULL, NULL, arguments, environ) != 0)
		return -1;
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

int main(int argc, char **argv)
{
	int alone = is_alone(), failed = 0;
	int times = argc > 1 ? (int)strtod(argv[1], NULL) : 0;

	this_cpu_inc(something);
	for (int i = 0; i < times; i++)
		failed += start_and_wait(argv[0]) != 0;
	if (times)
		printf("%d starts, in %d of them main() was not alone\n", times, failed);
	return !alone || failed;
}
