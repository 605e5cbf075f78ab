/* SPDX-License-Identifier: MIT */
/*
 * prefork.c - a server with two workers, whose counts are shared. When both have counted, the
 * second one's end is a core dump; or, with an argument, it says who it is, and waits for somebody
 * to make one.
 */
#include <percpu/percpu.h>
#include <percpu/shared.h>

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

DEFINE_PER_CPU(unsigned long, requests);
static unsigned long __percpu *bytes;

static bool waits;

static void fail(void)
{
	if (!waits)
		abort();
	printf("%d\n", (int)getpid());
	fflush(stdout);
	pause();
}

static void serve(unsigned long size)
{
	this_cpu_inc(requests);
	this_cpu_add(*bytes, size);
	if (!size)
		fail();
}

static int work(int worker, const int *begin)
{
	cpu_set_t set;
	char byte;

	CPU_ZERO(&set);
	CPU_SET(worker, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return 77;
	/* one after the other */
	if (read(begin[0], &byte, 1) != 1)
		return EXIT_FAILURE;
	for (int i = 1; i <= 30; i++)
		serve(1000);
	if (worker == 1)
		serve(0);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	int status, begin[2];

	(void)argv;
	waits = argc > 1;
	bytes = alloc_percpu(unsigned long);
	if (!bytes || percpu_share() || pipe(begin))
		return EXIT_FAILURE;
	for (int worker = 0; worker < 2; worker++) {
		if (fork() == 0)
			_exit(work(worker, begin));
		if (write(begin[1], "", 1) != 1 || wait(&status) < 0)
			return EXIT_FAILURE;
		if (WIFEXITED(status) && WEXITSTATUS(status))
			return WEXITSTATUS(status);
	}
	return WIFSIGNALED(status) ? EXIT_SUCCESS : EXIT_FAILURE;
}
