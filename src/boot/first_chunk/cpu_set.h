/* SPDX-License-Identifier: MIT */
/* cpu_set.h - the CPUs that a layout is for, and how far they are from each other. */
#ifndef PCPU_CPU_SET_H
#define PCPU_CPU_SET_H

/* The possible CPUs. */
struct pcpu_cpu_set {
	const unsigned long *possible; /* bit c is set if CPU c may ever come online */
	unsigned int nr_cpu_ids;       /* bits that count: the highest possible CPU plus 1 */
};

/**
 * pcpu_fc_cpu_distance_fn_t - how far one CPU is from another
 * @from: a possible CPU
 * @to: another one
 * @ctx: what the request for a layout (alloc_info.h) was given
 *
 * The same question must always have the same answer; how often it is asked is not promised.
 *
 * Return: at most LOCAL_DISTANCE if @to is near.
 */
typedef int (*pcpu_fc_cpu_distance_fn_t)(unsigned int from, unsigned int to, void *ctx);

#endif /* PCPU_CPU_SET_H */
