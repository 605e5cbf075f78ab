// SPDX-License-Identifier: MIT
#include "operations/targets.h"

/* A ratio of what two ways take. */
struct speed_target {
	struct target target;
	const char *dividend; /* ways */
	const char *divisor;
	enum bench_layout_id layout;
	enum bench_setting_id setting;
	unsigned int threads;         /* of the divisor */
	unsigned int threads_instead; /* of the dividend, if not as many; else 0 */
	enum bench_clock clock;
};

#define AT_MOST(limit) .at_least = false, .bound = (limit)
#define AT_LEAST(limit) .at_least = true, .bound = (limit)

/* "ONE counter", "APART counters" */
#define COUNTERS_ONE "1 counter"
#define COUNTERS_APART "16 counters"

/* What most of them are: what one thread's operation costs.  @where: a layout. */
#define ONE_THREAD(what, where, a, b, ...)                                            \
	{                                                                             \
		.target = {.text = what ", " COUNTERS_##where ", 1 thread, CPU time", \
			   __VA_ARGS__},                                              \
		.layout = LAYOUT_##where, .setting = SETTING_USUAL, .dividend = (a),  \
		.divisor = (b), .threads = 1, .clock = CPU_TIME,                      \
	}

#define PINNED_TO_PLAIN(kind, where)                                                        \
	ONE_THREAD("pinned_cpu_inc, " #kind " / plain inc", where, "pinned_cpu_inc_" #kind, \
		   PLAIN_WAY, AT_MOST(1.1))

#define DYNAMIC_TO_STATIC(operation)                                              \
	ONE_THREAD(#operation ", dynamic / static", APART, #operation "_dynamic", \
		   #operation "_static", AT_MOST(1.15))

#define VALUE_TO_INC(operation, kind)                                                      \
	ONE_THREAD(#operation " / this_cpu_add of 1, " #kind, APART, #operation "_" #kind, \
		   "this_cpu_inc_" #kind, AT_MOST(1.5))

#define SECTION_TO_MUTEX(where)                                                               \
	ONE_THREAD("get_cpu_var, inc, put_cpu_var / mutex lock, inc, unlock, from one place", \
		   where, "get_put_cpu_var", "mutex_inc", AT_MOST(0.5))

#define INC_TO_GETCPU_IN_FALLBACK(where)                                                       \
	{                                                                                      \
		.target = {.text = "this_cpu_inc / sched_getcpu, lock inc, in the fallback "   \
				   "tier, " COUNTERS_##where ", 1 thread, CPU time",           \
			   AT_MOST(1.15)},                                                     \
		.layout = LAYOUT_##where, .setting = SETTING_FALLBACK,                         \
		.dividend = "this_cpu_inc_static", .divisor = "getcpu_lock_inc", .threads = 1, \
		.clock = CPU_TIME,                                                             \
	}

/* Of several threads at once, on one counter. */
#define MANY_THREADS(what, nr, a, limit, ...)                                             \
	{                                                                                 \
		.target = {.text = what ", wall time", AT_LEAST(limit)}, .dividend = (a), \
		.divisor = "this_cpu_inc_static", .layout = LAYOUT_ONE, .threads = (nr),  \
		.clock = WALL_TIME, __VA_ARGS__                                           \
	}

/*
 * Independent counters lie on cache lines of their own. Of counters that share a line the processor
 * may retire two plain increments a cycle, an effect that is gone as soon as anything else is
 * stored in between; the table shows these too.
 */
static const struct speed_target targets[] = {
	ONE_THREAD("this_cpu_inc / plain inc", APART, "this_cpu_inc_static", PLAIN_WAY,
		   AT_MOST(2.1)),
	PINNED_TO_PLAIN(static, ONE),
	PINNED_TO_PLAIN(static, APART),
	PINNED_TO_PLAIN(dynamic, ONE),
	PINNED_TO_PLAIN(dynamic, APART),
	DYNAMIC_TO_STATIC(this_cpu_inc),
	DYNAMIC_TO_STATIC(this_cpu_add_return),
	DYNAMIC_TO_STATIC(this_cpu_cmpxchg),
	DYNAMIC_TO_STATIC(this_cpu_xchg),
	VALUE_TO_INC(this_cpu_add_return, static),
	VALUE_TO_INC(this_cpu_add_return, dynamic),
	VALUE_TO_INC(this_cpu_cmpxchg, static),
	VALUE_TO_INC(this_cpu_cmpxchg, dynamic),
	VALUE_TO_INC(this_cpu_xchg, static),
	VALUE_TO_INC(this_cpu_xchg, dynamic),
	SECTION_TO_MUTEX(ONE),
	SECTION_TO_MUTEX(APART),
	INC_TO_GETCPU_IN_FALLBACK(ONE),
	INC_TO_GETCPU_IN_FALLBACK(APART),
	ONE_THREAD("lock inc own line / this_cpu_inc", APART, LOCK_WAY, "this_cpu_inc_static",
		   AT_LEAST(3)),
	MANY_THREADS("lock inc shared line / this_cpu_inc, 1 counter, 2 threads", 2,
		     "lock_inc_shared", 6),
	MANY_THREADS("throughput of this_cpu_inc, 16 threads / 1 thread, 1 counter", 16,
		     "this_cpu_inc_static", 15, .threads_instead = 1),
	MANY_THREADS("throughput of 16 threads, this_cpu_inc / shared lock inc, 1 counter", 16,
		     "lock_inc_shared", 100),
};
const size_t nr_targets = sizeof(targets) / sizeof(targets[0]);

static struct outcome judge(const struct speed_target *target, const struct results *results)
{
	struct record_key key = {target->setting, target->divisor, target->layout, target->threads};
	struct outcome outcome = {.target = target->target};
	const struct record *dividend, *divisor;

	divisor = results_find(results, key);
	key.way = target->dividend;
	if (target->threads_instead)
		key.threads = target->threads_instead;
	dividend = results_find(results, key);
	outcome.measured = dividend && divisor && target->threads <= results->cpus;
	if (outcome.measured)
		outcome.value = record_compare(dividend, divisor, target->clock);
	return outcome;
}

void targets_judge(const struct results *results, struct outcome *outcomes)
{
	for (size_t i = 0; i < nr_targets; i++)
		outcomes[i] = judge(&targets[i], results);
}

struct outcome lost_judge(const struct results *results)
{
	double lost = (double)results->lost;

	return (struct outcome){
		.target = {.text = "lost updates", AT_MOST(0)},
		.measured = true,
		.value = {.median = lost, .of_minima = lost},
	};
}
