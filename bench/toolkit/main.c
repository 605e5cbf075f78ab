// SPDX-License-Identifier: MIT
/*
 * percpu_bench_toolkit: what is built of per-CPU operations, beside them and beside what programs
 * use instead.  Each file of this folder is a part; ratios are of one process, turn about.
 */
#include "toolkit/part.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#define MOST_GROUPS 64

static struct {
	struct group group[MOST_GROUPS];
	size_t nr;
} all;

void toolkit_add_group(const struct group *group)
{
	size_t i = all.nr++;

	if (all.nr > MOST_GROUPS)
		errx(EXIT_FAILURE, "more than %d groups", MOST_GROUPS);
	for (; i && strcmp(all.group[i - 1].name, group->name) > 0; i--)
		all.group[i] = all.group[i - 1];
	all.group[i] = *group;
}

int main(int argc, char **argv)
{
	const struct groups groups = {
		.program = "percpu_bench_toolkit",
		.about = "Measures the toolkit beside the operations that it is made of, and "
			 "beside what\n"
			 "programs use instead: times, and ratios by which it is judged.\n",
		.group = all.group,
		.nr = all.nr,
	};

	return groups_main(&groups, argc, argv);
}
