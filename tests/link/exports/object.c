/* SPDX-License-Identifier: MIT */
/*
 * object.c - a shared object that exports per-CPU variables, and uses one of the program's.
 * EARLY: the line of the export stands before the definition, for clang's -fvisibility=hidden.
 */
#include "exports.h"

#ifdef EARLY
EXPORT_PER_CPU_SYMBOL(of_object);
EXPORT_PER_CPU_SYMBOL_GPL(votes_of_object);
#endif
EXPORT_SYMBOL(object_count);
EXPORT_SYMBOL_GPL(object_sees);

static DEFINE_PER_CPU(unsigned long, before) = 3;
DEFINE_PER_CPU(unsigned long, of_object) = 7;
DEFINE_PER_CPU_SHARED_ALIGNED(unsigned short[3], votes_of_object) = {1, 2, 3};

#ifndef EARLY
EXPORT_PER_CPU_SYMBOL(of_object);
EXPORT_PER_CPU_SYMBOL_GPL(votes_of_object);
#endif

void object_count(void)
{
	this_cpu_inc(before);
	this_cpu_inc(of_object);
	this_cpu_add(votes_of_object[1], 2);
	this_cpu_add(of_program, 3);
}

struct seen object_sees(void)
{
	return (struct seen){&of_object, &of_program, (unsigned long)per_cpu_sum(of_object),
			     (unsigned long)per_cpu_sum(votes_of_object[1]),
			     (unsigned long)per_cpu_sum(of_program)};
}
