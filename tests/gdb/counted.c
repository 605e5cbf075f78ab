/* SPDX-License-Identifier: MIT */
/*
 * counted.c - a program to look at: it counts on two CPUs, holds the second, and calls stop_here().
 * With the argument "dies" it ends by abort() there; with "hides" too, in a core without the second
 * CPU's copies; with "waits" it says so, and waits.
 */
#include <percpu/percpu.h>

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct stats {
	unsigned long hits, misses;
	double load;
	char name[4];
	int depth[2];
};

struct pool {
	unsigned long __percpu *used;
	struct stats __percpu *stats;
};

DEFINE_PER_CPU(unsigned long, requests);
DEFINE_PER_CPU(struct stats, stats) = {.depth = {1, 2}};
DEFINE_PER_CPU(int, balance) = 5;
struct pool pool;
int ordinary = 3;

void stop_here(const char *how);

__attribute__((__noinline__)) void stop_here(const char *how)
{
	if (!how)
		return;
	if (strcmp(how, "waits"))
		abort();
	puts(how);
	fflush(stdout);
	pause();
}

static void hide(void *copy)
{
	if (madvise((void *)((uintptr_t)copy & ~4095UL), 4096, MADV_DONTDUMP))
		exit(77);
}

static void go_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		exit(77);
}

int main(int argc, char **argv)
{
	pool.used = alloc_percpu(unsigned long);
	pool.stats = alloc_percpu(struct stats);
	if (!pool.used || !pool.stats)
		return EXIT_FAILURE;
	go_to(0);
	this_cpu_add(requests, 3);
	this_cpu_add(stats.hits, 2);
	this_cpu_sub(balance, 7);
	this_cpu_inc(*pool.used);
	this_cpu_add(pool.stats->misses, 4);
	go_to(1);
	this_cpu_add(requests, 4);
	this_cpu_inc(stats.misses);
	this_cpu_add(*pool.used, 10);
	get_cpu_var(requests)++;
	if (argc > 1 && !strcmp(argv[1], "hides"))
		hide(per_cpu_ptr(&requests, 1));
	stop_here(argc > 1 ? argv[1] : NULL);
	put_cpu_var(requests);
	free_percpu(pool.used);
	free_percpu(pool.stats);
	return EXIT_SUCCESS;
}
