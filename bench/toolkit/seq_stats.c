// SPDX-License-Identifier: MIT
/* Statistics that are read whole, beside an operation for each number, and a section. */
#include "toolkit/part.h"

#include <pthread.h>

#include <percpu/percpu.h>
#include <percpu/seq_stats.h>

#include "toolkit/turns.h"

struct two {
	uint64_t packets, bytes;
};
struct four {
	uint64_t packets, bytes, errors, drops;
};
PERCPU_STATS(two_stats, struct two);
PERCPU_STATS(four_stats, struct four);

static DEFINE_PER_CPU(struct two_stats, two);
static DEFINE_PER_CPU(struct four_stats, four);
static DEFINE_PER_CPU(struct four, apart);
static DEFINE_PER_CPU(struct four, inside);
static struct four guarded, copy;
static struct two pair;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

WAY(inc, this_cpu_inc(apart.packets))
WAY(two_operations, {
	this_cpu_inc(apart.packets);
	this_cpu_add(apart.bytes, 1500);
})
WAY(four_operations, {
	this_cpu_inc(apart.packets);
	this_cpu_add(apart.bytes, 1500);
	this_cpu_inc(apart.errors);
	this_cpu_inc(apart.drops);
})
WAY(add_two, this_cpu_stats_add(two, .packets = 1, .bytes = 1500))
WAY(add_four, this_cpu_stats_add(four, 1, 1500, 1, 1))
WAY(section, {
	struct four *here = get_cpu_ptr(&inside);

	here->packets++;
	here->bytes += 1500;
	here->errors++;
	here->drops++;
	put_cpu_ptr(&inside);
})
WAY(locked, {
	pthread_mutex_lock(&mutex);
	guarded.packets++;
	guarded.bytes += 1500;
	guarded.errors++;
	guarded.drops++;
	pthread_mutex_unlock(&mutex);
})
WAY(read_whole, (void)percpu_stats_read(four, 0, &copy))
WAY(read_sums, percpu_stats_sum(two, &pair))
WAY(snapshot, (void)percpu_snapshot(&inside, 0, &copy))

static void measure_two(double two_at_most)
{
	const struct way ways[] = {
		{"an operation for each of 2 numbers", two_operations, 0},
		{"this_cpu_stats_add of 2 numbers", add_two, two_at_most},
		{"this_cpu_inc", inc, 0},
	};

	turns_measure_all(ways, sizeof(ways) / sizeof(ways[0]));
}

static void measure_four(double four_at_most)
{
	const struct way ways[] = {
		{"an operation for each of 4 numbers", four_operations, 0},
		{"this_cpu_stats_add of 4 numbers", add_four, four_at_most},
		{"a section with 4 numbers", section, 0},
		{"a mutex and 4 numbers", locked, 0},
	};

	turns_measure_all(ways, sizeof(ways) / sizeof(ways[0]));
}

static void measure_readers(void)
{
	static const struct way ways[] = {
		{"percpu_stats_read of 4 numbers", read_whole, 0},
		{"percpu_stats_sum of 2 numbers", read_sums, 0},
		{"percpu_snapshot of 4 numbers", snapshot, 0},
	};

	turns_measure(ways, sizeof(ways) / sizeof(ways[0]), 1);
}

static void measure(void)
{
	measure_two(2.5);
	measure_four(1.5);
	measure_readers();
}

/* Where an update is a section with signals masked. */
static void measure_fallback(void)
{
	measure_two(0);
	measure_four(0);
	measure_readers();
}

TOOLKIT_GROUP(seq_stats, "seq_stats", NULL, measure)
TOOLKIT_GROUP(fallback, "seq_stats, fallback", "backend:fallback", measure_fallback)
