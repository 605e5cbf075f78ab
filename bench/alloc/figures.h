/* SPDX-License-Identifier: MIT */
/* What a line is measured in.  A line has a few of these figures; the others are NaN in it. */
#ifndef BENCH_ALLOC_FIGURES_H
#define BENCH_ALLOC_FIGURES_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/clock.h"

/*
 * In bytes: those of one counter of one used CPU (lines of memory), or of one object (lines of
 * metadata).
 */
enum figure {
	ALLOC_FIRST, /* an allocation of the first pass, in a process that is new */
	FREE_FIRST,  /* a free of that pass */
	ALLOC_AGAIN, /* the same in later passes, when all has been freed once */
	FREE_AGAIN,
	PAIR,             /* an allocation and its free, by one thread */
	OVERLAP,          /* the part of the time in which all threads were at it; 1: all of it */
	WAITED,           /* the part in which a thread could have run, but had no CPU */
	RESIDENT,         /* growth of the resident memory */
	COPIES,           /* the part of it that lies in the unit windows */
	PAGE_TABLES,      /* growth of the page tables */
	METADATA,         /* what the allocator says that it needs beside the copies */
	METADATA_OF_ONE,  /* the same as a part of the bytes of one copy of all objects */
	METADATA_OF_USED, /* and of their copies on all used CPUs */
	POSSIBLE_CPUS,
	OPEN_UNITS,
	NR_FIGURES,
};

struct figure_info {
	const char *name;
	const char *unit;
	bool timed; /* has both clocks; any other figure has its value at CPU_TIME */
};

extern const struct figure_info figures[NR_FIGURES];

/* One measurement of one line. */
struct sample {
	double value[NR_FIGURES][NR_CLOCKS];
};

/* Sets every figure to NaN. */
void sample_init(struct sample *sample);

/* One line of text a figure.  sample_read() leaves alone what the stream does not name. */
void sample_write(const struct sample *sample, FILE *stream);
void sample_read(struct sample *sample, FILE *stream);

#endif
