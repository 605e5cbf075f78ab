/* SPDX-License-Identifier: MIT */
/*
 * metrics.h - what percpu/metrics.h has in line: updates, and reads of handles.
 */
#ifndef PERCPU_IMPL_METRICS_H
#define PERCPU_IMPL_METRICS_H

#include <percpu/metrics.h>

#include <percpu/access.h>
#include <percpu/backend.h>

#include <percpu/impl/begin.h>

/* In C++ 0 would be an int, and NULL may be one. */
#ifdef __cplusplus
#define __PERCPU_METRIC_NO_MORE static_cast<char *>(nullptr)
#else
#define __PERCPU_METRIC_NO_MORE ((char *)0)
#endif

/*
 * Where values are counted, by the place of their highest bit: in bucket base + (value >> shift).
 * Everything is in these two: below the lowest value and above the highest one all of an octave is
 * in one bucket.
 */
struct percpu_metric_shape {
	uint8_t shift[64];
	uint32_t base[64];
	uint32_t last;   /* the last bucket */
	uint32_t sum_at; /* the word of the sum, which is not 0; or 0: it is not counted */
	uint8_t lowest_log2, per_octave_log2;
};

__pcpu_always_inline void *__percpu_metric_is_counter(struct percpu_metric_counter *handle)
{
	return handle;
}

__pcpu_always_inline void *__percpu_metric_is_updown(struct percpu_metric_updown *handle)
{
	return handle;
}

__pcpu_always_inline void *__percpu_metric_is_gauge(struct percpu_metric_gauge *handle)
{
	return handle;
}

__pcpu_always_inline void *__percpu_metric_is_histogram(struct percpu_metric_histogram *handle)
{
	return handle;
}

__pcpu_inline void percpu_metric_inc(const struct percpu_metric_counter *counter)
{
	this_cpu_inc(*counter->value);
}

__pcpu_inline void percpu_metric_add(const struct percpu_metric_counter *counter, uint64_t n)
{
	this_cpu_add(*counter->value, n);
}

__pcpu_inline void percpu_metric_updown_add(const struct percpu_metric_updown *updown, int64_t n)
{
	this_cpu_add(*updown->value, n);
}

__pcpu_inline void percpu_metric_gauge_set(const struct percpu_metric_gauge *gauge, int64_t value)
{
	__atomic_store_n(gauge->value, value, __ATOMIC_RELAXED);
}

__pcpu_inline void percpu_metric_gauge_add(const struct percpu_metric_gauge *gauge, int64_t n)
{
	__atomic_fetch_add(gauge->value, n, __ATOMIC_RELAXED);
}

__pcpu_inline uint64_t percpu_metric_counter_read(const struct percpu_metric_counter *counter)
{
	return per_cpu_sum(*counter->value);
}

__pcpu_inline int64_t percpu_metric_updown_read(const struct percpu_metric_updown *updown)
{
	return per_cpu_sum(*updown->value);
}

__pcpu_inline int64_t percpu_metric_gauge_read(const struct percpu_metric_gauge *gauge)
{
	return __atomic_load_n(gauge->value, __ATOMIC_RELAXED);
}

__pcpu_always_inline uint32_t __percpu_metric_bucket_of(const struct percpu_metric_shape *shape,
							uint64_t value)
{
	const unsigned int highest_bit = 63u ^ (unsigned int)__builtin_clzll(value | 1);

	return shape->base[highest_bit] + (uint32_t)(value >> shape->shift[highest_bit]);
}

__pcpu_inline unsigned int percpu_metric_buckets(const struct percpu_metric_histogram *histogram)
{
	return histogram->shape->last + 1;
}

__pcpu_inline unsigned int percpu_metric_bucket_of(const struct percpu_metric_histogram *histogram,
						   uint64_t value)
{
	return __percpu_metric_bucket_of(histogram->shape, value);
}

__pcpu_inline void percpu_metric_observe(const struct percpu_metric_histogram *histogram,
					 uint64_t value)
{
	const struct percpu_metric_shape *shape = histogram->shape;

	this_cpu_inc(histogram->buckets[__percpu_metric_bucket_of(shape, value)]);
	if (shape->sum_at)
		this_cpu_add(histogram->buckets[shape->sum_at], value);
}

#include <percpu/impl/end.h>

/* behind what it uses, whichever header was included first */
#ifdef PERCPU_UP
#include <percpu/impl/up/metrics.h>
#endif

#endif /* PERCPU_IMPL_METRICS_H */
