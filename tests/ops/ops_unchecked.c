/* SPDX-License-Identifier: MIT */
/* ops_unchecked.c - __this_cpu_X() on every type, in two kinds of place. */
#include "families.h"
#include "objects.h"

#define FAMILY_PLACES IN_TWO_PLACES
#define FAMILY __this_cpu_
#include "family.h"

int run_unchecked_operations(void)
{
	stay_on_one_cpu();
	return __this_cpu_run();
}
