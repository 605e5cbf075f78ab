/* SPDX-License-Identifier: MIT */
/*
 * A multithreaded HTTP server that counts its requests in per-CPU variables, or, to compare, in
 * shared atomics or under a mutex.
 *
 * libmicrohttpd runs the workers, each with an epoll loop of its own; the main thread hands them
 * the connections until it gets the signal to stop. Then it closes the door, lets the requests
 * under way finish, and prints the report.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <microhttpd.h>

#include "acceptor.h"
#include "app.h"
#include "cost.h"
#include "listener.h"
#include "metrics.h"
#include "options.h"
#include "report.h"
#include "tally.h"

enum {
	IDLE_TIMEOUT_S = 30, /* a connection that says nothing for so long is closed */
	DRAIN_MS = 1000,     /* at stop, connections get so long to finish */
	DRAIN_STEP_MS = 5,
};

static int fail(const char *what, int error)
{
	fprintf(stderr, "http_server: %s: %s\n", what, strerror(-error));
	return EXIT_FAILURE;
}

/* The workers inherit the mask, so the signals can only go to the main thread. */
static void block_stop_signals(sigset_t *stop)
{
	sigemptyset(stop);
	sigaddset(stop, SIGTERM);
	sigaddset(stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, stop, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/*
 * The library's own limit on connections is put out of reach: in 0.9.75, a worker that meets it on
 * a connection handed to it locks a mutex for good. What bounds the connections is the descriptors,
 * which the acceptor waits for.
 */
static struct MHD_Daemon *start_workers(struct app *app, int threads)
{
	unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET |
			     MHD_USE_ITC | MHD_USE_ERROR_LOG;
	/* A pool has at least two threads: one alone is asked for by not asking for a pool. */
	struct MHD_OptionItem pool[] = {
		{threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, threads, NULL},
		{MHD_OPTION_END, 0, NULL},
	};

	return MHD_start_daemon(flags, 0, NULL, NULL, app_answer, app, MHD_OPTION_ARRAY, pool,
				MHD_OPTION_CONNECTION_LIMIT, UINT_MAX,
				MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)IDLE_TIMEOUT_S,
				MHD_OPTION_URI_LOG_CALLBACK, app_begin, app,
				MHD_OPTION_NOTIFY_COMPLETED, app_completed, app, MHD_OPTION_END);
}

static unsigned int open_connections(struct MHD_Daemon *daemon)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info ? info->num_connections : 0;
}

/* Open connections end with their next answer; one that stays silent is cut off in the end. */
static void stop_workers(struct app *app, struct MHD_Daemon *daemon)
{
	const struct timespec step = {.tv_nsec = DRAIN_STEP_MS * 1000000L};

	atomic_store(&app->draining, true);
	for (int ms = 0; ms < DRAIN_MS; ms += DRAIN_STEP_MS) {
		/* Sleep first: a worker may not have taken in its newest connection yet. */
		nanosleep(&step, NULL);
		if (!open_connections(daemon))
			break;
	}
	MHD_stop_daemon(daemon);
}

static int report_costs(const struct options *options)
{
	const int threads[] = {1, options->threads};
	const char *const suffix[] = {"1_thread", "all_threads"};

	for (int i = 0; i < 2; i++) {
		struct cost cost;
		int error = cost_measure(options->counters, threads[i], options->cost_calls, &cost);

		if (error)
			return error;
		report_cost(stdout, suffix[i], &cost);
	}
	return 0;
}

/* What was served is read before the costs are measured, which uses the same counters. */
static int report(const struct options *options)
{
	report_served(stdout, options->counters, options->threads);

	int error = options->cost_calls ? report_costs(options) : 0;

	if (error)
		return fail("cannot measure the cost of an update", error);
	if (fflush(stdout) || ferror(stdout))
		return fail("cannot write the report", -errno);
	return EXIT_SUCCESS;
}

static void announce(int listener)
{
	fputs("listening on ", stdout);
	listener_print(listener, stdout);
	fputc('\n', stdout);
	fflush(stdout);
}

/* Serves until told to stop. Takes over @listener. 0 or -errno, with what failed in @what. */
static int serve(const struct options *options, int listener, const sigset_t *stop,
		 const char **what)
{
	struct app app = {.counters = options->counters};
	struct MHD_Daemon *daemon = start_workers(&app, options->threads);
	int error = -EAGAIN;

	*what = "cannot start the worker threads";
	if (daemon) {
		announce(listener);
		*what = "cannot accept connections";
		error = acceptor_run(listener, daemon, stop);
	}
	close(listener);
	if (daemon)
		stop_workers(&app, daemon);
	return error;
}

static int serve_and_report(const struct options *options, int listener, const sigset_t *stop)
{
	const char *what;
	int error = serve(options, listener, stop, &what);

	return error ? fail(what, error) : report(options);
}

int main(int argc, char **argv)
{
	struct options options;
	const char *what;
	sigset_t stop;

	options_parse(argc, argv, &options);
	block_stop_signals(&stop);

	int listener = listener_open(&options.address, options.address_length, &what);

	if (listener < 0)
		return fail(what, listener);

	int error = tally_open(options.threads);

	if (error)
		return fail("cannot make room for the tallies", error);
	error = options.counters->open();
	if (error)
		return fail("cannot open the counters", error);
	/* without the library (PERCPU_UP) there is no such page, and a line that says so */
	error = metrics_open(options.counters);
	if (error && error != -EOPNOTSUPP)
		return fail("cannot register the metrics", error);

	int status = serve_and_report(&options, listener, &stop);

	metrics_close();
	options.counters->close();
	tally_close();
	return status;
}
