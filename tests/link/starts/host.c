/* SPDX-License-Identifier: MIT */
/*
 * host.c - a program that loads an object which counts; with COUNTS it has variables of its own.
 *
 * Usage: host OBJECT.
 */
#include <dlfcn.h>
#include <stdio.h>

#ifdef COUNTS
#include <percpu/percpu.h>

static DEFINE_PER_CPU(unsigned long, loaded);

static int note(void)
{
	this_cpu_inc(loaded);
	return per_cpu_sum(loaded) != 1;
}
#else
static int note(void)
{
	return 0;
}
#endif

int main(int argc, char **argv)
{
	void *object = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
	int (*count)(void);

	if (!object) {
		puts(dlerror());
		return 2;
	}
	*(void **)&count = dlsym(object, "count");
	return count ? count() || note() : 3;
}
