/* SPDX-License-Identifier: MIT */
/* refused.c - misuse that must not compile: the line that CASE selects. */
#include <percpu/percpu.h>

static DEFINE_PER_CPU(float, single);
static DEFINE_PER_CPU(double, real);
static DEFINE_PER_CPU(long[3], wide);
static DEFINE_PER_CPU(
	struct { char bytes[3]; }, odd);
static DEFINE_PER_CPU(
	struct {
		long first;
		int second;
	},
	unequal);
static DEFINE_PER_CPU(long, number);

void refused(void);

void refused(void)
{
#if CASE == 0 /* nothing: this one compiles */
	(void)this_cpu_read(single);
	(void)this_cpu_read(real);
	(void)this_cpu_read(wide[0]);
	(void)this_cpu_read(odd.bytes[0]);
	(void)this_cpu_read(unequal.second);
	(void)this_cpu_read(number);
#elif CASE == 1
	this_cpu_add(single, 1);
#elif CASE == 2
	this_cpu_or(real, 1);
#elif CASE == 3
	this_cpu_inc_return(real);
#elif CASE == 4
	this_cpu_read(odd);
#elif CASE == 5
	this_cpu_inc(odd);
#elif CASE == 6
	this_cpu_cmpxchg_double(unequal.first, unequal.second, 1, 2, 3, 4);
#elif CASE == 7
	raw_cpu_sub(single, 1);
#elif CASE == 8
	(void)this_cpu_ptr(number);
#endif
}
