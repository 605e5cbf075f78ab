// SPDX-License-Identifier: MIT
#include "around/start.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>

#include "around/measure.h"
#include "harness/figure.h"
#include "harness/spawn.h"

#define LOAD "percpu_around_load"
#define LOADS 40 /* of tens of milliseconds each, at worst */
#define NSEC_PER_USEC 1000.0

/*
 * Hundreds of starts at the same addresses: at one in 65,536 of random ones there are versions of
 * the library that end the program.  Where that is not allowed, it is at random ones.
 */
static void stop_randomizing(void)
{
	int now = personality(0xffffffff);

	if (now >= 0)
		(void)personality((unsigned long)now | ADDR_NO_RANDOMIZE);
}

double added_by_us(const char *program, const char *empty)
{
	char *paths[] = {spawn_path(program), spawn_path(empty)};
	double fastest[] = {INFINITY, INFINITY};

	stop_randomizing();
	for (unsigned int left = figures_slices(); left; left--) {
		for (int i = 0; i < 2; i++)
			fastest[i] = fmin(fastest[i], spawn_ns(paths[i]));
	}
	for (int i = 0; i < 2; i++)
		free(paths[i]);
	return (fastest[0] - fastest[1]) / NSEC_PER_USEC;
}

void measure_start(void)
{
	char *empty = spawn_path(START_EMPTY);
	double fastest = INFINITY;

	for (unsigned int left = figures_slices(); left; left--)
		fastest = fmin(fastest, spawn_ns(empty));
	free(empty);
	figure("us", fastest / NSEC_PER_USEC, "an empty program");
	figure("us", added_by_us(START_ONE, START_EMPTY), "added to it, dynamically linked");
	figure("us", added_by_us("percpu_around_one_archive", START_EMPTY),
	       "added to it, libpercpu.a");
#ifdef HAVE_STATIC
	figure("us", added_by_us("percpu_around_one_static", "percpu_around_empty_static"),
	       "added to a static one");
#endif
}

/* load.c says how long it took. */
static double load_us(const char *path, const char *threads)
{
	char *command;
	double us;
	FILE *from;

	if (asprintf(&command, "'%s' %s", path, threads) < 0)
		err(EXIT_FAILURE, "%s", path);
	from = popen(command, "re");
	if (!from || fscanf(from, "%lg", &us) != 1 || pclose(from))
		errx(EXIT_FAILURE, "failed: %s", command);
	free(command);
	return us;
}

static void measure_load_beside(const char *threads, const char *what)
{
	unsigned int nr = figures_slices() < LOADS ? figures_slices() : LOADS;
	char *path = spawn_path(LOAD);
	double fastest = INFINITY;

	while (nr--)
		fastest = fmin(fastest, load_us(path, threads));
	free(path);
	figure("us", fastest, "dlopen() beside 4 threads %s", what);
}

void measure_load(void)
{
	measure_load_beside("sleep", "that sleep");
	measure_load_beside("run", "that run");
}
