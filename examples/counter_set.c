/* SPDX-License-Identifier: MIT */
/*
 * counter_set.c - what a server counts, in one set: read while it works, and handed over a minute
 * at a time, so that each request is in the figures of exactly one minute.
 *
 *	$ cc -O2 counter_set.c -lpercpu -o counter_set && ./counter_set
 *	400000 requests of 600000000 bytes in 61 minutes
 *
 * Exits with 1 if one is missing, or in two minutes.
 */
#include <percpu/counter_set.h>
#include <percpu/percpu.h>
#include <pthread.h>
#include <stdio.h>

PERCPU_COUNTER_SET(server_stats, uint64_t, requests, errors, bytes, by_status[6]);
static DEFINE_PER_CPU(struct server_stats, stats);

static void *serve(void *arg)
{
	for (int i = 0; i < 100000; i++) {
		const int status = i % 100 ? 2 : 5;

		this_cpu_inc(stats.requests);
		this_cpu_add(stats.bytes, 1500);
		this_cpu_inc(stats.by_status[status]);
		if (status == 5)
			this_cpu_inc(stats.errors);
	}
	return arg;
}

int main(void)
{
	struct server_stats minute, now;
	uint64_t requests = 0, bytes = 0;
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, serve, NULL))
			return 1;
	for (int i = 0; i < 60; i++) {
		if (percpu_take(&stats, sizeof(stats), &minute))
			return 1;
		requests += minute.requests;
		bytes += minute.bytes;
	}
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	percpu_sum_struct(&stats, &now);
	requests += now.requests;
	bytes += now.bytes;
	printf("%lu requests of %lu bytes in 61 minutes\n", (unsigned long)requests,
	       (unsigned long)bytes);
	return requests != 400000 || bytes != 400000 * 1500ul;
}
