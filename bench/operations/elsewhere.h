/* SPDX-License-Identifier: MIT */
/*
 * Measuring under other settings: the program runs itself once for each (harness/again.h), with
 * PERCPU_CONF and --setting changed.
 */
#ifndef BENCH_OPERATIONS_ELSEWHERE_H
#define BENCH_OPERATIONS_ELSEWHERE_H

#include "operations/options.h"
#include "operations/results.h"

/*
 * Runs this program with the arguments @argv under @setting, and appends to @results what it
 * measured.  To be called while there is one thread.
 * Returns how many cases the options select of @setting, 0 and nothing is run where there are none.
 * Exits, after a message, where the other process fails for any reason but lost counts.
 */
size_t measure_elsewhere(const struct options *options, enum bench_setting_id setting, char **argv,
			 struct results *results);

/* The other side: writes @results to standard output.  Returns 0, or -1 after a message. */
int send_results(const struct results *results);

#endif
