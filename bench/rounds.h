/* SPDX-License-Identifier: MIT */
/*
 * The measurement.
 *
 * A shared machine is noisy, and its speed drifts.  So every case gets a short slice in every
 * round, all cases of a round are neighbours in time, and ratios are taken inside a round.  The
 * order of the cases is rotated from round to round and reversed in every other one, so that no
 * case has a fixed place or a fixed predecessor.
 */
#ifndef BENCH_ROUNDS_H
#define BENCH_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "cases.h"
#include "series.h"

struct schedule {
	size_t rounds;	   /* measured for each thread count */
	uint64_t slice_ns; /* wall time that a slice should take */
	uint64_t limit_ns; /* of one thread count: no new round later than this */
	bool pin;	   /* bind the i-th thread to the i-th CPU */
};

/* What was asked of a case, by all threads so far, and what ended threads counted on their own. */
struct ledger {
	struct bench_case subject;
	unsigned long iterations;
	struct counters retired;
};

/*
 * Runs the cases of @ledgers with @threads threads, fills @series, one a case and in the same
 * order, and adds what was done to @ledgers.  A case that does not run with so many threads
 * (case_runs()) has no rounds then.  Exits where a thread cannot be had.
 */
void run_rounds(const struct schedule *schedule, unsigned int threads, struct ledger *ledgers,
		struct series *series, size_t nr_cases);

/*
 * By how much the counters differ from what was asked, all differences added up; reports on
 * standard error where it is not 0.
 */
unsigned long ledger_lost(const struct ledger *ledger);

#endif
