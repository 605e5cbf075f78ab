/* SPDX-License-Identifier: MIT */
/*
 * host.c - a program that loads a plugin, whose threads use it, and whose counts are in variables
 * of both: each counts in the other's as in its own. A plugin needs nothing to be registered.
 *
 *	$ cc -O2 -fPIC -shared plugin.c -lpercpu -o plugin.so
 *	$ cc -O2 -rdynamic host.c -lpercpu -o host && ./host ./plugin.so
 *	400000 calls, 40000 errors, 1800000 bytes
 *
 * Exits with 1 if one is missing, and with 2 if there is no such plugin.
 */
#include "plugin.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

enum { THREADS = 4, CALLS_EACH = 100000 };

EXPORT_PER_CPU_SYMBOL(host_bytes);
DEFINE_PER_CPU(unsigned long, host_bytes);

static struct {
	int (*handle)(const char *text);
	struct plugin_stats __percpu *stats;
} plugin;

static int load(const char *path)
{
	void *object = dlopen(path, RTLD_NOW);

	if (object) {
		*(void **)&plugin.handle = dlsym(object, "plugin_handle");
		plugin.stats =
			(struct plugin_stats __percpu *)(uintptr_t)dlsym(object, "plugin_stats");
	}
	if (!plugin.handle || !plugin.stats) {
		fprintf(stderr, "%s\n", dlerror());
		return -1;
	}
	return 0;
}

/* Every tenth text is one that the plugin does not like. */
static void *serve(void *unused)
{
	for (int i = 0; i < CALLS_EACH; i++) {
		plugin.handle(i % 10 ? "hello" : "\n");
		this_cpu_inc(plugin.stats->calls);
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread[THREADS];
	unsigned long calls, errors, bytes;
	int started = 0;

	if (argc != 2 || load(argv[1]))
		return 2;
	while (started < THREADS && !pthread_create(&thread[started], NULL, serve, NULL))
		started++;
	for (int i = 0; i < started; i++)
		pthread_join(thread[i], NULL);

	calls = per_cpu_sum(plugin.stats->calls);
	errors = per_cpu_sum(plugin.stats->errors);
	bytes = per_cpu_sum(host_bytes);
	printf("%lu calls, %lu errors, %lu bytes\n", calls, errors, bytes);
	return calls != (unsigned long)started * CALLS_EACH || errors != calls / 10 ||
	       bytes != (calls - errors) * 5;
}
