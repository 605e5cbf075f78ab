/* SPDX-License-Identifier: MIT */
/* refused_section.c - sections of what is no plain variable must not compile: see refused.c. */
#include <percpu/percpu.h>

static DEFINE_PER_CPU(long[3], wide);
static DEFINE_PER_CPU(
	struct { long member; }, object);
static DEFINE_PER_CPU(long, number);

void refused(long __percpu *pointer);

void refused(long __percpu *pointer)
{
	(void)pointer;
#if CASE == 0 /* these compile */
	get_cpu_var(wide)[1] = get_cpu_var(object).member + get_cpu_var(number);
	put_cpu_var(wide);
	put_cpu_var(object);
	put_cpu_var(number);
#elif CASE == 1
	get_cpu_var(wide[1]) = 1;
#elif CASE == 2
	get_cpu_var(object.member) = 1;
#elif CASE == 3
	get_cpu_var(*pointer) = 1;
#elif CASE == 4
	get_cpu_var((number)) = 1;
#elif CASE == 5
	(void)get_cpu_ptr(number);
#elif CASE == 6
	put_cpu_var(number + 1);
#endif
}
