/* SPDX-License-Identifier: MIT */
/*
 * A barrier that lets the threads go within a fraction of a microsecond of each other: waiters
 * spin.  A futex barrier wakes them some 50 microseconds apart, which a slice of a millisecond
 * would show.
 */
#ifndef BENCH_START_LINE_H
#define BENCH_START_LINE_H

#include <stdatomic.h>

struct start_line {
	unsigned int parties;
	atomic_uint arrived;
	atomic_uint generation; /* grows each time that all have arrived */
};

void start_line_init(struct start_line *line, unsigned int parties);

/* Returns once all parties have called it; orders what they did before with what they do after. */
void start_line_wait(struct start_line *line);

#endif
