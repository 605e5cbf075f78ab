/* SPDX-License-Identifier: MIT */
/*
 * random.h - random numbers that can be had again: from a seed, which is printed, and which
 * PERCPU_TEST_SEED sets.
 */
#ifndef SUPPORT_RANDOM_H
#define SUPPORT_RANDOM_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_next(struct random *random)
{
	/* splitmix64, of the public domain: any seed is good, 0 too */
	uint64_t z = random->state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

static inline struct random random_from(uint64_t seed)
{
	return (struct random){seed};
}

/* 0 .. @n - 1 */
static inline int random_below(struct random *random, int n)
{
	return (int)(random_next(random) % (uint64_t)n);
}

/* PERCPU_TEST_SEED, or another one each time. */
static inline uint64_t random_seed(void)
{
	const char *given = getenv("PERCPU_TEST_SEED");
	struct timespec now;
	uint64_t seed;

	clock_gettime(CLOCK_REALTIME, &now);
	seed = given ? strtoull(given, NULL, 0)
		     : (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
	printf("PERCPU_TEST_SEED=%#llx\n", (unsigned long long)seed);
	fflush(stdout);
	return seed;
}

#endif /* SUPPORT_RANDOM_H */
