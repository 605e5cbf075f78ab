/* SPDX-License-Identifier: MIT */
/* What is measured, and booking it. */
#ifndef BENCH_FIGURE_H
#define BENCH_FIGURE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "harness/clock.h"

/* Books a figure of the group that is being measured; the unit is "ns", "bytes", "%" ... */
void figure(const char *unit, double value, const char *name, ...)
	__attribute__((format(printf, 3, 4)));

/* The same of a figure that is promised to be @bound at most. */
void figure_at_most(double bound, const char *unit, double value, const char *name, ...)
	__attribute__((format(printf, 4, 5)));

/* How often a thing is done, and how much of it: less, if it is only to be seen that it works. */
void figures_be_quick(void);
bool figures_are_quick(void);
unsigned int figures_slices(void);
size_t figures_part(size_t nr);

/*
 * The nanoseconds of one @statement, of the fastest of many slices of @nr: what others do on the
 * machine only adds, and hardly reaches a slice of a tenth of a millisecond.
 */
#define FASTEST_NS(nr, statement)                                                                \
	({                                                                                       \
		double fastest_ = INFINITY;                                                      \
                                                                                                 \
		for (unsigned int slices_ = figures_slices(); slices_; slices_--) {              \
			uint64_t start_ = clock_ns(CLOCK_MONOTONIC);                             \
                                                                                                 \
			for (unsigned int left_ = (nr); left_; left_--) {                        \
				statement;                                                       \
			}                                                                        \
			fastest_ = fmin(fastest_, (double)(clock_ns(CLOCK_MONOTONIC) - start_)); \
		}                                                                                \
		fastest_ / (nr);                                                                 \
	})

#endif
