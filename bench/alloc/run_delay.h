/* SPDX-License-Identifier: MIT */
/*
 * How long the machine has kept a thread from running.  A thread that sleeps in a lock does not
 * count as kept: this is the doing of other programs, never of what is measured.
 */
#ifndef BENCH_ALLOC_RUN_DELAY_H
#define BENCH_ALLOC_RUN_DELAY_H

/* Of the calling thread since its start, nanoseconds; NaN where the kernel does not say. */
double run_delay_ns(void);

#endif
