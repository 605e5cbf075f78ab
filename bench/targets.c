// SPDX-License-Identifier: MIT
#include "targets.h"

#define SUBJECT "this_cpu_inc_static"

/*
 * Independent counters lie on cache lines of their own. Of counters that share a line the processor
 * may retire two plain increments a cycle, an effect that is gone as soon as anything else is stored
 * in between; the table shows these too.
 */
const struct target targets[] = {
	{
		.text = "this_cpu_inc / plain inc, 16 independent counters, 1 thread, CPU time",
		.dividend = SUBJECT,
		.divisor = PLAIN_WAY,
		.layout = LAYOUT_APART,
		.threads = 1,
		.clock = CPU_TIME,
		.at_most = true,
		.bound = 2.4,
	},
	{
		.text = "lock inc own line / this_cpu_inc, 16 independent counters, 1 thread, CPU time",
		.dividend = LOCK_WAY,
		.divisor = SUBJECT,
		.layout = LAYOUT_APART,
		.threads = 1,
		.clock = CPU_TIME,
		.at_most = false,
		.bound = 3,
	},
	{
		.text = "lock inc shared line / this_cpu_inc, 1 counter, 2 threads, wall time",
		.dividend = "lock_inc_shared",
		.divisor = SUBJECT,
		.layout = LAYOUT_ONE,
		.threads = 2,
		.clock = WALL_TIME,
		.at_most = false,
		.bound = 6,
	},
};
const size_t nr_targets = sizeof(targets) / sizeof(targets[0]);

bool target_measure(const struct target *target, const struct results *results,
		    struct comparison *measured)
{
	const struct series *dividend, *divisor;

	dividend = series_find(results, target->dividend, target->layout, target->threads);
	divisor = series_find(results, target->divisor, target->layout, target->threads);
	if (!dividend || !divisor)
		return false;
	*measured = series_compare(dividend, divisor, target->clock);
	return true;
}

bool target_is_met(const struct target *target, const struct comparison *measured)
{
	return target->at_most ? measured->median <= target->bound
			       : measured->median >= target->bound;
}
