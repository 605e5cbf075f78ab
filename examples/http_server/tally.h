/* SPDX-License-Identifier: MIT */
/*
 * What the server itself saw, as the truth that the counters under test are held against.
 *
 * Every worker thread counts in plain variables that only it touches, which cannot lose an update.
 * They are read when the workers have ended, so they cannot be read too early either.
 */
#ifndef HTTP_SERVER_TALLY_H
#define HTTP_SERVER_TALLY_H

#include "counters.h"

/* Makes room for @threads worker threads. 0 or -errno. */
int tally_open(int threads);

/* Counts in the calling thread's own variables. */
void tally_count(const struct answer *answer);

/* The sums over all workers. Only when they have ended. */
void tally_read(struct counts *sum);

void tally_close(void);

#endif
