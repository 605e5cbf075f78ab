/* SPDX-License-Identifier: MIT */
/*
 * object.c - per-CPU variables that an executable uses as well: copied.sh. EXPORTED: as no
 * executable that has copies can be linked to.
 */
#include "object.h"

DEFINE_PER_CPU(unsigned long, object_hits) = 7;
DEFINE_PER_CPU(unsigned short[3], object_votes) = {1, 2, 3};
#ifdef EXPORTED
EXPORT_PER_CPU_SYMBOL(object_hits);
EXPORT_PER_CPU_SYMBOL(object_votes);
#endif
static DEFINE_PER_CPU(unsigned long, hidden) = 5;

void object_count(void)
{
	this_cpu_inc(object_hits);
	this_cpu_add(object_votes[1], 2);
	this_cpu_inc(hidden);
}

unsigned long object_sum(void)
{
	return per_cpu_sum(object_hits) + (unsigned long)per_cpu_sum(object_votes[1]);
}
