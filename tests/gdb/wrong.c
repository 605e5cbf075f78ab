/* SPDX-License-Identifier: MIT */
/*
 * wrong.c - a program that counts wrongly: for each request that it has not kept it calls a helper
 * from before its counters were per-CPU, which writes to the template.
 */
#include <percpu/percpu.h>

#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

DEFINE_PER_CPU(unsigned long, requests);

void finished(unsigned long sum);

void finished(unsigned long sum)
{
	(void)sum;
}

static void count_up(void *counter)
{
	unsigned long *plain = counter;

	*plain += 1;
}

static void answer(bool kept)
{
	if (kept)
		this_cpu_inc(requests);
	else
		count_up((void *)&requests);
}

int main(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return 77;
	for (int i = 1; i <= 10; i++)
		answer(i % 5 != 0);
	finished(per_cpu_sum(requests));
	return EXIT_SUCCESS;
}
