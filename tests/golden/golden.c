/* SPDX-License-Identifier: MIT */
/* golden.c - one function an operation, for golden.sh to disassemble. Run, it does each once. */
#include <percpu/percpu.h>

#include <stdio.h>

#define GOLDEN __attribute__((__noinline__, __used__))

DEFINE_PER_CPU(unsigned long, golden_count);

GOLDEN void golden_inc_static(void)
{
	this_cpu_inc(golden_count);
}

GOLDEN void golden_inc_dynamic(unsigned long __percpu *p)
{
	this_cpu_inc(*p);
}

GOLDEN void golden_add(unsigned long value)
{
	this_cpu_add(golden_count, value);
}

GOLDEN unsigned long golden_add_return(unsigned long value)
{
	return this_cpu_add_return(golden_count, value);
}

GOLDEN unsigned long golden_cmpxchg(unsigned long old, unsigned long value)
{
	return this_cpu_cmpxchg(golden_count, old, value);
}

GOLDEN unsigned long golden_xchg(unsigned long value)
{
	return this_cpu_xchg(golden_count, value);
}

GOLDEN unsigned long golden_read(void)
{
	return this_cpu_read(golden_count);
}

/* @n is at least 1. */
GOLDEN void golden_inc_loop(unsigned long n)
{
	do {
		this_cpu_inc(golden_count);
	} while (--n);
}

int main(void)
{
	unsigned long __percpu *p = alloc_percpu(unsigned long);

	if (!p)
		return 1;
	golden_inc_static();
	golden_inc_dynamic(p);
	golden_add(10);
	golden_inc_loop(100);
	golden_add_return(1000);
	golden_read();
	/* The copies of other CPUs are 0 unless the thread has moved meanwhile, so sums do not
	 * help. */
	golden_cmpxchg(~0UL, 1);
	printf("golden: %lu static, %lu dynamic\n", (unsigned long)per_cpu_sum(golden_count),
	       (unsigned long)per_cpu_sum(*p));
	golden_xchg(0);
	free_percpu(p);
	return 0;
}
