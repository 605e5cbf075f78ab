/* SPDX-License-Identifier: MIT */
/*
 * patience.h - going on until something has been seen that comes when it comes: an aborted
 * sequence, a signal at the right moment, a thread that meets another. How often it comes in a
 * second is the machine's business, and no test's.
 *
 *	struct patience patience = be_patient();
 *
 *	while (!seen && !is_out_of_patience(&patience))
 *		provoke();
 */
#ifndef SUPPORT_PATIENCE_H
#define SUPPORT_PATIENCE_H

#include "support/clock.h"

#include <stdbool.h>
#include <stdlib.h>

/*
 * Far longer than any machine needs, however busy: what was not seen by then does not come. An
 * emulated one needs more, and PERCPU_TEST_PATIENCE says how many times as long.
 */
#define PATIENCE_SECONDS 60.0

static inline double patience_factor(void)
{
	const char *given = getenv("PERCPU_TEST_PATIENCE");

	return given ? strtod(given, NULL) : 1.0;
}

struct patience {
	double end; /* CLOCK_MONOTONIC, seconds */
};

static inline struct patience be_patient(void)
{
	return (struct patience){seconds(CLOCK_MONOTONIC) + PATIENCE_SECONDS * patience_factor()};
}

static inline bool is_out_of_patience(const struct patience *patience)
{
	return seconds(CLOCK_MONOTONIC) > patience->end;
}

#endif /* SUPPORT_PATIENCE_H */
