/* SPDX-License-Identifier: MIT */
/* ops_this.c - this_cpu_X() on every type, in every kind of place. */
#include "families.h"
#include "objects.h"

#define FAMILY_PLACES IN_EVERY_PLACE
#define FAMILY this_cpu_
#include "family.h"

int run_this_operations(void)
{
	stay_on_one_cpu();
	return this_cpu_run();
}
