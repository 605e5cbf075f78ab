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
#include <stdint.h>
#include <stdlib.h>

/*
 * Far longer than any machine needs, however busy: what was not seen by then does not come. An
 * emulated one needs more, and PERCPU_TEST_PATIENCE says how many times as long.
 */
#define PATIENCE_SECONDS 240.0

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

/*
 * How often something has to be done that takes a thousandth of its time on one machine, and on a
 * busy one all of a minute: so often as is wanted, or a hundredth of that when ten seconds are
 * over. An emulated machine, which has more patience, is content so many times as soon.
 */
#define CONTENT_SECONDS 10.0

struct contentment {
	uint64_t wanted;
	double end;
};

static inline struct contentment be_content_with(uint64_t wanted)
{
	return (struct contentment){wanted,
				    seconds(CLOCK_MONOTONIC) + CONTENT_SECONDS / patience_factor()};
}

static inline bool are_enough(uint64_t times, const struct contentment *contentment)
{
	return times >= contentment->wanted ||
	       (times >= contentment->wanted / 100 && seconds(CLOCK_MONOTONIC) > contentment->end);
}

#endif /* SUPPORT_PATIENCE_H */
