// SPDX-License-Identifier: MIT
#include "alloc/targets.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct alloc_target {
	struct target target;

	/* Returns false where a line that it needs was not measured. */
	bool (*measure)(const struct alloc_target *target, const struct results *results,
			double *value);

	const char *line; /* or NULL, and then: all lines of live objects of this size */
	const char *base; /* what it is compared to */
	size_t size;
	enum figure figure;
};

static double cost(const struct alloc_target *target, const struct record *record)
{
	return series_summary(&record->figures[target->figure], CPU_TIME).median;
}

static double ratio_of(const struct alloc_target *target, const struct record *a,
		       const struct record *b)
{
	return series_compare(&a->figures[target->figure], &b->figures[target->figure], CPU_TIME)
		.median;
}

/* The records of live objects of one size, by the order of the free.  False: not all are there. */
static bool find_orders(const struct alloc_target *target, const struct results *results,
			const char *how_many, const struct record *records[NR_FREE_ORDERS])
{
	char name[sizeof(((struct line *)0)->name)];

	for (int order = 0; order < NR_FREE_ORDERS; order++) {
		snprintf(name, sizeof(name), "live/percpu/%zu/%s/%s", target->size,
			 free_order_names[order], how_many);
		records[order] = results_find(results, name, target->figure);
		if (!records[order])
			return false;
	}
	return true;
}

/* The cost in the dearest of the orders. */
static bool worst_order(const struct alloc_target *target, const struct results *results,
			double *value)
{
	const struct record *many[NR_FREE_ORDERS];

	if (!find_orders(target, results, "many", many))
		return false;
	*value = 0;
	for (int order = 0; order < NR_FREE_ORDERS; order++)
		*value = fmax(*value, cost(target, many[order]));
	return true;
}

/* The dearest order to the cheapest. */
static bool spread_of_orders(const struct alloc_target *target, const struct results *results,
			     double *value)
{
	const struct record *many[NR_FREE_ORDERS];

	if (!find_orders(target, results, "many", many))
		return false;
	*value = 0;
	for (int order = 0; order < NR_FREE_ORDERS; order++) {
		for (int other = 0; other < NR_FREE_ORDERS; other++)
			*value = fmax(*value, ratio_of(target, many[order], many[other]));
	}
	return true;
}

/* Many live objects to few, in the order in which it grows most. */
static bool growth(const struct alloc_target *target, const struct results *results, double *value)
{
	const struct record *many[NR_FREE_ORDERS], *few[NR_FREE_ORDERS];

	if (!find_orders(target, results, "many", many) ||
	    !find_orders(target, results, "few", few))
		return false;
	*value = 0;
	for (int order = 0; order < NR_FREE_ORDERS; order++)
		*value = fmax(*value, ratio_of(target, many[order], few[order]));
	return true;
}

static bool plain(const struct alloc_target *target, const struct results *results, double *value)
{
	const struct record *record = results_find(results, target->line, target->figure);

	if (record)
		*value = cost(target, record);
	return record;
}

static bool ratio(const struct alloc_target *target, const struct results *results, double *value)
{
	const struct record *line = results_find(results, target->line, target->figure);
	const struct record *base = results_find(results, target->base, target->figure);

	if (!line || !base)
		return false;
	*value = ratio_of(target, line, base);
	return true;
}

/* Whether the threads had a CPU each.  A kernel that does not say how long they waited may be
 * right. */
static bool ran_at_once(const struct record *record, size_t round)
{
	return record->figures[OVERLAP].values[CPU_TIME][round] >= 0.9 &&
	       !(record->figures[WAITED].values[CPU_TIME][round] > 0.1);
}

/* Of two threads, to that of one: by the clock, for CPU time does not count waiting. */
static bool throughput(const struct alloc_target *target, const struct results *results,
		       double *value)
{
	const struct record *two = results_find(results, target->line, target->figure);
	const struct record *one = results_find(results, target->base, target->figure);
	const double *of_two, *of_one;
	double *ratios;
	size_t nr = 0;

	if (!two || !one)
		return false;
	of_two = two->figures[target->figure].values[WALL_TIME];
	of_one = one->figures[target->figure].values[WALL_TIME];
	ratios = calloc(two->figures[target->figure].rounds, sizeof(*ratios));
	if (!ratios)
		err(EXIT_FAILURE, "ratios");
	for (size_t round = 0; round < two->figures[target->figure].rounds; round++) {
		if (ran_at_once(two, round) && ran_at_once(one, round))
			ratios[nr++] = 2 * of_one[round] / of_two[round];
	}
	*value = summarize(ratios, nr).median;
	free(ratios);
	return nr > 0;
}

#define TARGET(text_, unit_, bound_) .target = {.text = text_, .unit = unit_, .bound = (bound_)}

/* Of live objects of one size. */
#define WORST(size_, what, figure_, bound_)                                                 \
	{                                                                                   \
		TARGET(#size_ " bytes: " what ", worst of the three orders", "ns", bound_), \
			.measure = worst_order, .size = (size_), .figure = (figure_),       \
	}
#define COST_BOUNDS(size)                                               \
	WORST(size, "an alloc, new process", ALLOC_FIRST, 60),          \
		WORST(size, "an alloc, later passes", ALLOC_AGAIN, 60), \
		WORST(size, "a free, new process", FREE_FIRST, 40),     \
		WORST(size, "a free, later passes", FREE_AGAIN, 40)

#define FLAT(size_, what, figure_, bound_)                                                         \
	{                                                                                          \
		TARGET(#size_ " bytes: a free in the dearest order / in the cheapest, " what, "x", \
		       bound_),                                                                    \
			.measure = spread_of_orders, .size = (size_), .figure = (figure_),         \
	}
#define ORDER_BOUNDS(size, bound) \
	FLAT(size, "new process", FREE_FIRST, bound), FLAT(size, "later passes", FREE_AGAIN, bound)

#define SCALES(size_, what, figure_)                                                            \
	{                                                                                       \
		TARGET(#size_ " bytes: " what ", many live / few live, worst order", "x", 1.5), \
			.measure = growth, .size = (size_), .figure = (figure_),                \
	}
#define GROWTH_BOUNDS(size) \
	SCALES(size, "an alloc", ALLOC_AGAIN), SCALES(size, "a free", FREE_AGAIN)

/* Of pairs, untouched or written. */
#define PAIR_COSTS(variant)                                                               \
	{                                                                                 \
		TARGET("pair, " variant, "ns", 20),                                       \
			.measure = plain, .line = "pair/percpu/" variant, .figure = PAIR, \
	}
#define PAIR_RATIO(what, bound_, line_, base_)                                               \
	{                                                                                    \
		TARGET("pair, " what, "x", bound_), .measure = ratio, .line = "pair/" line_, \
						    .base = "pair/" base_, .figure = PAIR,   \
	}
#define PAIR_WITH_MANY_POSSIBLE(variant, number, bound)                         \
	PAIR_RATIO(variant ": " number " CPUs possible / the machine's", bound, \
		   "percpu/" variant "/possible" number, "percpu/" variant)
#define PAIRS_OF_TWO_THREADS(variant)                                                   \
	{                                                                               \
		.target = {.text = "pair, " variant ": throughput of 2 threads / of 1", \
			   .unit = "x",                                                 \
			   .at_least = true,                                            \
			   .bound = 1.6},                                               \
		.measure = throughput, .line = "pair/percpu/" variant "/threads2",      \
		.base = "pair/percpu/" variant, .figure = PAIR,                         \
	}
#define PAIR_BOUNDS(variant)                                               \
	PAIR_COSTS(variant), PAIR_WITH_MANY_POSSIBLE(variant, "256", 1.2), \
		PAIR_WITH_MANY_POSSIBLE(variant, "4096", 1.2), PAIRS_OF_TWO_THREADS(variant)

#define SPACE(what, unit, line_, figure_, bound)                                                 \
	{                                                                                        \
		TARGET(what, unit, bound), .measure = plain, .line = line_, .figure = (figure_), \
	}

static const struct alloc_target targets[] = {
	COST_BOUNDS(4),
	COST_BOUNDS(16),
	ORDER_BOUNDS(4, 1.4),
	ORDER_BOUNDS(16, 1.4),
	ORDER_BOUNDS(64, 2),
	ORDER_BOUNDS(256, 2),
	ORDER_BOUNDS(1024, 2),
	GROWTH_BOUNDS(4),
	GROWTH_BOUNDS(16),
	GROWTH_BOUNDS(64),
	GROWTH_BOUNDS(256),
	GROWTH_BOUNDS(1024),
	PAIR_BOUNDS("untouched"),
	PAIR_RATIO("untouched: alloc_percpu() and free_percpu() / malloc() and free()", 1.8,
		   "percpu/untouched", "malloc/untouched"),
	PAIR_BOUNDS("written"),
	SPACE("8-byte counters: resident memory, metadata included, a counter a used CPU", "bytes",
	      "memory/percpu/possible256", RESIDENT, 8.6),
	SPACE("16-byte objects: metadata, of the bytes of one copy", "%", "metadata/percpu",
	      METADATA_OF_ONE, 3),
	SPACE("16-byte objects: metadata, of the bytes of all used copies", "%", "metadata/percpu",
	      METADATA_OF_USED, 3),
};
const size_t nr_targets = sizeof(targets) / sizeof(targets[0]);

void targets_judge(const struct results *results, struct outcome *outcomes)
{
	for (size_t i = 0; i < nr_targets; i++) {
		const struct alloc_target *target = &targets[i];
		struct outcome *outcome = &outcomes[i];

		*outcome = (struct outcome){.target = target->target, .value.of_minima = NAN};
		outcome->measured = target->measure(target, results, &outcome->value.median);
	}
}
