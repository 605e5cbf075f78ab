/* SPDX-License-Identifier: MIT */
/* tier.h - what a test may expect of the tier that it runs in, as percpu_backend() says. */
#ifndef SUPPORT_TIER_H
#define SUPPORT_TIER_H

#include "support/cmocka_all.h"

#include <percpu/percpu.h>

#include <stdlib.h>
#include <string.h>

/* Whether "this CPU" is the one that sched_setaffinity() speaks of. */
static inline bool indexed_by_cpu(void)
{
	return !strstr(percpu_backend(), "mm_cid");
}

static inline bool has_sequences(void)
{
	return strncmp(percpu_backend(), "rseq", 4) == 0;
}

static inline bool can_pin(void)
{
	const char *conf = getenv("PERCPU_CONF");

	return has_sequences() && indexed_by_cpu() && !(conf && strstr(conf, "place:elsewhere"));
}

/*
 * A test: the library says of its tier what PERCPU_TEST_TIER does, somewhere. Without this, a run
 * that is to test another tier could test the usual one again.
 */
static inline void tier_is_the_one_that_was_asked_for(void **state)
{
	const char *tier = getenv("PERCPU_TEST_TIER");

	(void)state;
	if (!tier)
		skip();
	else if (!strstr(percpu_backend(), tier))
		fail_msg("asked for %s, got %s", tier, percpu_backend());
}

#endif /* SUPPORT_TIER_H */
