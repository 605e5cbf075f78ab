/* SPDX-License-Identifier: MIT */
/*
 * A bucket to which nothing comes for a year: of its tokens as many are taken as are missing in the
 * end, and never more than there were.
 */
#include "toolkit/part.h"

#include <percpu/percpu.h>
#include <percpu/ratelimit.h>

#include <stdlib.h>
#include <unistd.h>

#define BURST (1u << 30)
#define INTERVAL (UINT64_C(1) << 54) /* ns: a token in 17 ms */

static struct percpu_ratelimit limit;
static struct toolkit_tally taken[TOOLKIT_WORKERS], given_back[TOOLKIT_WORKERS];

static void begin(void)
{
	if (percpu_ratelimit_init(&limit, INTERVAL, BURST, GFP_KERNEL))
		abort();
}

static void operate(unsigned int worker, unsigned int draw)
{
	const uint32_t nr = draw % 4;

	if (percpu_ratelimit_take_many(&limit, nr))
		taken[worker].outside += nr;
	if (draw % 64 == 3) {
		percpu_ratelimit_give_back(&limit, nr);
		given_back[worker].outside += nr;
	}
	if (draw % 65536 == 0)
		percpu_ratelimit_gather(&limit);
}

static void in_handler(unsigned int worker, unsigned int draw)
{
	(void)draw;
	if (percpu_ratelimit_take(&limit))
		taken[worker].inside++;
}

static void in_child(void)
{
	for (int i = 0; i < 100; i++)
		percpu_ratelimit_take(&limit);
	percpu_ratelimit_reset(&limit);
	if (percpu_ratelimit_available(&limit) != BURST || !percpu_ratelimit_take(&limit))
		_exit(1);
}

/* What came meanwhile is not much, but not nothing. */
static bool end(void)
{
	const uint64_t used = toolkit_tallies(taken) - toolkit_tallies(given_back);
	uint64_t left;

	percpu_ratelimit_gather(&limit);
	left = percpu_ratelimit_available(&limit);
	if (used >= BURST)
		return toolkit_equal("the tokens of a bucket that was emptied", left < 1000, true);
	return toolkit_equal("too many tokens", left > BURST - used + 1000000, false) &&
	       toolkit_equal("too few tokens", left < BURST - used, false);
}

TOOLKIT_PART(ratelimit, .name = "ratelimit", .begin = begin, .operate = operate,
	     .in_handler = in_handler, .in_child = in_child, .end = end)
