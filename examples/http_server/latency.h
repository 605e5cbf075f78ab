/* SPDX-License-Identifier: MIT */
/*
 * The buckets of the latency histogram: powers of two of a nanosecond, so that finding a bucket is
 * one instruction and every bound is an exact decimal number of seconds.
 *
 * Bucket 0 holds what took at most 2^10 ns (1 us), bucket i at most 2^(10 + i) ns, and the last
 * bucket everything above 2^33 ns (8.6 s).
 */
#ifndef HTTP_SERVER_LATENCY_H
#define HTTP_SERVER_LATENCY_H

#include <stdint.h>

enum { LATENCY_BUCKETS = 25 };

/* Nanoseconds on a clock that never goes back. */
uint64_t clock_now_ns(void);

/* The bucket that @ns falls in. */
unsigned int latency_bucket(uint64_t ns);

/* The highest latency that @bucket holds. Not for the last bucket, which has no bound. */
uint64_t latency_bound_ns(unsigned int bucket);

#endif
