/* SPDX-License-Identifier: MIT */
/*
 * alloc_info.h - the layout of the first chunk: sizes, groups, units; percpu/impl/alloc_info.h.
 *
 * Given the CPUs, how far they are from each other and the sizes that are wanted, decide how the
 * memory of the first chunk is cut up. The answer is a value: nothing is allocated but the answer,
 * and the machine is not asked. These functions may block (they get memory).
 */
#ifndef PCPU_ALLOC_INFO_H
#define PCPU_ALLOC_INFO_H

#include <percpu/impl/alloc_info.h>

/* What a layout is asked for: the arguments of pcpu_build_alloc_info(). */
struct pcpu_alloc_request {
	struct percpu_machine machine;
	size_t reserved_size, dyn_size, atom_size;
	/*
	 * Each pair of CPUs that end up in one group is compared, so a caller that knows of one
	 * node only should give NULL.
	 */
	pcpu_fc_cpu_distance_fn_t distance;
};

/* The layout; NULL, and @err becomes a negative errno. */
struct pcpu_alloc_info *pcpu_build_requested(const struct pcpu_alloc_request *request, int *err);

#endif /* PCPU_ALLOC_INFO_H */
