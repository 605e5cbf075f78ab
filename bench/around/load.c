// SPDX-License-Identifier: MIT
/*
 * percpu_around_load sleep|run: how many microseconds it takes to dlopen() the library beside four
 * threads.
 */
#include <dlfcn.h>
#include <err.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/clock.h"

#define THREADS 4

static volatile unsigned long spins;

static void *wait_or_run(void *argument)
{
	const bool *run = argument;

	while (*run)
		spins++;
	for (;;)
		pause();
	return NULL;
}

int main(int argc, char **argv)
{
	bool run = argc > 1 && !strcmp(argv[1], "run");
	pthread_t thread;
	uint64_t start;

	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&thread, NULL, wait_or_run, &run))
			errx(EXIT_FAILURE, "pthread_create");
	}
	usleep(1000); /* they have come to where they stay */
	start = clock_ns(CLOCK_MONOTONIC);
	if (!dlopen(PERCPU_LIBRARY, RTLD_NOW))
		errx(EXIT_FAILURE, "%s", dlerror());
	printf("%.1f\n", (double)(clock_ns(CLOCK_MONOTONIC) - start) / 1000);
	fflush(stdout);
	_exit(0);
}
