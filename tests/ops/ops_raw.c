/* SPDX-License-Identifier: MIT */
/* ops_raw.c - raw_cpu_X() on every type, in two kinds of place. */
#include "families.h"
#include "objects.h"

#define FAMILY_PLACES IN_TWO_PLACES
#define FAMILY raw_cpu_
#include "family.h"

int run_raw_operations(void)
{
	stay_on_one_cpu();
	return raw_cpu_run();
}
