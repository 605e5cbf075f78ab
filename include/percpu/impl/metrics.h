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
 * Where values are counted, by the place of their highest bit: in the bucket that lies (value >>
 * shift) words behind offset. Everything is in these two: below the lowest value and above the
 * highest one all of an octave is in one bucket.
 *
 * An observation is to cost little more than the addition that it ends in. So offsets are in bytes,
 * from the first bucket, which addresses are made of as they are; and whether the sum is counted is
 * said by each shift, which has to be loaded anyway.
 */
struct percpu_metric_shape {
	uint8_t shift[64]; /* the low 6 bits, and __PERCPU_METRIC_SUMMED */
	uint32_t offset[64];
	uint32_t last;   /* the last bucket */
	uint32_t sum_at; /* the word of the sum, which is not 0; or 0: it is not counted */
	uint8_t lowest_log2, per_octave_log2;
};

#define __PERCPU_METRIC_SUMMED 0x80u

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

/* The place of @value's highest bit; 0 of 0. */
__pcpu_always_inline uint64_t __percpu_metric_octave(uint64_t value)
{
#if defined(__x86_64__) && !defined(__LZCNT__)
	uint64_t bit = 0;

	/* of 0 it leaves the register as it is; the builtin would not say so, and takes two more */
	if (!__builtin_constant_p(value)) {
		__asm__("bsrq %1, %0" : "+r"(bit) : "r"(value) : "cc");
		return bit;
	}
#endif
	return 63u ^ (unsigned int)__builtin_clzll(value | 1);
}

__pcpu_always_inline uint32_t __percpu_metric_bucket_of(const struct percpu_metric_shape *shape,
							uint64_t value)
{
	const uint64_t octave = __percpu_metric_octave(value);

	return (uint32_t)(shape->offset[octave] / sizeof(uint64_t)) +
	       (uint32_t)(value >> (shape->shift[octave] & 63));
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

/* The sum comes first: then @value is not needed any more when it is shifted. */
__pcpu_inline void percpu_metric_observe(const struct percpu_metric_histogram *histogram,
					 uint64_t value)
{
	const struct percpu_metric_shape *shape = histogram->shape;
	const uint64_t octave = __percpu_metric_octave(value);
	const unsigned int shift = shape->shift[octave];
	uintptr_t first;

	if (__builtin_expect(shift & __PERCPU_METRIC_SUMMED, 0))
		this_cpu_add(histogram->buckets[shape->sum_at], value);
	first = __pcpu_address(histogram->buckets) + shape->offset[octave];
#ifdef __clang__
	/* else clang 19 sums up in another way with PERCPU_STRICT: an addition more */
	__asm__("" : "+r"(first));
#endif
	first += (value >> (shift & 63)) * sizeof(uint64_t);
	this_cpu_inc(*(uint64_t __percpu *)first);
}

#include <percpu/impl/end.h>

/* behind what it uses, whichever header was included first */
#ifdef PERCPU_UP
#include <percpu/impl/up/metrics.h>
#endif

#endif /* PERCPU_IMPL_METRICS_H */
