/* SPDX-License-Identifier: MIT */
/* Statistics that are read whole; each sum is what was added, and nobody sees half an update. */
#include "toolkit/part.h"

#include <percpu/percpu.h>
#include <percpu/seq_stats.h>

#include <unistd.h>

struct numbers {
	uint64_t one, three, less, updates;
};
PERCPU_STATS(number_stats, struct numbers);
static DEFINE_PER_CPU(struct number_stats, stats);
static struct toolkit_tally added[TOOLKIT_WORKERS], updates[TOOLKIT_WORKERS];
static bool torn;

static bool is_whole(const struct numbers *numbers)
{
	return numbers->three == 3 * numbers->one && numbers->less == 0 - numbers->one;
}

static void add(uint64_t n)
{
	this_cpu_stats_add(stats, .one = n, .three = 3 * n, .less = 0 - n, .updates = 1);
}

static void look(unsigned int cpu)
{
	struct numbers numbers;

	if (percpu_stats_read(stats, cpu, &numbers) || !is_whole(&numbers))
		torn = true;
}

static void operate(unsigned int worker, unsigned int draw)
{
	const bool inside = draw % 32 == 0;

	if (inside)
		preempt_disable();
	add(draw);
	if (inside)
		preempt_enable();
	added[worker].outside += draw;
	updates[worker].outside++;
	if (draw % 16 == 1)
		look(raw_smp_processor_id());
}

static void in_handler(unsigned int worker, unsigned int draw)
{
	add(draw);
	added[worker].inside += draw;
	updates[worker].inside++;
	look(raw_smp_processor_id());
}

static void in_child(void)
{
	struct numbers before, after;

	percpu_stats_sum(stats, &before);
	add(5);
	percpu_stats_sum(stats, &after);
	if (!is_whole(&before) || !is_whole(&after) || after.one != before.one + 5)
		_exit(1);
}

static bool end(void)
{
	struct numbers sum;
	bool right;

	percpu_stats_sum(stats, &sum);
	right = toolkit_equal("added to the statistics", sum.one, toolkit_tallies(added));
	right &= toolkit_equal("updates", sum.updates, toolkit_tallies(updates));
	return toolkit_equal("torn reads", torn || !is_whole(&sum), false) && right;
}

TOOLKIT_PART(seq_stats, .name = "seq_stats", .operate = operate, .in_handler = in_handler,
	     .in_child = in_child, .end = end)
