// SPDX-License-Identifier: MIT
#include "around/used_cpus.h"

#include <percpu/percpu.h>

#include "harness/place.h"

static DEFINE_PER_CPU(unsigned long, used);

void use_two_cpus(void)
{
	int first = place_nth_cpu(0), second = place_nth_cpu(1);

	place_bind(second);
	this_cpu_inc(used);
	place_unbind();
	place_bind(first);
	this_cpu_inc(used);
}
