/* SPDX-License-Identifier: MIT */
/*
 * ops_pinned.c - pinned_cpu_X() on every type. In a program that is compiled with PERCPU_PINNED
 * this_cpu_X() is this one too, and needs a thread that is pinned: so this file comes first there,
 * and pins it.
 */
#include "families.h"

#ifdef PERCPU_PINNED
#include "objects.h"

#define FAMILY_PLACES IN_TWO_PLACES
#define FAMILY pinned_cpu_
#include "family.h"

int run_pinned_operations(void)
{
	stay_on_one_cpu();
	assert_int_equal(percpu_thread_pin(row_cpu), 0);
	return pinned_cpu_run();
}
#else
int run_pinned_operations(void)
{
	return 0;
}
#endif
