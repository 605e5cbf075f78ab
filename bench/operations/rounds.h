/* SPDX-License-Identifier: MIT */
/*
 * The measurement.
 *
 * Every case gets a short slice in every round (harness/rotation.h), and all threads run it at the
 * same time.
 */
#ifndef BENCH_OPERATIONS_ROUNDS_H
#define BENCH_OPERATIONS_ROUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include "operations/ledger.h"
#include "operations/results.h"

struct schedule {
	size_t rounds;     /* measured for each thread count */
	uint64_t slice_ns; /* wall time that a slice should take */
	uint64_t limit_ns; /* of one thread count: no new round later than this */
	bool pin;          /* bind the i-th thread to the i-th CPU */
};

/*
 * Runs the cases of @ledgers with @threads threads, fills @records, one a case and in the same
 * order, and adds what was done to @ledgers.  A case that does not run with so many threads
 * (case_runs()) has no rounds then.  Exits where a thread cannot be had.
 */
void run_rounds(const struct schedule *schedule, unsigned int threads, struct ledger *ledgers,
		struct record *records, size_t nr_cases);

#endif
