// SPDX-License-Identifier: MIT
#include "alloc/run_delay.h"

#include <math.h>
#include <stdio.h>

double run_delay_ns(void)
{
	FILE *file = fopen("/proc/thread-self/schedstat", "re");
	unsigned long long delay;
	int found;

	if (!file)
		return NAN;
	found = fscanf(file, "%*u %llu", &delay);
	fclose(file);
	return found == 1 ? (double)delay : NAN;
}
