/* SPDX-License-Identifier: MIT */
/* clock.h - the time, and waiting for it to pass. */
#ifndef SUPPORT_CLOCK_H
#define SUPPORT_CLOCK_H

#include <errno.h>
#include <time.h>

/* What @clock says, seconds. */
static inline double seconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static inline void nap(double s)
{
	struct timespec ts = {(time_t)s, (long)((s - (double)(time_t)s) * 1e9)};

	while (nanosleep(&ts, &ts) && errno == EINTR) {
	}
}

#endif /* SUPPORT_CLOCK_H */
