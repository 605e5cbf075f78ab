/* SPDX-License-Identifier: MIT */
/* main.c - the smallest program that needs the installed headers and the installed library. */
#include <percpu/percpu.h>

#include <stdio.h>

DEFINE_PER_CPU(unsigned long, requests) = 2;

int main(void)
{
	this_cpu_add(requests, 40);
	printf("installed: %lu\n", per_cpu_sum(requests) - 2 * num_possible_cpus());
	return 0;
}
