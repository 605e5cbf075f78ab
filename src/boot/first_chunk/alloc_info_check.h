/* SPDX-License-Identifier: MIT */
/*
 * alloc_info_check.h - whether a layout is one that a first chunk can be made of; the public calls
 * are in percpu/impl/alloc_info.h.
 *
 * What is wrong is said as the condition that holds and must not, or NULL: nothing is.
 */
#ifndef PCPU_ALLOC_INFO_CHECK_H
#define PCPU_ALLOC_INFO_CHECK_H

#include <percpu/impl/alloc_info.h>

/* Of the sizes. */
const char *pcpu_sizes_flaw(const struct pcpu_alloc_info *ai);

/*
 * Of the units, whose sizes are right: says by CPU of @cpus which unit it has (@unit_map: UINT_MAX
 * before), and, where @unit_offsets is not NULL, at what offset if units of a group are @stride
 * apart.
 */
const char *pcpu_map_units(const struct pcpu_alloc_info *ai, const struct percpu_cpu_set *cpus,
			   size_t stride, unsigned int *unit_map, unsigned long *unit_offsets);

#endif /* PCPU_ALLOC_INFO_CHECK_H */
