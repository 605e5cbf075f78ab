/* SPDX-License-Identifier: MIT */
/* The operations and sections that the toolkit is made of, among all its parts. */
#include "toolkit/part.h"

#include <percpu/percpu.h>

#include <unistd.h>

static DEFINE_PER_CPU(uint64_t, added);
static DEFINE_PER_CPU(uint64_t, inside);
static struct toolkit_tally adds[TOOLKIT_WORKERS], sections[TOOLKIT_WORKERS];

static void operate(unsigned int worker, unsigned int draw)
{
	this_cpu_add(added, draw);
	adds[worker].outside += draw;
	/* an operation, not an access: a handler may come between a load and a store */
	preempt_disable();
	this_cpu_inc(inside);
	preempt_enable();
	sections[worker].outside++;
}

static void in_handler(unsigned int worker, unsigned int draw)
{
	(void)this_cpu_add_return(added, draw);
	adds[worker].inside += draw;
	preempt_disable();
	this_cpu_inc(inside);
	preempt_enable();
	sections[worker].inside++;
}

static void in_child(void)
{
	const uint64_t before = per_cpu_sum(added);

	this_cpu_add(added, 5);
	if (per_cpu_sum(added) != before + 5)
		_exit(1);
}

static bool end(void)
{
	const bool right = toolkit_equal("added", per_cpu_sum(added), toolkit_tallies(adds));

	return toolkit_equal("in sections", per_cpu_sum(inside), toolkit_tallies(sections)) &&
	       right;
}

TOOLKIT_PART(operations, .name = "operations", .operate = operate, .in_handler = in_handler,
	     .in_child = in_child, .end = end)
