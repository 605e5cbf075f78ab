/* SPDX-License-Identifier: MIT */
/*
 * server.c - a pre-forked server as nginx is one, for test_upgrade.c: what a master does at
 * signals, and workers that count in every way until they are told to end, or are killed. It is
 * built twice (CMakeLists.txt): the second time its variables are others, and it has a counter
 * more.
 *
 *	server WORKERS FILE NEXT	NEXT is the program that SIGUSR2 starts
 *
 * SIGHUP, SIGUSR2 and SIGQUIT mean what they mean to nginx: reload, a new program beside this one,
 * and a quiet end. What each worker has tried and done it notes on a board.
 */
#include "survive/board.h"

#include <percpu/counter_set.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_WORKERS 8

#ifdef SECOND
/* so that nothing is where it is in the first program */
static DEFINE_PER_CPU(long, of_the_second[700]) = {1};
static long __percpu *only_here;
#endif
static DEFINE_PER_CPU(long, own);
static struct counts __percpu *counts;
static int nr_workers;
static pid_t workers[MAX_WORKERS];

static void fail(const char *what)
{
	fprintf(stderr, "server: %s\n", what);
	exit(1);
}

static void find_copies(const char *file)
{
	const char *inherited = getenv("SERVER_COPIES");

	if (inherited ? percpu_share_fd(atoi(inherited)) : percpu_share_file(file, 0))
		fail("the copies are not to be had");
	if (inherited)
		close(atoi(inherited));
	counts = alloc_percpu_named(struct counts, "counts");
	if (!counts)
		fail("no counts");
#ifdef SECOND
	only_here = alloc_percpu_named(long, "second");
	if (!only_here)
		fail("no second counter");
	this_cpu_inc(*only_here);
	this_cpu_inc(of_the_second[699]);
#endif
}

/* --- workers --- */

static volatile sig_atomic_t ending;

static void end(int signal)
{
	(void)signal;
	ending = 1;
}

static void count(int kind)
{
	if (kind == COUNTED)
		this_cpu_inc(counts->n[COUNTED]);
	else if (kind == IN_SECTIONS) {
		get_cpu_ptr(counts)->n[IN_SECTIONS]++;
		put_cpu_ptr(counts);
	} else {
		/* from one field to another, wherever it runs by then */
		const long some = this_cpu_xchg(counts->n[MOVED], 0);

		this_cpu_add(counts->n[MOVED], some + 1);
	}
}

static void work(void)
{
	struct slot *slot = take_slot();
	const int kinds = slot->is_to_be_killed ? MOVED : KINDS;

	signal(SIGTERM, end);
	for (long i = 0; !ending; i++) {
		/* what takes and gives in two steps is for those who are not killed in between */
		const int kind = (int)(i % kinds);

		slot->tried[kind]++;
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		count(kind);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		slot->done[kind]++;
		this_cpu_inc(own);
	}
	exit(0);
}

/* --- the master --- */

static void start_workers(const sigset_t *unmasked)
{
	for (int i = 0; i < nr_workers; i++) {
		workers[i] = fork();
		if (workers[i] < 0)
			fail("no worker");
		if (workers[i] == 0) {
			sigprocmask(SIG_SETMASK, unmasked, NULL);
			work();
		}
	}
}

static void end_workers(const pid_t *which)
{
	for (int i = 0; i < nr_workers; i++)
		kill(which[i], SIGTERM);
}

static void reload(const sigset_t *unmasked)
{
	pid_t old[MAX_WORKERS];

	memcpy(old, workers, sizeof(old));
	start_workers(unmasked);
	end_workers(old);
}

static void start_next(const char *file, const char *next, const sigset_t *unmasked)
{
	char number[16], how_many[16];

	if (fork() != 0)
		return;
	snprintf(number, sizeof(number), "%d", dup(percpu_shared_fd()));
	snprintf(how_many, sizeof(how_many), "%d", nr_workers);
	setenv("SERVER_COPIES", number, 1);
	sigprocmask(SIG_SETMASK, unmasked, NULL);
	execl(next, next, how_many, file, next, (char *)NULL);
	_exit(1);
}

int main(int argc, char **argv)
{
	const int signals[] = {SIGHUP, SIGUSR2, SIGQUIT};
	sigset_t set, unmasked;
	int signal;

	if (argc != 4 || atoi(argv[1]) > MAX_WORKERS)
		return 2;
	nr_workers = atoi(argv[1]);
	map_board();
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, &unmasked);
	find_copies(argv[2]);
	start_workers(&unmasked);
	tell_master();
	while (sigwait(&set, &signal) == 0 && signal != SIGQUIT) {
		if (signal == SIGHUP)
			reload(&unmasked);
		else
			start_next(argv[2], argv[3], &unmasked);
		while (waitpid(-1, NULL, WNOHANG) > 0) {
		}
	}
	end_workers(workers);
	return 0;
}
