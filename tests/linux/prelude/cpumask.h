/* SPDX-License-Identifier: MIT */
/* cpumask.h - lib/cpumask.c has functions that are the library's, of headers that are ours. */
#include <linux/cpumask.h>
#include <linux/topology.h>

#undef cpumask_next_wrap
#define cpumask_next_wrap file_next_wrap
#define cpumask_local_spread file_local_spread
#define cpumask_any_distribute file_any_distribute
#define cpumask_any_and_distribute file_any_and_distribute

unsigned int cpumask_next_wrap(int n, const struct cpumask *mask, int start, bool wrap);
unsigned int cpumask_local_spread(unsigned int i, int node);
unsigned int cpumask_any_distribute(const struct cpumask *srcp);
unsigned int cpumask_any_and_distribute(const struct cpumask *src1p, const struct cpumask *src2p);
