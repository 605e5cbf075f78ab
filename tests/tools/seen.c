/* SPDX-License-Identifier: MIT */
/*
 * seen.c - a program to look at from outside: it counts on two CPUs, has an area, and prints both.
 * With an argument, the name of a file, it then prints that: /proc/self/maps, say.
 */
#include <percpu/percpu.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

struct sample {
	unsigned long bytes, errors;
	unsigned int peers;
};

static DEFINE_PER_CPU(unsigned long, requests);
static DEFINE_PER_CPU(int, balance) = 5;

static void go_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		exit(77);
}

static void print_file(const char *path)
{
	FILE *file = fopen(path, "re");
	int c;

	if (!file)
		exit(EXIT_FAILURE);
	while ((c = getc(file)) != EOF)
		putchar(c);
	fclose(file);
}

int main(int argc, char **argv)
{
	struct sample __percpu *sample = alloc_percpu(struct sample);

	if (!sample)
		return EXIT_FAILURE;
	go_to(0);
	this_cpu_add(requests, 3);
	this_cpu_sub(balance, 7);
	this_cpu_add(sample->bytes, 4096);
	go_to(1);
	this_cpu_add(requests, 5);
	this_cpu_write(sample->peers, 2);
	if (percpu_print(stdout, &requests, sizeof(requests)) ||
	    percpu_print(stdout, &balance, sizeof(balance)) ||
	    percpu_print(stdout, sample, sizeof(*sample)))
		return EXIT_FAILURE;
	if (argc > 1)
		print_file(argv[1]);
	free_percpu(sample);
	return EXIT_SUCCESS;
}
