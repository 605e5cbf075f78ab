/* SPDX-License-Identifier: MIT */
/*
 * host.c - a program that loads and closes plugins, thousands of times, while threads of its own
 * count and allocate. Nothing grows, and no count is lost.
 *
 * Usage: host TIMES same|new PLUGIN... new: all of them in another namespace than the program's
 * (dlmopen), which is opened once.
 */
#include "../memory.h"
#include "plugin.h"

#include <dlfcn.h>
#include <percpu/open.h>
#include <percpu/percpu.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 50, AREAS = 20 };

static DEFINE_PER_CPU(unsigned long, own);
static int stop;

static void __attribute__((__noreturn__)) give_up(const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	exit(1);
}

/* --- threads that know nothing of plugins --- */

static void *count(void *counted)
{
	for (; !__atomic_load_n(&stop, __ATOMIC_RELAXED); ++*(unsigned long *)counted)
		this_cpu_inc(own);
	return NULL;
}

/* Of a plugin's page and more, so that chunks come and go. */
static void *allocate(void *rounds)
{
	unsigned long __percpu *areas[AREAS];

	for (unsigned long *done = rounds; !__atomic_load_n(&stop, __ATOMIC_RELAXED);
	     __atomic_store_n(done, *done + 1, __ATOMIC_RELAXED)) {
		for (int i = 0; i < AREAS; i++) {
			areas[i] = __alloc_percpu(8UL << (i % 12), 8);
			if (!areas[i])
				give_up("host", "no memory");
			this_cpu_inc(*areas[i]);
		}
		for (int i = 0; i < AREAS; i++) {
			if (per_cpu_sum(*areas[i]) != 1)
				give_up("host", "an area has somebody else's counts");
			free_percpu(areas[i]);
		}
	}
	return NULL;
}

/* --- plugins --- */

#ifdef __GLIBC__
static Lmid_t where = LM_ID_BASE;

static void *load(const char *path)
{
	return where == LM_ID_BASE ? dlopen(path, RTLD_NOW | RTLD_LOCAL)
				   : dlmopen(where, path, RTLD_NOW);
}

static void open_namespace(const char *path)
{
	void *handle = dlmopen(LM_ID_NEWLM, path, RTLD_NOW);

	if (!handle || dlinfo(handle, RTLD_DI_LMID, &where))
		give_up(path, dlerror());
}
#else
static void *load(const char *path)
{
	return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static void open_namespace(const char *path)
{
	give_up(path, "there are no namespaces");
}
#endif

/* What it has counted before is there. */
static void use(const char *path, unsigned long before)
{
	void *handle = load(path);
	const struct plugin *plugin = handle ? dlsym(handle, "plugin") : NULL;

	if (!plugin)
		give_up(path, dlerror());
	if (plugin->counted() != before)
		give_up(path, "has not what was counted in it");
	plugin->count(ROUNDS);
	if (dlclose(handle))
		give_up(path, dlerror());
}

static void cycle(unsigned long from, unsigned long to, int nr, char **paths)
{
	for (unsigned long i = from; i < to; i++)
		use(paths[i % (unsigned long)nr], i / (unsigned long)nr * ROUNDS);
}

/* --- what must not grow --- */

static unsigned long lines_of_maps(void)
{
	FILE *file = fopen("/proc/self/maps", "r");
	unsigned long lines = 0;
	int c;

	while (file && (c = getc(file)) != EOF)
		lines += c == '\n';
	if (!file || fclose(file) || !lines)
		give_up("/proc/self/maps", "cannot be read");
	return lines;
}

enum { READINGS = 20 };

static int compare(const void *a, const void *b)
{
	const unsigned long one = *(const unsigned long *)a, other = *(const unsigned long *)b;

	return one < other ? -1 : one > other;
}

/*
 * The middle one of twenty readings: chunks come and go, by hundreds of kilobytes, whatever is
 * loaded; and Linux 6.1 leaves out mappings while other threads map and unmap.
 */
static unsigned long resident_while(unsigned long from, unsigned long to, int nr, char **paths)
{
	unsigned long readings[READINGS];

	for (unsigned long i = 0; i < READINGS; i++) {
		cycle(from + (to - from) * i / READINGS, from + (to - from) * (i + 1) / READINGS,
		      nr, paths);
		readings[i] = resident_kib();
		if (!readings[i])
			give_up("/proc/self/smaps_rollup", "cannot be read");
	}
	qsort(readings, READINGS, sizeof(readings[0]), compare);
	return readings[READINGS / 2];
}

static void await_rounds(const unsigned long *rounds, unsigned long at_least)
{
	while (__atomic_load_n(rounds, __ATOMIC_RELAXED) < at_least)
		usleep(1000);
}

int main(int argc, char **argv)
{
	unsigned long times = argc > 3 ? strtoul(argv[1], NULL, 0) : 0, kib, maps;
	unsigned long counted = 0, rounds = 0, warm = times / 10, half = (warm + times) / 2;
	pthread_t counting, allocating;

	/* no CPU is used for the first time while memory is measured */
	if (percpu_open(0, NULL) != 0)
		give_up("host", "the CPUs cannot be opened");
	if (times && !strcmp(argv[2], "new"))
		open_namespace(argv[3]);
	if (pthread_create(&counting, NULL, count, &counted) ||
	    pthread_create(&allocating, NULL, allocate, &rounds))
		give_up("host", "no thread");
	cycle(0, warm, argc - 3, argv + 3);
	/* has had as many areas as it ever has */
	await_rounds(&rounds, 2);
	maps = lines_of_maps();
	kib = resident_while(warm, half, argc - 3, argv + 3);
	if (resident_while(half, times, argc - 3, argv + 3) > kib + 400)
		give_up("host", "memory has grown");
	if (lines_of_maps() > maps + 40)
		give_up("host", "there are more mappings");
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	pthread_join(counting, NULL);
	pthread_join(allocating, NULL);
	if (per_cpu_sum(own) != counted)
		give_up("own", "counts were lost");
	printf("host: %lu times\n", times);
	return 0;
}
