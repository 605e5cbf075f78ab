/* SPDX-License-Identifier: MIT */
/* object.c - a shared object with a variable that the program uses as well; for copied.c. */
#include <percpu/percpu.h>

DEFINE_PER_CPU(long, of_object) = 7;

long count_in_object(void);

long count_in_object(void)
{
	this_cpu_inc(of_object);
	return per_cpu_sum(of_object);
}
