/* SPDX-License-Identifier: MIT */
/* The command line of percpu_bench. */
#ifndef BENCH_OPERATIONS_OPTIONS_H
#define BENCH_OPERATIONS_OPTIONS_H

#include "harness/options.h"
#include "operations/rounds.h"

struct options {
	struct common_options common;
	unsigned int threads; /* the most that run together */
	bool peers;           /* what plots have, and nothing else */
	struct schedule schedule;
	uint64_t limit_ns;             /* of the whole run */
	enum bench_setting_id setting; /* another: results go to whoever asked (elsewhere.h) */
};

/* Exits on --help and on a mistake. */
void options_of_bench(struct options *options, int argc, char **argv, unsigned int default_threads);

#endif
