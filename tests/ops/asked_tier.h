/* SPDX-License-Identifier: MIT */
/*
 * asked_tier.h - whether the test runs in the tier that it is to run in: percpu_backend() says what
 * PERCPU_TEST_TIER does, somewhere. Without this, a run that is to test another tier could test the
 * usual one again.
 */
#ifndef OPS_ASKED_TIER_H
#define OPS_ASKED_TIER_H

#ifdef __cplusplus
extern "C" {
#endif
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#ifdef __cplusplus
}
#endif

#include <percpu/percpu.h>

#include <stdlib.h>
#include <string.h>

static inline void tier_is_the_one_that_was_asked_for(void **state)
{
	const char *tier = getenv("PERCPU_TEST_TIER");

	(void)state;
	if (!tier)
		skip();
	else if (!strstr(percpu_backend(), tier))
		fail_msg("asked for %s, got %s", tier, percpu_backend());
}

#endif /* OPS_ASKED_TIER_H */
