/* SPDX-License-Identifier: MIT */
/*
 * counters.c - the smallest whole program: threads count in one per-CPU variable, and main() reads
 * the exact sum.
 *
 *	$ cc -O2 counters.c -lpercpu -o counters && ./counters
 *	4000000 requests
 *
 * Exits with 1 if one is missing.
 */
#include <pthread.h>
#include <stdio.h>

#include <percpu/percpu.h>

enum { THREADS = 4, REQUESTS_EACH = 1000000 };

static DEFINE_PER_CPU(unsigned long, requests);

static void *serve(void *unused)
{
	for (int i = 0; i < REQUESTS_EACH; i++)
		this_cpu_inc(requests);
	return unused;
}

int main(void)
{
	pthread_t thread[THREADS];
	int started = 0;

	while (started < THREADS && !pthread_create(&thread[started], NULL, serve, NULL))
		started++;
	for (int i = 0; i < started; i++)
		pthread_join(thread[i], NULL);

	unsigned long long sum = per_cpu_sum(requests);

	printf("%llu requests\n", sum);
	return sum != (unsigned long long)THREADS * REQUESTS_EACH;
}
