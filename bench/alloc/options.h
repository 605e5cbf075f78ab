/* SPDX-License-Identifier: MIT */
/* The command line of percpu_bench_alloc. */
#ifndef BENCH_ALLOC_OPTIONS_H
#define BENCH_ALLOC_OPTIONS_H

#include "harness/options.h"

struct options {
	struct common_options common; /* .rounds: of every kind; 0: as the effort has them */
	const char *measure;          /* NULL, or the line to measure in this process */
	bool list;
	bool sweep;
};

/* Exits on --help and on a mistake. */
void options_of_bench_alloc(struct options *options, int argc, char **argv);

#endif
