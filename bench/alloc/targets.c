// SPDX-License-Identifier: MIT
#include "targets.h"

#include <err.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* The records of live objects of one size, by the order of the free.  False: not all are there. */
static bool find_orders(const struct target *target, const struct results *results,
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
static bool worst_order(const struct target *target, const struct results *results, double *value)
{
	const struct record *many[NR_FREE_ORDERS];

	if (!find_orders(target, results, "many", many))
		return false;
	*value = 0;
	for (int order = 0; order < NR_FREE_ORDERS; order++)
		*value = fmax(*value, record_summary(many[order], target->figure, CPU_TIME).median);
	return true;
}

/* The dearest order to the cheapest. */
static bool spread_of_orders(const struct target *target, const struct results *results,
			     double *value)
{
	const struct record *many[NR_FREE_ORDERS];

	if (!find_orders(target, results, "many", many))
		return false;
	*value = 0;
	for (int order = 0; order < NR_FREE_ORDERS; order++) {
		for (int other = 0; other < NR_FREE_ORDERS; other++)
			*value =
				fmax(*value,
				     median_of_ratios(many[order]->values[target->figure][CPU_TIME],
						      many[other]->values[target->figure][CPU_TIME],
						      many[order]->rounds));
	}
	return true;
}

/* Many live objects to few, in the order in which it grows most. */
static bool growth(const struct target *target, const struct results *results, double *value)
{
	const struct record *many[NR_FREE_ORDERS], *few[NR_FREE_ORDERS];

	if (!find_orders(target, results, "many", many) ||
	    !find_orders(target, results, "few", few))
		return false;
	*value = 0;
	for (int order = 0; order < NR_FREE_ORDERS; order++)
		*value =
			fmax(*value, median_of_ratios(many[order]->values[target->figure][CPU_TIME],
						      few[order]->values[target->figure][CPU_TIME],
						      many[order]->rounds));
	return true;
}

static bool plain(const struct target *target, const struct results *results, double *value)
{
	const struct record *record = results_find(results, target->line, target->figure);

	if (!record)
		return false;
	*value = record_summary(record, target->figure, CPU_TIME).median;
	return true;
}

static bool ratio(const struct target *target, const struct results *results, double *value)
{
	const struct record *line = results_find(results, target->line, target->figure);
	const struct record *base = results_find(results, target->base, target->figure);

	if (!line || !base)
		return false;
	*value = median_of_ratios(line->values[target->figure][CPU_TIME],
				  base->values[target->figure][CPU_TIME], line->rounds);
	return true;
}

/* Whether the threads had a CPU each.  A kernel that does not say how long they waited may be
 * right. */
static bool ran_at_once(const struct record *record, size_t round)
{
	return record->values[OVERLAP][CPU_TIME][round] >= 0.9 &&
	       !(record->values[WAITED][CPU_TIME][round] > 0.1);
}

/* Of two threads, to that of one: by the clock, for CPU time does not count waiting. */
static bool throughput(const struct target *target, const struct results *results, double *value)
{
	const struct record *two = results_find(results, target->line, target->figure);
	const struct record *one = results_find(results, target->base, target->figure);
	double *ratios;
	size_t nr = 0;

	if (!two || !one)
		return false;
	ratios = calloc(two->rounds, sizeof(*ratios));
	if (!ratios)
		err(EXIT_FAILURE, "ratios");
	for (size_t round = 0; round < two->rounds; round++) {
		if (ran_at_once(two, round) && ran_at_once(one, round))
			ratios[nr++] = 2 * one->values[target->figure][WALL_TIME][round] /
				       two->values[target->figure][WALL_TIME][round];
	}
	*value = summarize(ratios, nr).median;
	free(ratios);
	return nr > 0;
}

#define WORST(size_, what, figure_, bound_)                                                      \
	{                                                                                        \
		.text = #size_ " bytes: " what ", worst of the three orders", .unit = "ns",      \
		.measure = worst_order, .size = (size_), .figure = (figure_), .bound = (bound_), \
	}

#define FLAT(size_, what, figure_)                                                              \
	{                                                                                       \
		.text = #size_ " bytes: a free in the dearest order / in the cheapest, " what,  \
		.unit = "x", .measure = spread_of_orders, .size = (size_), .figure = (figure_), \
		.bound = 2,                                                                     \
	}

#define SCALES(size_, what, figure_)                                                               \
	{                                                                                          \
		.text = #size_ " bytes: " what ", many live / few live, worst order", .unit = "x", \
		.measure = growth, .size = (size_), .figure = (figure_), .bound = 1.5,             \
	}

#define PAIR_COSTS(variant)                                                  \
	{                                                                    \
		.text = "pair, " variant, .unit = "ns", .measure = plain,    \
		.line = "pair/percpu/" variant, .figure = PAIR, .bound = 30, \
	}

#define PAIR_WITH_256_POSSIBLE(variant)                                                      \
	{                                                                                    \
		.text = "pair, " variant ": 256 CPUs possible / the machine's", .unit = "x", \
		.measure = ratio, .line = "pair/percpu/" variant "/possible256",             \
		.base = "pair/percpu/" variant, .figure = PAIR, .bound = 1.2,                \
	}

#define PAIRS_OF_TWO_THREADS(variant)                                                           \
	{                                                                                       \
		.text = "pair, " variant ": throughput of 2 threads / of 1", .unit = "x",       \
		.measure = throughput, .line = "pair/percpu/" variant "/threads2",              \
		.base = "pair/percpu/" variant, .figure = PAIR, .at_least = true, .bound = 1.6, \
	}

const struct target targets[] = {
	WORST(4, "an alloc, new process", ALLOC_FIRST, 60),
	WORST(4, "an alloc, later passes", ALLOC_AGAIN, 60),
	WORST(4, "a free, new process", FREE_FIRST, 40),
	WORST(4, "a free, later passes", FREE_AGAIN, 40),
	WORST(16, "an alloc, new process", ALLOC_FIRST, 60),
	WORST(16, "an alloc, later passes", ALLOC_AGAIN, 60),
	WORST(16, "a free, new process", FREE_FIRST, 40),
	WORST(16, "a free, later passes", FREE_AGAIN, 40),
	FLAT(4, "new process", FREE_FIRST),
	FLAT(4, "later passes", FREE_AGAIN),
	FLAT(16, "new process", FREE_FIRST),
	FLAT(16, "later passes", FREE_AGAIN),
	FLAT(64, "new process", FREE_FIRST),
	FLAT(64, "later passes", FREE_AGAIN),
	FLAT(256, "new process", FREE_FIRST),
	FLAT(256, "later passes", FREE_AGAIN),
	FLAT(1024, "new process", FREE_FIRST),
	FLAT(1024, "later passes", FREE_AGAIN),
	SCALES(4, "an alloc", ALLOC_AGAIN),
	SCALES(4, "a free", FREE_AGAIN),
	SCALES(16, "an alloc", ALLOC_AGAIN),
	SCALES(16, "a free", FREE_AGAIN),
	SCALES(64, "an alloc", ALLOC_AGAIN),
	SCALES(64, "a free", FREE_AGAIN),
	SCALES(256, "an alloc", ALLOC_AGAIN),
	SCALES(256, "a free", FREE_AGAIN),
	SCALES(1024, "an alloc", ALLOC_AGAIN),
	SCALES(1024, "a free", FREE_AGAIN),
	PAIR_COSTS("untouched"),
	PAIR_WITH_256_POSSIBLE("untouched"),
	PAIRS_OF_TWO_THREADS("untouched"),
	PAIR_COSTS("written"),
	PAIR_WITH_256_POSSIBLE("written"),
	PAIRS_OF_TWO_THREADS("written"),
	{
		.text = "8-byte counters: resident memory, metadata included, a counter a used CPU",
		.unit = "bytes",
		.measure = plain,
		.line = "memory/percpu/possible256",
		.figure = RESIDENT,
		.bound = 8.6,
	},
	{
		.text = "16-byte objects: metadata, of the bytes of one copy",
		.unit = "%",
		.measure = plain,
		.line = "metadata/percpu",
		.figure = METADATA_OF_ONE,
		.bound = 3,
	},
	{
		.text = "16-byte objects: metadata, of the bytes of all used copies",
		.unit = "%",
		.measure = plain,
		.line = "metadata/percpu",
		.figure = METADATA_OF_USED,
		.bound = 3,
	},
};
const size_t nr_targets = sizeof(targets) / sizeof(targets[0]);

bool target_is_met(const struct target *target, double value)
{
	return target->at_least ? value >= target->bound : value <= target->bound;
}
