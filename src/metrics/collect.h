/* SPDX-License-Identifier: MIT */
/* collect.h - the values of all series of a registry, each read once. */
#ifndef PCPU_METRICS_COLLECT_H
#define PCPU_METRICS_COLLECT_H

#include "metrics/registry.h"

/*
 * Values in the order of families and, in these, of series: pcpu_family_words() of each. Of a
 * histogram they are the buckets and the sum. NULL: no memory. With the lock.
 */
uint64_t *pcpu_collect(struct percpu_metrics *registry);
void pcpu_collect_free(const struct percpu_metrics *registry, uint64_t *values);

/* The values of @nr words of all CPUs, added up, to @to. */
void pcpu_collect_sum(const uint64_t __percpu *words, uint32_t nr, uint64_t *to);

#endif /* PCPU_METRICS_COLLECT_H */
