// SPDX-License-Identifier: MIT
#include "operations/way.h"

const struct bench_layout bench_layouts[NR_LAYOUTS] = {
	[LAYOUT_ONE] = {"one", 1, ONE_FIRST, ONE_STRIDE},
	[LAYOUT_PACKED] = {"packed", 16, PACKED_FIRST, PACKED_STRIDE},
	[LAYOUT_APART] = {"apart", 16, APART_FIRST, APART_STRIDE},
};

bool case_runs(const struct bench_case *subject, unsigned int threads)
{
	const struct bench_way *way = subject->way;

	return (!way->max_threads || threads <= way->max_threads) &&
	       (!way->available || way->available());
}
