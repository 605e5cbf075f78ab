/* SPDX-License-Identifier: MIT */
/* shape.c - see shape.h. */
#include "metrics/shape.h"
#include "ground/assert.h"

#include <string.h>

#define MOST_PER_OCTAVE 256u
#define DEFAULT_PER_OCTAVE 4u

static unsigned int log2_of(uint64_t value)
{
	/* the mask says how much it is at most */
	return (63u - (unsigned int)__builtin_clzll(value)) & 63u;
}

static uint32_t in_bytes(uint32_t buckets)
{
	return buckets * (uint32_t)sizeof(uint64_t);
}

/* All octaves from @octave on, and of those below nothing more. */
static void end_at(struct percpu_metric_shape *shape, unsigned int octave)
{
	for (; octave < 64; octave++) {
		shape->offset[octave] = in_bytes(shape->last);
		shape->shift[octave] = 63;
	}
	/* 2^63 >> 63 is 1 */
	shape->offset[63] = in_bytes(shape->last - (shape->shift[63] == 63));
}

static void set_octaves(struct percpu_metric_shape *shape, unsigned int s, unsigned int k,
			unsigned int end)
{
	memset(shape, 0, sizeof(*shape));
	shape->lowest_log2 = (uint8_t)s;
	shape->per_octave_log2 = (uint8_t)k;
	for (unsigned int octave = 0; octave < end; octave++) {
		const unsigned int d = octave > s + k ? octave - s - k : 0;

		shape->offset[octave] = in_bytes(d << k);
		shape->shift[octave] = (uint8_t)(octave < s ? 63 : d + s);
	}
	/* where the octave after the last one would begin */
	shape->last = end > s + k ? ((end - s - k) << k) + (1u << k) : 1u << (end - s);
	if (end < 64)
		end_at(shape, end);
	else
		shape->last--;
}

static void add_sum(struct percpu_metric_shape *shape)
{
	shape->sum_at = shape->last + 1;
	for (unsigned int octave = 0; octave < 64; octave++)
		shape->shift[octave] |= __PERCPU_METRIC_SUMMED;
}

const char *pcpu_shape_init(struct percpu_metric_shape *shape,
			    const struct percpu_metric_desc *desc)
{
	const unsigned int per_octave = desc->per_octave ? desc->per_octave : DEFAULT_PER_OCTAVE;
	const uint64_t highest = desc->highest ? desc->highest : UINT64_MAX;
	const uint64_t lowest = desc->lowest ? desc->lowest : 1;

	if (per_octave > MOST_PER_OCTAVE || (per_octave & (per_octave - 1)))
		return "buckets for an octave that are no power of two, or more than 256";
	if (log2_of(highest) < log2_of(lowest))
		return "a highest value below the lowest";
	set_octaves(shape, log2_of(lowest), log2_of(per_octave), log2_of(highest) + 1);
	if (desc->exact_sum)
		add_sum(shape);
	return NULL;
}

uint64_t pcpu_shape_lowest(const struct percpu_metric_shape *shape, uint32_t i)
{
	const unsigned int s = shape->lowest_log2, k = shape->per_octave_log2;
	const uint32_t d = (i >> k) ? (i >> k) - 1 : 0;

	pcpu_assert(i <= shape->last);
	return (uint64_t)(i - (d << k)) << (d + s);
}

uint64_t pcpu_shape_highest(const struct percpu_metric_shape *shape, uint32_t i)
{
	return i < shape->last ? pcpu_shape_lowest(shape, i + 1) - 1 : UINT64_MAX;
}

uint64_t pcpu_shape_sum(const struct percpu_metric_shape *shape, const uint64_t *words)
{
	uint64_t sum = 0;

	if (shape->sum_at)
		return words[shape->sum_at];
	for (uint32_t i = 0; i < shape->last; i++) {
		const uint64_t lowest = pcpu_shape_lowest(shape, i);

		if (words[i])
			sum += words[i] * (lowest + (pcpu_shape_highest(shape, i) - lowest) / 2);
	}
	return sum + words[shape->last] * pcpu_shape_lowest(shape, shape->last);
}
