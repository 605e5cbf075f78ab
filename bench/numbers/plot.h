/* SPDX-License-Identifier: MIT */
/* A figure as a program of gnuplot's, with its numbers. */
#ifndef BENCH_NUMBERS_PLOT_H
#define BENCH_NUMBERS_PLOT_H

#include <cjson/cJSON.h>

#include "numbers/figures.h"

/* Writes it to standard output.  Returns how many curves it has; 0: nothing is written. */
unsigned int plot(const char *path, const cJSON *numbers, const struct figure *figure);

#endif
