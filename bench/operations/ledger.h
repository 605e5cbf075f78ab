/* SPDX-License-Identifier: MIT */
/* Whether a case's counters have what was asked of its loops. */
#ifndef BENCH_OPERATIONS_LEDGER_H
#define BENCH_OPERATIONS_LEDGER_H

#include "operations/way.h"

/* What was asked of a case, by all threads so far, and what ended threads counted on their own. */
struct ledger {
	struct bench_case subject;
	unsigned long iterations;
	struct counters retired;
};

/*
 * By how much the counters differ from what was asked, all differences added up; reports on
 * standard error where it is not 0.
 */
unsigned long ledger_lost(const struct ledger *ledger);

#endif
