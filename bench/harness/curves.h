/* SPDX-License-Identifier: MIT */
/*
 * What is plotted: curves, each a number that is measured at several places of one axis.  Each
 * program writes an array "curves"; bench/numbers puts them together in one file, whose form
 * docs/performance.md describes.
 */
#ifndef BENCH_CURVES_H
#define BENCH_CURVES_H

#include <stddef.h>

#include <cjson/cJSON.h>

struct curve {
	const char *figure; /* that it is part of */
	const char *series; /* what it is called there */
	const char *x;      /* the axis: "threads", "CPUs possible" ... */
	const char *unit;   /* of what was measured */
};

/*
 * Adds to @curves what was measured at @x: @nr samples, of which the median, the fastest or
 * smallest, and the quartiles are kept.  A curve that is not there yet begins.
 */
void curves_add(cJSON *curves, const struct curve *curve, double x, const double *samples,
		size_t nr);

#endif
