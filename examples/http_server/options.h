/* SPDX-License-Identifier: MIT */
/* The command line. */
#ifndef HTTP_SERVER_OPTIONS_H
#define HTTP_SERVER_OPTIONS_H

#include <sys/socket.h>

#include "counters.h"

enum { THREADS_MAX = 1024, COST_CALLS_MAX = 1 << 30 };

struct options {
	struct sockaddr_storage address; /* with the port in it; port 0: any free one */
	socklen_t address_length;
	int threads; /* 1 to THREADS_MAX */
	const struct counter_ops *counters;
	int cost_calls; /* how often the hot path is called to measure its cost; 0: not at all */
};

/* Fills @options. Ends the process on --help (status 0) and on bad input (status 2). */
void options_parse(int argc, char **argv, struct options *options);

#endif
