/* SPDX-License-Identifier: MIT */
/* clock.c - see clock.h. */
#include "toolkit/clock.h"

#include <time.h>

uint64_t (*pcpu_clock_hook)(void);

uint64_t pcpu_clock_now(void)
{
	struct timespec now = {.tv_nsec = 1}; /* where a sandbox refuses it, it stands still */

	if (__builtin_expect(pcpu_clock_hook != NULL, 0))
		return pcpu_clock_hook();
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}
