// SPDX-License-Identifier: MIT
/*
 * percpu_bench_around: what stands around the operations.  Counters, sections, allocation, start-up
 * and memory, by the public interface alone, so that it can be compiled against any version.
 */
#include "around/measure.h"

int main(int argc, char **argv)
{
	const struct groups all = {
		.program = "percpu_bench_around",
		.about = "Measures what stands around per-CPU operations: counters, sections, "
			 "allocation, start-up\n"
			 "and memory. compare.sh compares two versions of the library by it.\n",
		.group = groups,
		.nr = nr_groups,
	};

	return groups_main(&all, argc, argv);
}
