/* SPDX-License-Identifier: MIT */
/* The figures that are known: how each is drawn. */
#ifndef BENCH_NUMBERS_FIGURES_H
#define BENCH_NUMBERS_FIGURES_H

#include <stdbool.h>
#include <stddef.h>

enum how {
	LOG_X = 1,
	LOG_Y = 2,
	BARS = 4,      /* else lines */
	QUARTILES = 8, /* in its table, beside the median */
};

struct figure {
	const char *name;    /* in the file, and of the plot */
	const char *title;   /* above the plot; NULL: a table only */
	const char *x_label; /* and units; "": the series are all there is */
	const char *y_label;
	unsigned int how;
};

extern const struct figure figures[];
extern const size_t nr_figures;

/* NULL: there is none. */
const struct figure *figures_find(const char *name);

/* Whether a series of that name is this library's, which plots bring out. */
bool series_is_ours(const char *name);

#endif
