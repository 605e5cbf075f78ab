/* SPDX-License-Identifier: MIT */
/*
 * count_exactly.c - not a test, but what some start under conditions that a test cannot have
 * itself: counts in static and dynamic variables with as many threads as it gets, and says whether
 * the sums are exact.
 */
#include <percpu/percpu.h>

#include <pthread.h>
#include <stdio.h>

#define NR_THREADS 4
#define ROUNDS 20000

static DEFINE_PER_CPU(unsigned long, counted) = 0;
static DEFINE_PER_CPU(unsigned long, started) = 0;
static unsigned long __percpu *dynamic;

static void *count(void *arg)
{
	this_cpu_inc(started);
	for (int i = 0; i < ROUNDS; i++) {
		this_cpu_inc(counted);
		this_cpu_add(*dynamic, 2);
	}
	return arg;
}

int main(void)
{
	pthread_t threads[NR_THREADS];
	unsigned int running = 0, open = 0, cpu;
	unsigned long rounds;

	dynamic = alloc_percpu(unsigned long);
	if (!dynamic)
		return 1;
	while (running < NR_THREADS && pthread_create(&threads[running], NULL, count, NULL) == 0)
		running++;
	count(NULL);
	rounds = (running + 1UL) * ROUNDS;
	while (running)
		pthread_join(threads[--running], NULL);
	for_each_possible_cpu(cpu)
		open += percpu_unit_is_open(cpu);
	if (per_cpu_sum(started) * ROUNDS != rounds || per_cpu_sum(counted) != rounds ||
	    per_cpu_sum(*dynamic) != 2 * rounds)
		return 2;
	free_percpu(dynamic);
	printf("exact: %u possible, %u open, nr_cpu_ids %u, %s\n", num_possible_cpus(), open,
	       nr_cpu_ids, percpu_backend());
	return 0;
}
