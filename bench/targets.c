// SPDX-License-Identifier: MIT
#include "targets.h"

#define INC_STATIC "this_cpu_inc_static"
#define INC_DYNAMIC "this_cpu_inc_dynamic"

/* What most of them are: what one thread's operation costs. */
#define ONE_THREAD(what, setting_id, layout_id, a, b)                                        \
	.text = what ", 1 thread, CPU time", .setting = (setting_id), .layout = (layout_id), \
	.dividend = (a), .divisor = (b), .threads = 1, .clock = CPU_TIME
#define AT_MOST(limit) .at_most = true, .bound = (limit)
#define AT_LEAST(limit) .at_most = false, .bound = (limit)

/*
 * Independent counters lie on cache lines of their own. Of counters that share a line the processor
 * may retire two plain increments a cycle, an effect that is gone as soon as anything else is
 * stored in between; the table shows these too.
 */
/* clang-format off */
const struct target targets[] = {
	{ONE_THREAD("this_cpu_inc / plain inc, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, INC_STATIC, PLAIN_WAY), AT_MOST(2.1)},
	{ONE_THREAD("pinned_cpu_inc, static / plain inc, 1 counter",
		    SETTING_USUAL, LAYOUT_ONE, "pinned_cpu_inc_static", PLAIN_WAY), AT_MOST(1.1)},
	{ONE_THREAD("pinned_cpu_inc, static / plain inc, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, "pinned_cpu_inc_static", PLAIN_WAY), AT_MOST(1.1)},
	{ONE_THREAD("pinned_cpu_inc, dynamic / plain inc, 1 counter",
		    SETTING_USUAL, LAYOUT_ONE, "pinned_cpu_inc_dynamic", PLAIN_WAY), AT_MOST(1.1)},
	{ONE_THREAD("pinned_cpu_inc, dynamic / plain inc, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, "pinned_cpu_inc_dynamic", PLAIN_WAY), AT_MOST(1.1)},
	{ONE_THREAD("this_cpu_inc, dynamic / static, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, INC_DYNAMIC, INC_STATIC), AT_MOST(1.15)},
	{ONE_THREAD("this_cpu_add_return, dynamic / static, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, "this_cpu_add_return_dynamic",
		    "this_cpu_add_return_static"), AT_MOST(1.15)},
	{ONE_THREAD("this_cpu_cmpxchg, dynamic / static, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, "this_cpu_cmpxchg_dynamic",
		    "this_cpu_cmpxchg_static"), AT_MOST(1.15)},
	{ONE_THREAD("this_cpu_xchg, dynamic / static, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, "this_cpu_xchg_dynamic",
		    "this_cpu_xchg_static"), AT_MOST(1.15)},
	{ONE_THREAD("this_cpu_add_return / this_cpu_add of 1, static, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, "this_cpu_add_return_static", INC_STATIC), AT_MOST(1.5)},
	{ONE_THREAD("this_cpu_add_return / this_cpu_add of 1, dynamic, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, "this_cpu_add_return_dynamic", INC_DYNAMIC), AT_MOST(1.5)},
	{ONE_THREAD("this_cpu_cmpxchg / this_cpu_add of 1, static, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, "this_cpu_cmpxchg_static", INC_STATIC), AT_MOST(1.5)},
	{ONE_THREAD("this_cpu_cmpxchg / this_cpu_add of 1, dynamic, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, "this_cpu_cmpxchg_dynamic", INC_DYNAMIC), AT_MOST(1.5)},
	{ONE_THREAD("this_cpu_xchg / this_cpu_add of 1, static, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, "this_cpu_xchg_static", INC_STATIC), AT_MOST(1.5)},
	{ONE_THREAD("this_cpu_xchg / this_cpu_add of 1, dynamic, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, "this_cpu_xchg_dynamic", INC_DYNAMIC), AT_MOST(1.5)},
	{ONE_THREAD("get_cpu_var, inc, put_cpu_var / mutex lock, inc, unlock, from one place, 1 counter",
		    SETTING_USUAL, LAYOUT_ONE, "get_put_cpu_var", "mutex_inc"), AT_MOST(0.5)},
	{ONE_THREAD("get_cpu_var, inc, put_cpu_var / mutex lock, inc, unlock, from one place, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, "get_put_cpu_var", "mutex_inc"), AT_MOST(0.5)},
	{ONE_THREAD("this_cpu_inc / sched_getcpu, lock inc, in the fallback tier, 1 counter",
		    SETTING_FALLBACK, LAYOUT_ONE, INC_STATIC, "getcpu_lock_inc"), AT_MOST(1.15)},
	{ONE_THREAD("this_cpu_inc / sched_getcpu, lock inc, in the fallback tier, 16 counters",
		    SETTING_FALLBACK, LAYOUT_APART, INC_STATIC, "getcpu_lock_inc"), AT_MOST(1.15)},
	{ONE_THREAD("lock inc own line / this_cpu_inc, 16 counters",
		    SETTING_USUAL, LAYOUT_APART, LOCK_WAY, INC_STATIC), AT_LEAST(3)},
	{
		.text = "lock inc shared line / this_cpu_inc, 1 counter, 2 threads, wall time",
		.dividend = "lock_inc_shared",
		.divisor = INC_STATIC,
		.layout = LAYOUT_ONE,
		.threads = 2,
		.clock = WALL_TIME,
		AT_LEAST(6),
	},
	{
		.text = "throughput of this_cpu_inc, 16 threads / 1 thread, 1 counter, wall time",
		.dividend = INC_STATIC,
		.divisor = INC_STATIC,
		.layout = LAYOUT_ONE,
		.threads = 16,
		.threads_instead = 1,
		.clock = WALL_TIME,
		AT_LEAST(15),
	},
	{
		.text = "throughput of 16 threads, this_cpu_inc / shared lock inc, 1 counter, wall time",
		.dividend = "lock_inc_shared",
		.divisor = INC_STATIC,
		.layout = LAYOUT_ONE,
		.threads = 16,
		.clock = WALL_TIME,
		AT_LEAST(100),
	},
};
/* clang-format on */
const size_t nr_targets = sizeof(targets) / sizeof(targets[0]);

bool target_measure(const struct target *target, const struct results *results,
		    struct comparison *measured)
{
	struct series_key key = {target->setting, target->divisor, target->layout, target->threads};
	const struct series *dividend, *divisor;

	divisor = series_find(results, key);
	key.way = target->dividend;
	if (target->threads_instead)
		key.threads = target->threads_instead;
	dividend = series_find(results, key);
	if (!dividend || !divisor || target->threads > results->cpus)
		return false;
	*measured = series_compare(dividend, divisor, target->clock);
	return true;
}

bool target_is_met(const struct target *target, const struct comparison *measured)
{
	return target->at_most ? measured->median <= target->bound
			       : measured->median >= target->bound;
}
