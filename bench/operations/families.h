/* SPDX-License-Identifier: MIT */
/* The ways, by the source file that has them. */
#ifndef BENCH_OPERATIONS_FAMILIES_H
#define BENCH_OPERATIONS_FAMILIES_H

#include "operations/way.h"

struct way_family {
	const struct bench_way *ways;
	size_t nr;
	/* What the loops work on; setup exits where it cannot be had.  NULL: nothing to do. */
	void (*setup)(void);
	void (*teardown)(void);
};

#define FAMILY_OF(array) .ways = (array), .nr = sizeof(array) / sizeof((array)[0])

extern const struct way_family ordinary_ways; /* that every program has */
extern const struct way_family peer_ways;     /* that need code of their own */
extern const struct way_family striped_ways;  /* shards of std::atomic */
extern const struct way_family librseq_ways;  /* where librseq is there */
extern const struct way_family dpdk_ways;     /* where DPDK is there */
extern const struct way_family percpu_ways;   /* this_cpu_X() and raw_cpu_X() */
extern const struct way_family value_ways;    /* ... that return a value */
extern const struct way_family pinned_ways;   /* pinned_cpu_X() */
extern const struct way_family section_ways;  /* sections, local locks, other CPUs' copies */

#endif
