/* SPDX-License-Identifier: MIT */
/*
 * plugin.c - what a program loads and closes. With DYNAMIC it has no static variable, and includes
 * no more than its operations need.
 */
#include "plugin.h"

#ifdef DYNAMIC
#include <percpu/alloc.h>
#include <percpu/ops.h>

static unsigned long __percpu *counter;

static void __attribute__((__constructor__)) allocate(void)
{
	counter = alloc_percpu(unsigned long);
}

#define COUNTER (*counter)
#else
#include <percpu/percpu.h>

static DEFINE_PER_CPU(unsigned long, counter);

#define COUNTER counter
#endif

#include <percpu/access.h>
#include <percpu/section.h>

static void count(unsigned long rounds)
{
	++*get_cpu_ptr(&COUNTER);
	put_cpu_ptr(&COUNTER);
	while (--rounds)
		this_cpu_inc(COUNTER);
}

static unsigned long counted(void)
{
	return (unsigned long)per_cpu_sum(COUNTER);
}

const struct plugin plugin = {count, counted};
