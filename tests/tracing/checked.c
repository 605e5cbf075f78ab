/* SPDX-License-Identifier: MIT */
/*
 * checked.c - what tools that check memory are to find, one thing a run, and what they are not to
 * find. The library is not built with them (memory.sh).
 *
 * Usage: checked THING. "nothing": all that is right; it says "right" and ends with 0.
 */
#include <percpu/percpu.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pair {
	long first, second;
};

static DEFINE_PER_CPU(char *, only_here);
static DEFINE_PER_CPU(char *__percpu *, area_of);
static DEFINE_PER_CPU(long, counted) = 5;
static unsigned int cpu;

/* What malloc() gave is kept by copies alone: of a variable, and of an area that one has. */
static void keep_by_copies(void)
{
	char *__percpu *area = alloc_percpu(char *);
	unsigned int last = 0;

	for_each_possible_cpu(cpu) {
		last = cpu;
		per_cpu(only_here, cpu) = malloc(100);
		*per_cpu_ptr(area, cpu) = malloc(200);
	}
	per_cpu(area_of, last) = area;
}

static void do_everything_right(void)
{
	struct pair __percpu *areas[100];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 100; i++) {
			areas[i] = alloc_percpu(struct pair);
			this_cpu_inc(areas[i]->second);
			for_each_possible_cpu(cpu)
				memset(per_cpu_ptr(areas[i], cpu), 0, sizeof(struct pair));
		}
		for (int i = 0; i < 100; i++)
			free_percpu(areas[i]);
		percpu_trim();
	}
	this_cpu_inc(counted);
	if (per_cpu_sum(counted) != 5L * num_possible_cpus() + 1)
		exit(1);
	keep_by_copies();
	puts("right");
}

static struct pair __percpu *allocate(void)
{
	return alloc_percpu(struct pair);
}

static void leak_an_area(void)
{
	struct pair __percpu *area = allocate();

	this_cpu_inc(area->first);
}

static void *volatile lost;

static void *leak_in_thread(void *arg)
{
	lost = malloc(300);
	lost = NULL;
	return arg;
}

/* In a thread of its own, with which goes what is left on its stack. */
static void leak_an_object(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, leak_in_thread, NULL) != 0)
		exit(1);
	pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	const char *thing = argc > 1 ? argv[1] : "";
	struct pair __percpu *area;

	cpu = nr_cpu_ids - 1;
	if (strcmp(thing, "nothing") == 0) {
		do_everything_right();
	} else if (strcmp(thing, "leaked_area") == 0) {
		leak_an_area();
	} else if (strcmp(thing, "leaked_object") == 0) {
		leak_an_object();
	} else if (strcmp(thing, "freed") == 0) {
		area = allocate();
		free_percpu(area);
		per_cpu_ptr(area, cpu)->second = 1;
	} else if (strcmp(thing, "freed_op") == 0) {
		area = allocate();
		free_percpu(area);
		this_cpu_inc(area->second);
	} else if (strcmp(thing, "behind") == 0) {
		area = allocate();
		per_cpu_ptr(area, cpu)[1].first = 1;
	} else if (strcmp(thing, "never") == 0) {
		area = allocate();
		per_cpu_ptr(area, cpu)[500].first = 1;
	} else {
		return 2;
	}
	return 0;
}
