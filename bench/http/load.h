/* SPDX-License-Identifier: MIT */
/* Requests: connections that stay open, each with one request under way, and threads for them. */
#ifndef BENCH_HTTP_LOAD_H
#define BENCH_HTTP_LOAD_H

#include <netinet/in.h>
#include <stddef.h>

struct load;

/* Connects to @address.  Exits where that fails. */
struct load *load_open(const struct sockaddr_in *address, unsigned int threads,
		       unsigned int connections);

/*
 * Has each thread do @requests requests over its connections.  Returns the nanoseconds from the
 * first one's start to the last one's end.  Exits where one is not answered with 200.
 */
double load_run(struct load *load, size_t requests);

void load_close(struct load *load);

#endif
