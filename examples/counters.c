/* SPDX-License-Identifier: MIT */
/* The smallest whole program: threads count in one per-CPU variable, main reads the exact sum. */
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
