// SPDX-License-Identifier: MIT
/* Sets of counters: what counting costs, and what it costs to take 50 counters. */
#include "toolkit/part.h"

#include <percpu/counter_set.h>
#include <percpu/percpu.h>

#include "toolkit/turns.h"

#define FIELDS 50

PERCPU_COUNTER_SET(fifty, uint64_t, field[FIELDS]);
PERCPU_COUNTER_SET(four, uint64_t, packets, bytes, errors, drops);

static DEFINE_PER_CPU(struct fifty, fifty);
static DEFINE_PER_CPU(struct four, set);
static DEFINE_PER_CPU(uint64_t, packets);
static DEFINE_PER_CPU(uint64_t, bytes);
static DEFINE_PER_CPU(uint64_t, errors);
static DEFINE_PER_CPU(uint64_t, drops);
static struct fifty sums;

WAY(four_variables, {
	this_cpu_inc(packets);
	this_cpu_add(bytes, 1500);
	this_cpu_inc(errors);
	this_cpu_inc(drops);
})
WAY(four_of_a_set, {
	this_cpu_inc(set.packets);
	this_cpu_add(set.bytes, 1500);
	this_cpu_inc(set.errors);
	this_cpu_inc(set.drops);
})

static void exchange_each(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		for (int i = 0; i < FIELDS; i++)
			sums.field[i] += per_cpu_xchg(fifty.field[i], cpu, 0);
}

WAY(take, (void)!percpu_take(&fifty, sizeof(fifty), &sums))
WAY(snapshot, (void)!percpu_snapshot_struct(&fifty, &sums))
WAY(sum, percpu_sum_struct(&fifty, &sums))
WAY(exchange, exchange_each())

static void measure_counting(void)
{
	static const struct way ways[] = {
		{"an operation on each of 4 variables", four_variables, 0},
		{"an operation on each of 4 counters of a set", four_of_a_set, 1.1},
	};

	turns_measure_all(ways, sizeof(ways) / sizeof(ways[0]));
}

/* All of them with all copies in use. */
static void measure_taking(double at_most)
{
	const struct way ways[] = {
		{"per_cpu_xchg of 50 counters on each CPU", exchange, 0},
		{"percpu_take of 50 counters", take, at_most},
		{"percpu_snapshot_struct of 50 counters", snapshot, 0},
		{"percpu_sum_struct of 50 counters", sum, 0},
	};

	if (percpu_open(0, NULL) == 0)
		turns_measure(ways, sizeof(ways) / sizeof(ways[0]), 1);
}

static void measure(void)
{
	measure_counting();
	measure_taking(0.1);
}

static void measure_fallback(void)
{
	measure_counting();
	measure_taking(0);
}

TOOLKIT_GROUP(counter_set, "counter_set", NULL, measure)
TOOLKIT_GROUP(fallback, "counter_set, fallback", "backend:fallback", measure_fallback)
