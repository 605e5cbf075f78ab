/* SPDX-License-Identifier: MIT */
/*
 * ratelimit.c - a thousand requests a second, and two hundred at once, from however many threads.
 *
 *	$ cc -O2 ratelimit.c -lpercpu -o ratelimit && ./ratelimit
 *	... of 400000 admitted; the bound is ...
 *
 * Exits with 1 if more were admitted than the bound says, or less than half of the burst.
 */
#include <percpu/percpu.h>
#include <percpu/ratelimit.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define BURST 200
#define RATE 1000 /* a second */
#define SECOND 1000000000u

static struct percpu_ratelimit limit;
static DEFINE_PER_CPU(unsigned long, admitted);
static DEFINE_PER_CPU(unsigned long, refused);

static void *ask(void *arg)
{
	for (int i = 0; i < 100000; i++) {
		if (percpu_ratelimit_take(&limit))
			this_cpu_inc(admitted);
		else
			this_cpu_inc(refused);
	}
	return arg;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / SECOND;
}

int main(void)
{
	pthread_t threads[4];
	double began = seconds(), most;

	if (percpu_ratelimit_init(&limit, (uint64_t)BURST * SECOND / RATE, BURST, GFP_KERNEL))
		return 1;
	for (int i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, ask, NULL))
			return 1;
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	most = BURST + RATE * (seconds() - began);
	printf("%lu of %lu admitted; the bound is %.0f\n", per_cpu_sum(admitted),
	       per_cpu_sum(admitted) + per_cpu_sum(refused), most);
	percpu_ratelimit_destroy(&limit);
	return (double)per_cpu_sum(admitted) > most || per_cpu_sum(admitted) < BURST / 2;
}
