/* SPDX-License-Identifier: MIT */
/*
 * A part of the toolkit: a file of this folder, with one group of figures or more.  It says so
 * itself, so that parts know nothing of each other.
 */
#ifndef BENCH_TOOLKIT_PART_H
#define BENCH_TOOLKIT_PART_H

#include "harness/groups.h"

/* Groups are measured in the order of their names. */
void toolkit_add_group(const struct group *group);

/*
 * TOOLKIT_GROUP(ratelimit, "ratelimit", NULL, measure) - a group of that name, with that
 * configuration, of figures that the function books by figure(), figure_at_most() or turns.h.
 */
#define TOOLKIT_GROUP(id, ...)                                         \
	static void __attribute__((__constructor__)) add_##id(void)    \
	{                                                              \
		toolkit_add_group(&(const struct group){__VA_ARGS__}); \
	}

#endif
