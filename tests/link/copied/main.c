/* SPDX-License-Identifier: MIT */
/*
 * main.c - an executable counts in a shared object's variables, and the object counts too. OWN: it
 * has variables of its own, and far from them.
 */
#include "object.h"

#include <stdio.h>

#ifdef OWN
static DEFINE_PER_CPU(unsigned long, own) = 11;
static char large[1 << 20];
#endif

static unsigned long initial(void)
{
	return (7 + 2) * (unsigned long)num_possible_cpus();
}

static int check_own(void)
{
#ifdef OWN
	this_cpu_inc(own);
	large[sizeof(large) - 1]++;
	return per_cpu_sum(own) == 1 + 11 * (unsigned long)num_possible_cpus();
#else
	return 1;
#endif
}

int main(void)
{
	if (object_sum() != initial())
		return 2;
	object_count();
	this_cpu_inc(object_hits);
	this_cpu_add(object_votes[1], 5);
	object_count();
	if (per_cpu_sum(object_votes[0]) != num_possible_cpus() ||
	    per_cpu_sum(object_votes[2]) != 3 * num_possible_cpus())
		return 3;
	printf("copied: %lu, %d\n", object_sum() - initial(), check_own());
	return 0;
}
