/* SPDX-License-Identifier: MIT */
/*
 * hello.c - the smallest program that needs the headers and the library, and that both are of one
 * version.
 */
#include <percpu/percpu.h>

#include <stdio.h>
#include <string.h>

DEFINE_PER_CPU(unsigned long, requests) = 2;

int main(void)
{
	this_cpu_add(requests, 40);
	printf("hello: %lu, %s, %s\n", per_cpu_sum(requests) - 2 * num_possible_cpus(),
	       percpu_version(),
	       strcmp(percpu_version(), PERCPU_VERSION) == 0 ? "as compiled" : "another");
	return 0;
}
