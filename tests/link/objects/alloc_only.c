/* SPDX-License-Identifier: MIT */
/* alloc_only.c - an executable without a per-CPU variable of its own: only dynamic areas. */
#include <percpu/percpu.h>

#include <stdio.h>

#define ROUNDS 100000UL

int main(void)
{
	unsigned long __percpu *count = alloc_percpu(unsigned long);
	unsigned long sum = 0;
	unsigned int cpu;

	if (!count)
		return 1;
	for (unsigned long i = 0; i < ROUNDS; i++)
		this_cpu_inc(*count);
	for_each_possible_cpu(cpu)
		sum += *per_cpu_ptr(count, cpu);
	free_percpu(count);
	printf("alloc_only: %lu\n", sum);
	return sum != ROUNDS;
}
