/* SPDX-License-Identifier: MIT */
/*
 * shape.h - the buckets of a histogram: per_octave of them for each power of two, all as wide.
 *
 * With s = log2(lowest) and k = log2(per_octave), value v is w = v >> s. Up to w = 2^k a bucket is
 * one w wide, and has its number. From there on, with d more bits in w than in 2^k, the bucket is
 * d * 2^k + (w >> d).
 */
#ifndef PCPU_METRICS_SHAPE_H
#define PCPU_METRICS_SHAPE_H

#include <percpu/metrics.h>

#include <stdbool.h>
#include <stdint.h>

/* As @desc has it; NULL, or what is wrong with it. */
const char *pcpu_shape_init(struct percpu_metric_shape *shape,
			    const struct percpu_metric_desc *desc);

/* Buckets, and the sum. */
static inline uint32_t pcpu_shape_words(const struct percpu_metric_shape *shape)
{
	return shape->last + 1 + (shape->sum_at != 0);
}

/* The least and the highest value of bucket @i. */
uint64_t pcpu_shape_lowest(const struct percpu_metric_shape *shape, uint32_t i);
uint64_t pcpu_shape_highest(const struct percpu_metric_shape *shape, uint32_t i);

/* All values added up, from @words, where it is counted; else what the buckets' middles give. */
uint64_t pcpu_shape_sum(const struct percpu_metric_shape *shape, const uint64_t *words);

#endif /* PCPU_METRICS_SHAPE_H */
