/* SPDX-License-Identifier: MIT */
/*
 * A pre-forked server that is reloaded, replaced by a new program and started again after a crash,
 * while its counters go on: the copies are in a file.
 *
 *  prefork_reload serve FILE  serves what comes on its standard input, a byte a request
 *      SIGHUP  new workers; the old ones finish their request
 *      SIGUSR2  starts the program anew, which serves as well
 *      SIGTERM  ends its workers, and itself
 *  prefork_reload total FILE  says how many requests there were, at any time
 *
 * Without arguments it does all of that to itself.
 *
 *	$ cc -O2 prefork_reload.c -lpercpu -o prefork_reload && ./prefork_reload
 *	started                                  20000 requests
 *	reloaded                                 40000 requests
 *	old and new program serve                60000 requests
 *	the new program serves alone             80000 requests
 *	the master has crashed, workers serve    100000 requests
 *	started again                            120000 requests
 *	all have ended                           120000 requests
 *
 * Exits with 1 if a request is missing.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <percpu/percpu.h>

enum { WORKERS = 3, BATCH = 20000 };

struct stats {
	unsigned long requests, bytes;
};

/* Common to all programs that have the file. */
static struct stats __percpu *stats;

/* The next program finds the copies by the descriptor that the last one has handed on. */
static int find_copies(const char *file)
{
	const char *inherited = getenv("PREFORK_COPIES");
	int err;

	if (inherited) {
		err = percpu_share_fd(atoi(inherited));
		close(atoi(inherited));
	} else
		err = percpu_share_file(file, 0);
	if (err)
		return err;
	stats = alloc_percpu_named(struct stats, "stats");
	return stats ? 0 : -1;
}

/* --- a worker --- */

static volatile sig_atomic_t ending;

static void end(int signal)
{
	(void)signal;
	ending = 1;
}

static void work(const sigset_t *unmasked)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	char request;

	signal(SIGTERM, end);
	while (!ending) {
		/* it is told to end here, and nowhere else: not between a request and its count */
		if (ppoll(&input, 1, NULL, unmasked) < 0)
			continue;
		switch (read(STDIN_FILENO, &request, 1)) {
		case 1:
			this_cpu_inc(stats->requests);
			this_cpu_add(stats->bytes, 1);
			break;
		case 0:
			_exit(0);
		}
	}
	_exit(0);
}

/* --- the master --- */

static pid_t workers[WORKERS];

static void start_workers(const sigset_t *unmasked)
{
	for (int i = 0; i < WORKERS; i++) {
		workers[i] = fork();
		if (workers[i] == 0)
			work(unmasked);
	}
}

static void end_workers(const pid_t *which)
{
	for (int i = 0; i < WORKERS; i++)
		kill(which[i], SIGTERM);
}

static void reload(const sigset_t *unmasked)
{
	pid_t old[WORKERS];

	memcpy(old, workers, sizeof(old));
	start_workers(unmasked);
	end_workers(old);
}

static void start_next_program(const char *file, const sigset_t *unmasked)
{
	char number[16];

	if (fork() != 0)
		return;
	/* the library's own descriptor is closed by exec(), a copy of it is not */
	snprintf(number, sizeof(number), "%d", dup(percpu_shared_fd()));
	setenv("PREFORK_COPIES", number, 1);
	sigprocmask(SIG_SETMASK, unmasked, NULL);
	execl("/proc/self/exe", "prefork_reload", "serve", file, (char *)NULL);
	_exit(1);
}

/* So that others know whom to send signals. */
static void write_number(const char *file)
{
	char path[256];
	FILE *stream;

	snprintf(path, sizeof(path), "%s.pid", file);
	stream = fopen(path, "w");
	if (stream) {
		fprintf(stream, "%d\n", (int)getpid());
		fclose(stream);
	}
}

static int serve(const char *file)
{
	sigset_t set, unmasked;
	int signal;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR2);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &unmasked);
	/* what another worker has read is not waited for */
	fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
	if (find_copies(file) != 0)
		return 1;
	start_workers(&unmasked);
	write_number(file);
	for (;;) {
		if (sigwait(&set, &signal) != 0)
			continue;
		if (signal == SIGHUP)
			reload(&unmasked);
		else if (signal == SIGUSR2)
			start_next_program(file, &unmasked);
		else if (signal == SIGTERM)
			break;
		while (waitpid(-1, NULL, WNOHANG) > 0) {
		}
		/* nobody is left: there is no more input */
		if (waitpid(-1, NULL, WNOHANG) < 0)
			return 0;
	}
	end_workers(workers);
	return 0;
}

static int total(const char *file)
{
	if (percpu_share_file(file, PERCPU_SHARE_ATTACH) != 0)
		return 1;
	stats = alloc_percpu_named(struct stats, "stats");
	if (!stats)
		return 1;
	printf("%lu requests\n", (unsigned long)per_cpu_sum(stats->requests));
	return 0;
}

/* --- what an administrator does --- */

static int requests_out; /* the write end of what servers read */
static unsigned long sent;

static int start(const char *file, int requests_in)
{
	const pid_t server = fork();

	if (server == 0) {
		dup2(requests_in, STDIN_FILENO);
		close(requests_in);
		close(requests_out);
		execl("/proc/self/exe", "prefork_reload", "serve", file, (char *)NULL);
		_exit(1);
	}
	return server;
}

static pid_t master_of(const char *file)
{
	char path[256];
	int number = 0;
	FILE *stream;

	snprintf(path, sizeof(path), "%s.pid", file);
	stream = fopen(path, "r");
	if (stream) {
		if (fscanf(stream, "%d", &number) != 1)
			number = 0;
		fclose(stream);
	}
	return number;
}

static pid_t wait_for_new_master(const char *file, pid_t old)
{
	pid_t master;

	while ((master = master_of(file)) == 0 || master == old)
		usleep(1000);
	return master;
}

static void send_requests(void)
{
	static char batch[BATCH];

	if (write(requests_out, batch, sizeof(batch)) == (ssize_t)sizeof(batch))
		sent += sizeof(batch);
}

/* All that were sent have been counted, and none twice. */
static void check(const char *when)
{
	unsigned long requests;

	/* a minute, on the slowest machine */
	for (int i = 0; (requests = (unsigned long)per_cpu_sum(stats->requests)) < sent; i++) {
		if (i == 60000)
			break;
		usleep(1000);
	}
	printf("%-40s %lu requests\n", when, requests);
	if (requests != sent)
		exit(1);
}

static void reload_upgrade_and_crash(const char *file, int requests_in)
{
	pid_t master, old;

	start(file, requests_in);
	master = wait_for_new_master(file, 0);
	send_requests();
	check("started");

	kill(master, SIGHUP);
	send_requests();
	check("reloaded");

	kill(master, SIGUSR2);
	old = master;
	master = wait_for_new_master(file, old);
	send_requests();
	check("old and new program serve");
	kill(old, SIGTERM);
	send_requests();
	check("the new program serves alone");

	kill(master, SIGKILL);
	send_requests();
	check("the master has crashed, workers serve");
	old = master;
	start(file, requests_in);
	wait_for_new_master(file, old);
	send_requests();
	check("started again");
}

static int administer(void)
{
	char file[] = "/dev/shm/prefork_reload-XXXXXX", path[256];
	const int empty = mkstemp(file);
	int requests[2];

	if (empty < 0 || pipe(requests) != 0)
		return 1;
	close(empty);
	requests_out = requests[1];
	/* orphans of masters that are killed */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	/* a program of its own, that only looks on */
	if (find_copies(file) != 0)
		return 1;
	reload_upgrade_and_crash(file, requests[0]);
	close(requests[0]);
	close(requests_out);
	while (wait(NULL) > 0) {
	}
	check("all have ended");
	snprintf(path, sizeof(path), "%s.pid", file);
	unlink(path);
	unlink(file);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		return serve(argv[2]);
	if (argc == 3 && strcmp(argv[1], "total") == 0)
		return total(argv[2]);
	return administer();
}
