/* SPDX-License-Identifier: MIT */
/*
 * test_nest.c - operations inside the arguments of operations, in C and in C++.
 * Built with -Wshadow: the locals of one are not those of another.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <percpu/percpu.h>

#include <sched.h>
#include <stdio.h>

static DEFINE_PER_CPU(int, index_of);
static DEFINE_PER_CPU(long[4], array);
static DEFINE_PER_CPU(long, outer);
static DEFINE_PER_CPU(long, inner);

#define CHECK(condition) ((condition) ? 0 : (printf("failed: %s\n", #condition), 1))

int main(void)
{
	cpu_set_t one;

	/* what is read is what this thread has written: it stays where it is */
	CPU_ZERO(&one);
	CPU_SET(raw_smp_processor_id(), &one);
	if (sched_setaffinity(0, sizeof(one), &one))
		return 2;
	this_cpu_inc(array[this_cpu_read(index_of)]);
	this_cpu_add(outer, this_cpu_add_return(inner, 1));
	this_cpu_add(outer, this_cpu_xchg(inner, this_cpu_inc_return(outer)));
	return CHECK(per_cpu_sum(array[0]) == 1) + CHECK(per_cpu_sum(outer) == 3) +
	       CHECK(per_cpu_sum(inner) == 2);
}
