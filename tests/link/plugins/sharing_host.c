/* SPDX-License-Identifier: MIT */
/*
 * sharing_host.c - a program that shares its copies, and whose processes load an object that
 * counts: what a process loads is shared with the children that it forks later, and with nobody
 * else.
 *
 * Usage: sharing_host PLUGIN daemon|worker WARNINGS. As a daemon the first process is gone when its
 * child loads the plugin and forks; the output is that child's. As a worker the child loads it, and
 * its parent too. WARNINGS: how many the child is to be given.
 */
#include "plugin.h"

#include <dlfcn.h>
#include <percpu/percpu.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 4, ROUNDS = 10000 };

static int warnings;

static void count_warnings(enum percpu_log_level level, const char *message)
{
	if (level <= PERCPU_LOG_WARNING && strstr(message, "later children of this process alone"))
		warnings++;
	else
		fprintf(stderr, "%s\n", message);
}

static void fail(const char *what)
{
	fprintf(stderr, "host: %s\n", what);
	_exit(1);
}

static const struct plugin *load(const char *path)
{
	void *object = dlopen(path, RTLD_NOW);
	const struct plugin *plugin = object ? dlsym(object, "plugin") : NULL;

	if (!plugin)
		fail(dlerror());
	return plugin;
}

static void wait_for_all(void)
{
	int status;

	while (wait(&status) > 0)
		if (status != 0)
			fail("a child has failed");
}

static void load_and_fork_workers(const char *path)
{
	const struct plugin *plugin = load(path);

	if (plugin->counted() != 0)
		fail("somebody else's counts are there");
	for (int i = 0; i < WORKERS; i++)
		if (fork() == 0) {
			plugin->count(ROUNDS);
			_exit(0);
		}
	wait_for_all();
	if (plugin->counted() != (unsigned long)WORKERS * ROUNDS)
		fail("counts of the workers are not there");
}

static void as_child(const char *path, int expected_warnings)
{
	load_and_fork_workers(path);
	if (warnings != expected_warnings)
		fail("not the warnings that there should be");
}

static void be_a_parent_of_one(const char *path, int expected_warnings)
{
	if (fork() == 0) {
		as_child(path, expected_warnings);
		_exit(0);
	}
	load_and_fork_workers(path);
	wait_for_all();
}

/* The process that shares is gone as soon as its child is there. */
static void be_a_daemon(const char *path, int expected_warnings)
{
	const pid_t parent = getpid();

	if (fork() != 0)
		_exit(0);
	while (getppid() == parent)
		usleep(1000);
	as_child(path, expected_warnings);
	printf("host: all counts are there\n");
}

int main(int argc, char **argv)
{
	if (argc != 4)
		fail("wrong use");
	percpu_set_log_handler(count_warnings, PERCPU_LOG_WARNING);
	if (percpu_share() != 0)
		fail("percpu_share");
	if (!strcmp(argv[2], "daemon")) {
		be_a_daemon(argv[1], atoi(argv[3]));
		return 0;
	}
	be_a_parent_of_one(argv[1], atoi(argv[3]));
	printf("host: all counts are there\n");
	return 0;
}
