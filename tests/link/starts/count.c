/* SPDX-License-Identifier: MIT */
/* count.c - a program, or with OBJECT an object, that counts a little and sees whether it did. */
#include <percpu/percpu.h>

static DEFINE_PER_CPU(unsigned long, counted) = 3;
static DEFINE_PER_CPU_PAGE_ALIGNED(unsigned long[600], page) = {1};

int count(void);

int count(void)
{
	for (int i = 0; i < 10; i++) {
		this_cpu_inc(counted);
		this_cpu_inc(page[599]);
	}
	return per_cpu_sum(counted) != 3 * num_possible_cpus() + 10 || per_cpu_sum(page[599]) != 10;
}

#ifndef OBJECT
int main(void)
{
	return count();
}
#endif
