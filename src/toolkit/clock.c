/* SPDX-License-Identifier: MIT */
/* clock.c - see clock.h. */
#include "toolkit/clock.h"
#include "events/count.h"

uint64_t (*pcpu_clock_hook)(void);

uint64_t pcpu_clock_now(void)
{
	if (__builtin_expect(pcpu_clock_hook != NULL, 0))
		return pcpu_clock_hook();
	return pcpu_stat_clock();
}
