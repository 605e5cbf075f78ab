// SPDX-License-Identifier: MIT
/* Shards of std::atomic (striped.cc), as a way. */
#include "operations/families.h"

#include <err.h>
#include <stdlib.h>

#include <percpu/percpu.h>

#include "operations/striped.h"

static bench_loop *const loops[NR_LAYOUTS] = {
	[LAYOUT_ONE] = striped_one,
	[LAYOUT_APART] = striped_apart,
};

static void setup(void)
{
	if (striped_setup(nr_cpu_ids))
		errx(EXIT_FAILURE, "shards");
}

static const struct bench_way ways[] = {
	{
		.name = "striped_add",
		.peer = "std::atomic shards (LongAdder)",
		.loops = loops,
		.elsewhere = striped_sum,
	},
};

const struct way_family striped_ways = {
	FAMILY_OF(ways),
	.setup = setup,
	.teardown = striped_teardown,
};
