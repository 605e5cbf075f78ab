/* SPDX-License-Identifier: MIT */
/*
 * What is measured.
 *
 * A *line* is one way to have objects, under one set of conditions.  Lines are of four kinds:
 *
 *	live      so many objects are allocated, and then freed, in one of three orders
 *	pair      an object is allocated and freed at once, over and over
 *	memory    what counters cost in resident memory, each used on every used CPU
 *	metadata  what the allocator needs beside the objects
 *
 * Each measurement of a line is a process of its own, so that no line finds memory that another
 * one has left, and so that the number of possible CPUs can differ.
 */
#ifndef BENCH_ALLOC_LINES_H
#define BENCH_ALLOC_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "alloc/figures.h"
#include "alloc/ways.h"

enum kind {
	KIND_LIVE,
	KIND_PAIR,
	KIND_MEMORY,
	KIND_METADATA,
	NR_KINDS,
};

enum free_order {
	IN_ORDER,    /* as they were allocated */
	EVERY_OTHER, /* every other one first, then the rest: none merges at first */
	REVERSE,
	NR_FREE_ORDERS,
};

extern const char *const free_order_names[NR_FREE_ORDERS];

/* How many objects are live: MANY, or FEW of them, MANY / FEW times. */
struct effort {
	size_t many;
	size_t few;
	size_t array;         /* counters of memory/array, each of which takes a page and more */
	unsigned int pair_us; /* length of a measurement of pairs, microseconds */
	size_t rounds[NR_KINDS];
	bool quick;
	bool sweep; /* other lines: a few ways over many numbers of objects, and of CPUs */
};

extern const struct effort full_effort;
extern const struct effort quick_effort;
extern const struct effort sweep_effort;
extern const struct effort quick_sweep_effort;

struct line {
	char name[48];
	enum kind kind;
	const struct way *way;
	size_t size;           /* of an object, bytes */
	size_t live;           /* objects at once; 0 for pairs */
	enum free_order order; /* of KIND_LIVE */
	bool written;          /* for each used CPU before it is freed */
	unsigned int threads;  /* of KIND_PAIR */
	unsigned int possible; /* CPUs; 0: the machine's own */
	const char *curve;     /* the figure of the plot that it is a point of; NULL: none */
};

struct lines {
	size_t nr;
	struct line line[96];
};

/* The lines of @effort whose names contain @filter (NULL: all). */
void lines_select(struct lines *lines, const struct effort *effort, const char *filter);

/* NULL: no such line. */
const struct line *lines_find(const struct lines *lines, const char *name);

/* What it is, for people, on @stream. */
void line_describe(const struct line *line, FILE *stream);

#endif
