/* SPDX-License-Identifier: MIT */
/*
 * template.c - writes to an initial value, which is wrong, where its argument says; with any other,
 * as "nothing", it does not. Of a plugin that is a second argument it has the variable "others".
 */
#include <percpu/percpu.h>

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

DEFINE_PER_CPU(long, before) = 1;
DEFINE_PER_CPU(long, counted) = 5;
DEFINE_PER_CPU_SHARED_ALIGNED(int, aligned);

/* What a program that knows no better makes of `counted++`. */
static void write_to(volatile void *variable)
{
	++*(volatile int *)variable;
}

static int in_child(void)
{
	int status;

	if (fork() == 0) {
		write_to(&counted);
		exit(0);
	}
	wait(&status);
	return WIFSIGNALED(status) ? 77 : 0;
}

int main(int argc, char **argv)
{
	void *plugin = argc > 2 ? dlopen(argv[2], RTLD_NOW) : NULL;

	this_cpu_inc(counted);
	per_cpu(before, 0) = 7;
	if (strcmp(argv[1], "static") == 0)
		write_to(&counted);
	if (strcmp(argv[1], "aligned") == 0)
		write_to(&aligned);
	if (strcmp(argv[1], "plugin") == 0)
		write_to(dlsym(plugin, "others"));
	if (strcmp(argv[1], "child") == 0)
		return in_child();
	free_percpu(alloc_percpu(long));
	puts("at the end");
	return 0;
}
