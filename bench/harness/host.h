/* SPDX-License-Identifier: MIT */
/* The facts about machine and build without which a figure means little. */
#ifndef BENCH_HOST_H
#define BENCH_HOST_H

#include <stdio.h>
#include <sys/utsname.h>

#include <cjson/cJSON.h>

struct host {
	int cpus_configured;
	int cpus_online;
	int cpus_allowed;    /* those this process may run on */
	double load_average; /* over the last minute, when the program started */
	char cpu_model[128];
	struct utsname system;
	const char *compiler;
	const char *libc;
};

void host_describe(struct host *host);

/* Two lines, the second of which has no end yet. */
void host_print(const struct host *host, FILE *out);

/* The caller owns the object. */
cJSON *host_to_json(const struct host *host);

#endif
