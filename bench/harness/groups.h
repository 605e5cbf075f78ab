/* SPDX-License-Identifier: MIT */
/*
 * A program that measures groups of figures, each group in a process of its own, which writes a
 * line a figure (figure.h); the first process gathers them.
 */
#ifndef BENCH_GROUPS_H
#define BENCH_GROUPS_H

#include <stddef.h>

/* Figures that are measured in one process, which starts with settings of its own. */
struct group {
	const char *name;
	const char *conf; /* for PERCPU_CONF; NULL: nothing */
	void (*measure)(void);
};

struct groups {
	const char *program;
	const char *about; /* what it measures, for --help: whole lines */
	const struct group *group;
	size_t nr;
};

/* The program's main(); returns its exit status. */
int groups_main(const struct groups *groups, int argc, char **argv);

#endif
