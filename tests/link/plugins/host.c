/* SPDX-License-Identifier: MIT */
/*
 * host.c - a program that knows nothing of per-CPU variables, and loads and closes plugins.
 *
 * Usage: host TIMES PLUGIN... Loads them one after the other, so that one could come to lie where
 * the one before it was, each in a thread that ends when it has closed it; while threads that have
 * counted in the first one go on counting there.
 */
#include "plugin.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define NR_COUNTING 2
#define ROUNDS 1000UL

static void __attribute__((__noreturn__)) give_up(const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	exit(1);
}

/* --- threads that outlive the first plugin's closing --- */

static struct {
	void (*count)(unsigned long rounds);
	unsigned long counted;
	int stop;
} old;

static void *count_in_old(void *arg)
{
	unsigned long counted = 0;

	for (; !__atomic_load_n(&old.stop, __ATOMIC_RELAXED); counted += ROUNDS)
		old.count(ROUNDS);
	__atomic_fetch_add(&old.counted, counted, __ATOMIC_RELAXED);
	return arg;
}

/* --- one after the other --- */

static const struct plugin *find_plugin(void *handle, const char *path)
{
	const struct plugin *plugin = handle ? dlsym(handle, "plugin") : NULL;

	if (!plugin)
		give_up(path, dlerror());
	return plugin;
}

static void *use(void *path)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct plugin *plugin = find_plugin(handle, path);

	plugin->count(ROUNDS);
	if (dlclose(handle))
		give_up(path, dlerror());
	return NULL;
}

static void in_a_thread(void *(*start)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, start, arg))
		give_up("host", "no thread");
	pthread_join(thread, NULL);
}

static unsigned long counted_by(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_NOLOAD);

	if (!handle)
		give_up(path, "is not loaded any more");
	return find_plugin(handle, path)->counted();
}

int main(int argc, char **argv)
{
	int times = argc > 2 ? atoi(argv[1]) : 0;
	pthread_t counting[NR_COUNTING];
	void *first = dlopen(argv[2], RTLD_NOW | RTLD_LOCAL);
	unsigned long expected;

	old.count = find_plugin(first, argv[2])->count;
	for (int i = 0; i < NR_COUNTING; i++)
		if (pthread_create(&counting[i], NULL, count_in_old, NULL))
			give_up("host", "no thread");
	dlclose(first);
	for (int i = 0; i < times; i++)
		for (int which = 2; which < argc; which++)
			in_a_thread(use, argv[which]);
	__atomic_store_n(&old.stop, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < NR_COUNTING; i++)
		pthread_join(counting[i], NULL);
	for (int which = 2; which < argc; which++) {
		expected = (unsigned long)times * ROUNDS + (which == 2 ? old.counted : 0);
		if (counted_by(argv[which]) != expected)
			give_up(argv[which], "has not what was counted in it");
	}
	printf("host: %d times\n", times);
	return 0;
}
