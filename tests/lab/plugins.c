/* SPDX-License-Identifier: MIT */
/*
 * plugins.c - a program without per-CPU variables loads an object that counts, closes it, and
 * loads it again, while threads that have counted in it sleep, and are preempted when it has been
 * closed: their areas still have the address of the last sequence's descriptor, and since Linux 7.0
 * the kernel looks at it only then. Whoever has unmapped the descriptor has killed the thread.
 *
 * Usage: plugins TIMES PLUGIN... Each in turn. For a guest.
 */
#include "../link/plugins/plugin.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define NR_WORKERS 4
#define NAPS 20
#define NAP_NS 10000
/* A thread that nobody wants to have out of the way is not waited for. */
#define SPINNING_NS 30000000L

static const struct plugin *current;
static pthread_barrier_t is_open, has_counted, is_closed, is_over;
static int times;
static unsigned long preempted;

static void __attribute__((__noreturn__)) give_up(const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	exit(1);
}

static long switches(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nivcsw;
}

static long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static void sleep_often(void)
{
	const struct timespec nap = {.tv_nsec = NAP_NS};

	for (int i = 0; i < NAPS; i++)
		nanosleep(&nap, NULL);
}

/* The loop has no system call in it, and no sequence. */
static void wait_for_preemption(void)
{
	long before = switches(), end = now() + SPINNING_NS;

	while (switches() == before && now() < end)
		for (volatile int i = 0; i < 100000; i++)
			;
	if (switches() != before)
		__atomic_fetch_add(&preempted, 1, __ATOMIC_RELAXED);
}

static void *work(void *arg)
{
	for (int i = 0; i < times; i++) {
		pthread_barrier_wait(&is_open);
		current->count(1);
		sleep_often();
		pthread_barrier_wait(&has_counted);
		pthread_barrier_wait(&is_closed);
		wait_for_preemption();
		pthread_barrier_wait(&is_over);
	}
	return arg;
}

static void *load(const char *path)
{
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

	current = handle ? dlsym(handle, "plugin") : NULL;
	if (!current)
		give_up(path, dlerror());
	return handle;
}

static void load_and_close(const char *path)
{
	void *handle = load(path);

	pthread_barrier_wait(&is_open);
	pthread_barrier_wait(&has_counted);
	if (dlclose(handle))
		give_up(path, dlerror());
	pthread_barrier_wait(&is_closed);
	pthread_barrier_wait(&is_over);
}

static long resident_kb(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

int main(int argc, char **argv)
{
	pthread_t workers[NR_WORKERS];
	unsigned long counted = 0;
	long early = 0;

	times = argc > 2 ? atoi(argv[1]) : 0;
	if (times <= 0)
		give_up("plugins", "TIMES PLUGIN...");
	pthread_barrier_init(&is_open, NULL, NR_WORKERS + 1);
	pthread_barrier_init(&has_counted, NULL, NR_WORKERS + 1);
	pthread_barrier_init(&is_closed, NULL, NR_WORKERS + 1);
	pthread_barrier_init(&is_over, NULL, NR_WORKERS + 1);
	for (int i = 0; i < NR_WORKERS; i++)
		if (pthread_create(&workers[i], NULL, work, NULL))
			give_up("plugins", "no thread");
	for (int i = 0; i < times; i++) {
		load_and_close(argv[2 + i % (argc - 2)]);
		if (i == times / 10)
			early = resident_kb();
	}
	for (int i = 0; i < NR_WORKERS; i++)
		pthread_join(workers[i], NULL);
	for (int i = 2; i < argc; i++) {
		load(argv[i]);
		counted += current->counted();
	}
	printf("%d times closed, %lu counted, %lu times preempted, "
	       "%ld KiB more than after a tenth\n",
	       times, counted, preempted, resident_kb() - early);
	return counted != (unsigned long)times * NR_WORKERS || preempted < (unsigned long)times;
}
