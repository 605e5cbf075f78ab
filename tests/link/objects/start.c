/* SPDX-License-Identifier: MIT */
/* start.c - an executable with per-CPU variables, and two shared objects loaded with it. */
#include "threads.h"

#define ROUNDS 10000UL

DEFINE_PER_CPU(unsigned long, own) = 5;

int main(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (per_cpu(own, cpu) != 5)
			give_up("own", "a copy has not its initial value");
	check_fresh(&object_a, "a");
	check_fresh(&object_b, "b");
	check_counts(&object_a, "a", ROUNDS);
	if (object_b.counted() != 0)
		give_up("b", "has a's counts");
	check_counts(&object_b, "b", ROUNDS);
	for (unsigned long i = 0; i < ROUNDS; i++)
		this_cpu_inc(own);
	if (per_cpu_sum(own) != 5 * num_possible_cpus() + ROUNDS)
		give_up("own", "counts were lost");
	printf("start: a %lu, b %lu\n", object_a.counted(), object_b.counted());
	return 0;
}
