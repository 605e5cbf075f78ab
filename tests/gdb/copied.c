/* SPDX-License-Identifier: MIT */
/*
 * copied.c - an executable that is not position-independent, with a copy of a shared object's
 * variable: the template is in no section of per-CPU variables. And areas that come and go.
 */
#include <percpu/percpu.h>

#include <sched.h>
#include <stdlib.h>

DECLARE_PER_CPU(long, of_object);
DEFINE_PER_CPU(long, own) = 2;

long count_in_object(void);
void stop_here(void);

static long __percpu *freed;
static char __percpu *kept;

__attribute__((__noinline__)) void stop_here(void)
{
	__asm__ volatile("");
}

int main(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return 77;
	this_cpu_inc(of_object);
	this_cpu_inc(own);
	if (!count_in_object())
		return EXIT_FAILURE;
	freed = alloc_percpu(long);
	kept = __alloc_percpu(100, 4);
	free_percpu(freed);
	stop_here();
	free_percpu(kept);
	return EXIT_SUCCESS;
}
