// SPDX-License-Identifier: MIT
/* A rate limit, far from it and at it, beside this_cpu_inc() and a bucket of one atomic word. */
#include "toolkit/part.h"

#include <err.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <percpu/percpu.h>
#include <percpu/ratelimit.h>

#include "harness/clock.h"
#include "toolkit/turns.h"

static DEFINE_PER_CPU(unsigned long, count);
static struct percpu_ratelimit far, at;
static DEFINE_RATELIMIT_STATE(state, 5000, 10);

/* What programs write: the time at which the bucket is full again, by compare and swap. */
static _Atomic uint64_t arrival;

static void take_by_hand(void)
{
	uint64_t before = atomic_load(&arrival), after, now = clock_ns(CLOCK_MONOTONIC);

	do {
		after = (before > now ? before : now) + 1;
		if (after - now > (1u << 30))
			errx(EXIT_FAILURE, "the bucket is empty");
	} while (!atomic_compare_exchange_weak(&arrival, &before, after));
}

static void take_far(void)
{
	if (!percpu_ratelimit_take(&far))
		errx(EXIT_FAILURE, "the bucket is empty");
}

WAY(inc, this_cpu_inc(count))
WAY(take, take_far())
WAY(by_hand, take_by_hand())
WAY(refused, (void)percpu_ratelimit_take(&at))
WAY(kernels, (void)__ratelimit(&state))

static void measure(void)
{
	static const struct way ways[] = {
		{"this_cpu_inc", inc, 0},
		{"percpu_ratelimit_take", take, 4},
		{"a bucket of one atomic word", by_hand, 0},
		{"percpu_ratelimit_take, at the limit", refused, 0},
		{"__ratelimit, at the limit", kernels, 0},
	};

	/* of a token each nanosecond nobody is refused; of ten a minute nearly everybody */
	if (percpu_ratelimit_init(&far, 1u << 30, 1u << 30, GFP_KERNEL) ||
	    percpu_ratelimit_init(&at, 60 * NSEC_PER_SEC, 10, GFP_KERNEL))
		errx(EXIT_FAILURE, "percpu_ratelimit_init");
	/* the message of what was suppressed comes with the next interval: not here */
	ratelimit_set_flags(&state, RATELIMIT_MSG_ON_RELEASE);
	turns_measure_all(ways, sizeof(ways) / sizeof(ways[0]));
}

TOOLKIT_GROUP(ratelimit, "ratelimit", NULL, measure)
TOOLKIT_GROUP(fallback, "ratelimit, fallback", "backend:fallback", measure)
