// SPDX-License-Identifier: MIT
/* The smallest program that uses the library: startup_empty.c plus one per-CPU variable. */
#include <percpu/percpu.h>

static DEFINE_PER_CPU(unsigned long, starts);

int main(void)
{
	this_cpu_inc(starts);
	return 0;
}
