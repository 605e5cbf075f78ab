/* SPDX-License-Identifier: MIT */
/* kernel_file.c - the smallest program that needs the installed headers of the kernel. */
#include <linux/cpumask.h>
#include <linux/irqflags.h>
#include <linux/percpu.h>

#include <stdio.h>

static DEFINE_PER_CPU(unsigned long, requests);

int main(void)
{
	unsigned long flags, sum = 0;
	unsigned int cpu;

	local_irq_save(flags);
	this_cpu_add(requests, 40);
	local_irq_restore(flags);
	for_each_possible_cpu(cpu)
		sum += per_cpu(requests, cpu);
	printf("kernel file: %lu\n", sum);
	return 0;
}
