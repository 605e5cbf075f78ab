/* SPDX-License-Identifier: MIT */
/*
 * main.c - a program counts in a shared object's exported variables, and the object in the
 * program's: both have the same copies. The object is linked to, or with LOADED comes by dlopen().
 *
 * Usage: main [OBJECT]
 */
#include "exports.h"

#include <stdio.h>
#include <stdlib.h>

EXPORT_PER_CPU_SYMBOL(of_program); /* so far before, for clang's -fvisibility=hidden */
DEFINE_PER_CPU(unsigned long, of_program) = 100;

#ifdef LOADED
#include <dlfcn.h>

static void *handle;

static void *find(const char *name)
{
	void *symbol = dlsym(handle, name);

	if (!symbol) {
		printf("exports: %s\n", dlerror());
		exit(1);
	}
	return symbol;
}

static void load(const char *path)
{
	handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (!handle) {
		printf("exports: %s\n", dlerror());
		exit(1);
	}
}

#define object_hits (*(unsigned long __percpu *)find("of_object"))
#define object_votes ((unsigned short __percpu *)find("votes_of_object"))
#define count_in_object ((void (*)(void))find("object_count"))
#define ask_object ((struct seen(*)(void))find("object_sees"))
#else
static void load(const char *path)
{
	(void)path;
}

#define object_hits of_object
#define object_votes votes_of_object
#define count_in_object object_count
#define ask_object object_sees
#endif

enum { ROUNDS = 1000 };

static int is_the_same(const struct seen *object)
{
	return object->of_object == &object_hits && object->of_program == &of_program &&
	       object->sum_of_object == per_cpu_sum(object_hits) &&
	       object->sum_of_votes == (unsigned long)per_cpu_sum(object_votes[1]) &&
	       object->sum_of_program == per_cpu_sum(of_program);
}

int main(int argc, char **argv)
{
	unsigned long cpus = num_possible_cpus();
	struct seen seen;

	load(argv[argc - 1]);
	seen = ask_object();
	if (!is_the_same(&seen) || seen.sum_of_object != 7 * cpus ||
	    seen.sum_of_program != 100 * cpus)
		return 2;
	for (int i = 0; i < ROUNDS; i++) {
		count_in_object();
		this_cpu_inc(object_hits);
		this_cpu_inc(object_votes[1]);
		this_cpu_inc(of_program);
	}
	seen = ask_object();
	if (!is_the_same(&seen))
		return 3;
	printf("exports: %lu in the object, %lu votes, %lu in the program\n",
	       seen.sum_of_object - 7 * cpus, seen.sum_of_votes - 2 * cpus,
	       seen.sum_of_program - 100 * cpus);
	return 0;
}
