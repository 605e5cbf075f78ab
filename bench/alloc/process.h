/* SPDX-License-Identifier: MIT */
/* A measurement in a process of its own: the program runs itself (harness/again.h). */
#ifndef BENCH_ALLOC_PROCESS_H
#define BENCH_ALLOC_PROCESS_H

#include <stdbool.h>

#include "alloc/lines.h"

/* Runs this program again for @line alone.  Exits where that fails. */
void process_measure(const struct line *line, const struct effort *effort, struct sample *sample);

#endif
