/* SPDX-License-Identifier: MIT */
/* Time, and the buckets of the latency histogram. */
#include "latency.h"

#include <time.h>

uint64_t clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

unsigned int latency_bucket(uint64_t ns)
{
	if (ns < UINT64_C(1) << LATENCY_FIRST_LOG2)
		return 0;

	unsigned int bits = 64 - (unsigned int)__builtin_clzll(ns);
	unsigned int bucket = bits - LATENCY_FIRST_LOG2;

	return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}
