/* SPDX-License-Identifier: MIT */
/*
 * metrics.h - counters, gauges and histograms with names and labels, counted per CPU, and the page
 * that a monitoring system reads.
 *
 *	static const struct percpu_metric_desc requests_desc = {
 *		.name = "http_requests", .help = "Requests answered.",
 *	};
 *	static struct percpu_metric_counter gets, posts;
 *
 *	percpu_metrics_counter(NULL, &gets, &requests_desc, "method", "GET");	// once
 *	percpu_metrics_counter(NULL, &posts, &requests_desc, "method", "POST");
 *
 *	percpu_metric_inc(&gets);						// a this_cpu_inc()
 *
 *	percpu_metrics_print(NULL, PERCPU_METRICS_OPENMETRICS, stdout);
 *
 * A *family* is all that has one name, help and type, as its struct percpu_metric_desc says; a
 * *series* is one of them, with its values of the labels. A *registry* has families; NULL is the
 * one that every program has. What a series counts into is in the handle that registering fills in:
 * there is nothing to be looked up when something is counted. A handle may be copied.
 *
 *	counter		counts up, per CPU
 *	updown		counts up and down, per CPU, and is shown as a gauge: connections, memory
 *	gauge		is set; one word for all CPUs, changed atomically, since the last of several
 *			CPUs that set it cannot be told from their copies
 *	histogram	how many values there were of each size, per CPU
 *	info		the number 1, with labels that say something
 *	function	of any type: what a function of the program says for each page
 *
 * Updates (percpu_metric_inc() and so on) are thread- and signal-safe, wait for nobody but who
 * holds the CPU, and may be made inside of sections, in forked children, and while the page is
 * written. All other calls are thread-safe and may block; they are not for handlers of signals, but
 * may be made in a child of fork(). Where copies are shared (shared.h), children count into what
 * was registered before they were forked, and every process has it on its page.
 *
 * With PERCPU_UP registering gives -EOPNOTSUPP and a warning in the log. The kernel has nothing
 * like this. docs/metrics.md is the guide.
 */
#ifndef PERCPU_METRICS_H
#define PERCPU_METRICS_H

#include <percpu/alloc.h>
#include <percpu/ops.h>

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <percpu/impl/begin.h>

__PCPU_BEGIN_DECLS

struct percpu_metrics;

/** Content types of the pages, for who serves them. */
#define PERCPU_METRICS_OPENMETRICS_TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"
#define PERCPU_METRICS_JSON_TYPE "application/json"

enum percpu_metrics_format {
	PERCPU_METRICS_OPENMETRICS, /* OpenMetrics text, 1.0 */
	PERCPU_METRICS_JSON,        /* docs/metrics.md has its shape */
};

enum percpu_metric_type {
	PERCPU_METRIC_COUNTER,
	PERCPU_METRIC_UPDOWN,
	PERCPU_METRIC_GAUGE,
	PERCPU_METRIC_HISTOGRAM,
	PERCPU_METRIC_INFO,
};

/**
 * struct percpu_metric_desc - a family; what is left out is 0
 *
 * It is copied. All series of a family are registered with the same one, or an equal one.
 */
struct percpu_metric_desc {
	/* [a-zA-Z_:][a-zA-Z0-9_:]*; of a counter with _total or without, which is the same */
	const char *name;
	const char *help; /* UTF-8; NULL: none */
	/* "seconds", "bytes" ...: what the name ends in (before _total); NULL: none */
	const char *unit;
	/*
	 * What is counted is shown divided by 10^decimals, exactly: 9 for nanoseconds that are
	 * shown as seconds. 0 .. 9.
	 */
	unsigned int decimals;

	/* Of histograms alone. */
	/*
	 * Buckets for each power of two: 1, 2, 4 .. 256, or 0, which is 4. From per_octave * lowest
	 * on a bucket is at most 1/per_octave times as wide as its lowest value is large: to within
	 * that a value is known. Below, buckets are as wide as lowest.
	 */
	unsigned int per_octave;
	uint64_t lowest; /* below it all values are in one bucket; the power of two below; 0 is 1 */
	uint64_t highest; /* above it all are in the last one; rounded up to 2^n - 1; 0: no limit */
	/*
	 * Whether the sum of all values is counted as well, by a second operation. If not, the page
	 * has the sum of the buckets' middles, which is off by half the buckets' widths at most; a
	 * value above the highest one counts as that.
	 */
	bool exact_sum;
};

/** Handles. per_cpu_ptr(counter.value, cpu) is one CPU's part. */
struct percpu_metric_counter {
	uint64_t __percpu *value;
};
struct percpu_metric_updown {
	int64_t __percpu *value;
};
struct percpu_metric_gauge {
	int64_t *value;
};
struct percpu_metric_histogram {
	uint64_t __percpu *buckets; /* and behind them the sum, if it is counted */
	const struct percpu_metric_shape *shape;
};

/**
 * percpu_metrics_create() - a registry of its own, beside the one that every program has
 *
 * Returns NULL: no memory.
 */
PERCPU_API struct percpu_metrics *percpu_metrics_create(void);

/**
 * percpu_metrics_destroy() - unregister all that is in @registry, and free it
 * @registry: NULL: the program's, which is empty then
 *
 * Nobody may use its handles any more. Returns 0; -EDEADLK: called by a function of a series.
 */
PERCPU_API int percpu_metrics_destroy(struct percpu_metrics *registry);

/**
 * percpu_metrics_register() - register a series
 * @registry: NULL: the program's
 * @labels: names and values in turn, then NULL; or NULL: none. At most 32. Names are
 *	[a-zA-Z_][a-zA-Z0-9_]*, do not start with __, are not le in a histogram, and are the same in
 *	the same order in all series of a family. Values are any UTF-8.
 * @handle: the one of that type; of PERCPU_METRIC_INFO NULL
 *
 * Registering what is registered already, with the same values of the labels, gives the same
 * handle: whoever counts something need not know who else does. It is there until it has been
 * unregistered as often.
 *
 * Returns 0; -EINVAL: a name, a label, the unit or the shape is none; -EEXIST: there is a family of
 * that name that is another, or one whose lines on the page would have the same name, or it is a
 * function; -ENOMEM: also where its buckets are more than the largest area has; -EDEADLK: called by
 * a function of a series. After an error nothing has changed, and the log has a warning that says
 * what was wrong.
 */
PERCPU_API int percpu_metrics_register(struct percpu_metrics *registry,
				       enum percpu_metric_type type,
				       const struct percpu_metric_desc *desc,
				       const char *const *labels, void *handle);

/**
 * percpu_metric_read_t - what a function of the program says of a series
 * @words: where it puts the value: one word; of a histogram one for each bucket, and the sum. They
 *	are 0 before. (A negative value of a gauge is one in two's complement.)
 *
 * Returns false: there is none now, and the page leaves the series out. It is called with the
 * library's lock for metrics: every call of this header but updates and reads of handles gives
 * -EDEADLK in it. It must not wait for a thread that may be in such a call, nor take CPUs up or
 * down.
 */
typedef bool (*percpu_metric_read_t)(void *arg, uint64_t *words);

/**
 * percpu_metrics_register_function() - register a series that @read says the value of
 *
 * As percpu_metrics_register(), but that nobody else may have registered it: -EEXIST.
 */
PERCPU_API int percpu_metrics_register_function(struct percpu_metrics *registry,
						enum percpu_metric_type type,
						const struct percpu_metric_desc *desc,
						const char *const *labels,
						percpu_metric_read_t read, void *arg);

/**
 * percpu_metrics_unregister() - end what one percpu_metrics_register() has begun
 * @name: of the family
 *
 * Where it is the last, the series is freed, and its handles are not to be used any more. Returns
 * 0; -ENOENT: there is none; -EINVAL: labels without a value; -EDEADLK.
 */
PERCPU_API int percpu_metrics_unregister(struct percpu_metrics *registry, const char *name,
					 const char *const *labels);

/* With the labels as arguments, the last of which is NULL. */
PERCPU_API int __percpu_metrics_register(struct percpu_metrics *registry,
					 enum percpu_metric_type type, void *handle,
					 const struct percpu_metric_desc *desc, ...)
	__attribute__((__sentinel__));
PERCPU_API int __percpu_metrics_register_function(struct percpu_metrics *registry,
						  enum percpu_metric_type type,
						  percpu_metric_read_t read, void *arg,
						  const struct percpu_metric_desc *desc, ...)
	__attribute__((__sentinel__));

/**
 * percpu_metrics_text() - the page
 * @length: its length in bytes, without the zero behind it; NULL: nobody wants it
 *
 * Every series is read once. What is counted meanwhile is in it or not; a counter, and each bucket,
 * is never less than on a page before; the count of a histogram is the sum of its buckets.
 *
 * Returns text from malloc(), to be freed by the caller; or NULL, and errno is ENOMEM or EDEADLK.
 */
PERCPU_API char *percpu_metrics_text(struct percpu_metrics *registry,
				     enum percpu_metrics_format format, size_t *length);

/**
 * percpu_metrics_write() - have @write write the page
 * @write: is given the whole page at once, without a lock; returns 0, or what this call returns
 *
 * Returns 0, what @write returned, -ENOMEM or -EDEADLK.
 */
PERCPU_API int percpu_metrics_write(struct percpu_metrics *registry,
				    enum percpu_metrics_format format,
				    int (*write)(void *arg, const char *text, size_t length),
				    void *arg);

/** percpu_metrics_print() - write the page to @file. Returns as percpu_metrics_write(), or -EIO. */
PERCPU_API int percpu_metrics_print(struct percpu_metrics *registry,
				    enum percpu_metrics_format format, FILE *file);

/* --- updates --- */

/** percpu_metric_inc() - count one: one restartable sequence, this_cpu_inc(). */
__pcpu_inline void percpu_metric_inc(const struct percpu_metric_counter *counter);
/** percpu_metric_add() - count @n. */
__pcpu_inline void percpu_metric_add(const struct percpu_metric_counter *counter, uint64_t n);

/** percpu_metric_updown_add() - add @n, which may be negative, to the CPU's part. */
__pcpu_inline void percpu_metric_updown_add(const struct percpu_metric_updown *updown, int64_t n);

/** percpu_metric_gauge_set() - store; percpu_metric_gauge_add() - add. Both atomic, and relaxed. */
__pcpu_inline void percpu_metric_gauge_set(const struct percpu_metric_gauge *gauge, int64_t value);
__pcpu_inline void percpu_metric_gauge_add(const struct percpu_metric_gauge *gauge, int64_t n);

/**
 * percpu_metric_observe() - count @value in its bucket
 *
 * One this_cpu_inc(), and with exact_sum a this_cpu_add() before it: a page that is written in
 * between has the value in the sum and not in its bucket, and so it stays where a process is killed
 * there.
 */
__pcpu_inline void percpu_metric_observe(const struct percpu_metric_histogram *histogram,
					 uint64_t value);

/* --- reads of handles --- */

/** percpu_metric_counter_read() - the value, as per_cpu_sum(): costs what the CPUs used cost. */
__pcpu_inline uint64_t percpu_metric_counter_read(const struct percpu_metric_counter *counter);
/** percpu_metric_updown_read() - the same. */
__pcpu_inline int64_t percpu_metric_updown_read(const struct percpu_metric_updown *updown);
/** percpu_metric_gauge_read() - the value that was set last, with what was added since. */
__pcpu_inline int64_t percpu_metric_gauge_read(const struct percpu_metric_gauge *gauge);

/** percpu_metric_buckets() - how many buckets there are: 2 or more. */
__pcpu_inline unsigned int percpu_metric_buckets(const struct percpu_metric_histogram *histogram);
/** percpu_metric_bucket_of() - in which of them @value is counted. */
__pcpu_inline unsigned int percpu_metric_bucket_of(const struct percpu_metric_histogram *histogram,
						   uint64_t value);

/** percpu_metric_bucket_bound() - the highest value of bucket @i; of the last one UINT64_MAX. */
PERCPU_API uint64_t percpu_metric_bucket_bound(const struct percpu_metric_histogram *histogram,
					       unsigned int i);

/**
 * percpu_metric_histogram_read() - how many values there were
 * @words: where it puts percpu_metric_buckets() counts and, behind them, the sum
 */
PERCPU_API uint64_t percpu_metric_histogram_read(const struct percpu_metric_histogram *histogram,
						 uint64_t *words);

/**
 * percpu_metric_quantile() - the highest value of the bucket in which a quantile is
 * @words: what percpu_metric_histogram_read() has read
 * @q: 0 .. 1: of so many of the values
 *
 * Returns 0 if there were none, and UINT64_MAX if it is in the last bucket.
 */
PERCPU_API uint64_t percpu_metric_quantile(const struct percpu_metric_histogram *histogram,
					   const uint64_t *words, double q);

__PCPU_END_DECLS

#include <percpu/impl/end.h>

/**
 * percpu_metrics_counter() - percpu_metrics_register() with the labels as arguments
 *
 *	percpu_metrics_counter(registry, &counter, &desc);
 *	percpu_metrics_counter(registry, &counter, &desc, "method", "GET", "code", "200");
 *
 * Each type has one of these.
 */
#define percpu_metrics_counter(registry, counter, ...)                              \
	__percpu_metrics_register(registry, PERCPU_METRIC_COUNTER,                  \
				  __percpu_metric_is_counter(counter), __VA_ARGS__, \
				  __PERCPU_METRIC_NO_MORE)
/** percpu_metrics_updown() - the same of an updown. */
#define percpu_metrics_updown(registry, updown, ...)                              \
	__percpu_metrics_register(registry, PERCPU_METRIC_UPDOWN,                 \
				  __percpu_metric_is_updown(updown), __VA_ARGS__, \
				  __PERCPU_METRIC_NO_MORE)
/** percpu_metrics_gauge() - the same of a gauge. */
#define percpu_metrics_gauge(registry, gauge, ...)                                                \
	__percpu_metrics_register(registry, PERCPU_METRIC_GAUGE, __percpu_metric_is_gauge(gauge), \
				  __VA_ARGS__, __PERCPU_METRIC_NO_MORE)
/** percpu_metrics_histogram() - the same of a histogram. */
#define percpu_metrics_histogram(registry, histogram, ...)                              \
	__percpu_metrics_register(registry, PERCPU_METRIC_HISTOGRAM,                    \
				  __percpu_metric_is_histogram(histogram), __VA_ARGS__, \
				  __PERCPU_METRIC_NO_MORE)
/** percpu_metrics_info() - the same of an info, which has no handle. */
#define percpu_metrics_info(registry, ...)                                               \
	__percpu_metrics_register(registry, PERCPU_METRIC_INFO, __PERCPU_METRIC_NO_MORE, \
				  __VA_ARGS__, __PERCPU_METRIC_NO_MORE)
/** percpu_metrics_function() - the same of a function: @type, @read and @arg for the handle. */
#define percpu_metrics_function(registry, type, read, arg, ...)                    \
	__percpu_metrics_register_function(registry, type, read, arg, __VA_ARGS__, \
					   __PERCPU_METRIC_NO_MORE)

/* How. */
#include <percpu/impl/metrics.h>

#endif /* PERCPU_METRICS_H */
