/* SPDX-License-Identifier: MIT */
/* A server of examples/http_server, in a process of its own. */
#ifndef BENCH_HTTP_SERVER_H
#define BENCH_HTTP_SERVER_H

#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

struct server {
	pid_t pid;
	clockid_t clock; /* what its threads have used */
	FILE *says;
	struct sockaddr_in address;
};

/* What it says when it ends. */
struct server_report {
	uint64_t counted; /* requests */
	uint64_t seen;    /* by the server itself */
	double update_ns; /* of CPU time: one of its five updates a request, by all its threads */
};

/*
 * Starts the program at @path, which counts in @counters, on the first @cpus CPUs that this process
 * may use, with twice as many threads.  Exits where that fails.
 */
void server_start(struct server *server, const char *path, const char *counters, unsigned int cpus,
		  unsigned int cost_calls);

/* CPU time that it has taken so far, of all its threads. */
uint64_t server_cpu_ns(const struct server *server);

/* Ends it.  Exits where it does not end well. */
void server_stop(struct server *server, struct server_report *report);

#endif
