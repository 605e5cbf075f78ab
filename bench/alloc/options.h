/* SPDX-License-Identifier: MIT */
/* The command line of percpu_bench_alloc. */
#ifndef BENCH_ALLOC_OPTIONS_H
#define BENCH_ALLOC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct options {
	const char *filter;    /* NULL: all lines */
	const char *measure;   /* NULL, or the line to measure in this process */
	const char *json_path; /* NULL: standard output, and the tables go to standard error */
	size_t rounds;	       /* of every kind; 0: as the effort has them */
	bool json;	       /* wanted */
	bool list;
	bool check;
	bool quick;
};

/* Exits on --help and on a mistake. */
void options_parse(struct options *options, int argc, char **argv);

#endif
