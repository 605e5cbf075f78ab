/* SPDX-License-Identifier: MIT */
/* Time, and the buckets of the latency histogram. */
#include "latency.h"

#include <time.h>

enum { FIRST_BOUND_LOG2 = 10 };

uint64_t clock_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

unsigned int latency_bucket(uint64_t ns)
{
	if (ns <= UINT64_C(1) << FIRST_BOUND_LOG2)
		return 0;

	/* A bound belongs to its own bucket, hence the minus one before the logarithm. */
	unsigned int log2_up = 64 - (unsigned int)__builtin_clzll(ns - 1);
	unsigned int bucket = log2_up - FIRST_BOUND_LOG2;

	return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

uint64_t latency_bound_ns(unsigned int bucket)
{
	return UINT64_C(1) << (FIRST_BOUND_LOG2 + bucket);
}
