/* SPDX-License-Identifier: MIT */
/* The figures of many runs of the benchmark programs, of two builds. */
#ifndef BENCH_COMPARE_FIGURES_H
#define BENCH_COMPARE_FIGURES_H

#include <stddef.h>

#include "harness/stats.h"

enum side {
	BEFORE,
	NOW,
	NR_SIDES,
};

/* A run's medians, one a run. */
struct runs {
	double *values;
	size_t nr;
};

struct figure {
	char *name;
	char *unit;
	struct runs runs[NR_SIDES];
};

struct figures {
	struct figure *figure; /* in the order in which they were seen first */
	size_t nr;
};

/* Books what a run has measured.  Exits where there is no memory. */
void figures_add(struct figures *figures, const char *name, const char *unit, enum side side,
		 double value);
void figures_destroy(struct figures *figures);

/* NULL: nobody has booked it. */
const struct figure *figures_find(const struct figures *figures, const char *name);

/* How a figure has changed. */
struct change {
	struct summary side[NR_SIDES];
	double ratio; /* of the medians, now to before; NaN where one of them is not there */
	double noise; /* the wider of the two interquartile ranges, as a part of its median */
};

struct change figure_change(const struct figure *figure);

#endif
