/* SPDX-License-Identifier: MIT */
/*
 * The buckets of the latency histogram: powers of two of a nanosecond, so that finding a bucket is
 * one instruction. They are those that metrics_latency (metrics.h) gives the per-CPU histogram.
 *
 * Bucket 0 holds what took less than 2^10 ns (1 us), bucket i less than 2^(10 + i) ns, and the last
 * bucket everything from 2^33 ns (8.6 s) on.
 */
#ifndef HTTP_SERVER_LATENCY_H
#define HTTP_SERVER_LATENCY_H

#include <stdint.h>

enum { LATENCY_BUCKETS = 25, LATENCY_FIRST_LOG2 = 10 };

/* Nanoseconds on a clock that never goes back. */
uint64_t clock_now_ns(void);

/* The bucket that @ns falls in. */
unsigned int latency_bucket(uint64_t ns);

#endif
