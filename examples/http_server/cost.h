/* SPDX-License-Identifier: MIT */
/*
 * What one update costs: the server's own hot path, hammered by threads that do nothing else.
 *
 * It counts on the server's own counters, so read what was served first. What the hammering added
 * is known to the last unit, and held against what the counters then show: the same run that
 * measures the price also shows whether an update was lost.
 */
#ifndef HTTP_SERVER_COST_H
#define HTTP_SERVER_COST_H

#include "counters.h"

struct cost {
	double ns_per_update; /* CPU time, all threads together, for one counter */
	double cpus_used;     /* how many threads ran at once, on average: on a busy machine, few */
	uint64_t requests_expected; /* what the hammering counted */
	uint64_t requests_counted;  /* what the counters grew by */
	bool exact;                 /* every counter grew by exactly what it should */
};

/*
 * Hammers @counters with @threads threads at once, about @calls calls in all, 16 a thread at least.
 * 0 or -errno. Nobody else may be counting.
 */
int cost_measure(const struct counter_ops *counters, int threads, int calls, struct cost *cost);

#endif
