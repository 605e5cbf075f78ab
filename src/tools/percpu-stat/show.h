/* SPDX-License-Identifier: MIT */
/* show.h - figures of processes, in each of the forms that they can be printed in. */
#ifndef STAT_SHOW_H
#define STAT_SHOW_H

#include "percpu-stat/process.h"

#include <stddef.h>

/*
 * A line for each process, under a heading that comes again after so many lines; with @of_cpus a
 * line for each CPU in use as well. Rates are per second, since the last time, and the first time
 * since counting began.
 */
void show_lines(const struct process *processes, size_t nr, bool of_cpus);

/* One JSON document. */
void show_json(const struct process *processes, size_t nr, bool of_cpus);

/* OpenMetrics text 1.0.0. */
void show_metrics(const struct process *processes, size_t nr, bool of_cpus);

#endif /* STAT_SHOW_H */
