/* SPDX-License-Identifier: MIT */
/* The command line of percpu_bench. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>

#include "rounds.h"
#include "setting.h"

struct options {
	unsigned int threads; /* the most that run together */
	struct schedule schedule;
	uint64_t limit_ns;     /* of the whole run */
	const char *filter;    /* NULL: all cases */
	bool json;	       /* wanted */
	const char *json_path; /* NULL: standard output, and the tables go to standard error */
	bool check;
	bool quick;
	enum bench_setting_id setting; /* another: results go to whoever asked (elsewhere.h) */
};

/* Exits on --help and on a mistake. */
void options_parse(struct options *options, int argc, char **argv, unsigned int default_threads);

#endif
