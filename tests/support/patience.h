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

/* Far longer than any machine needs, however busy: what was not seen by then does not come. */
#define PATIENCE_SECONDS 60.0

struct patience {
	double end; /* CLOCK_MONOTONIC, seconds */
};

static inline struct patience be_patient(void)
{
	return (struct patience){seconds(CLOCK_MONOTONIC) + PATIENCE_SECONDS};
}

static inline bool is_out_of_patience(const struct patience *patience)
{
	return seconds(CLOCK_MONOTONIC) > patience->end;
}

#endif /* SUPPORT_PATIENCE_H */
