/* SPDX-License-Identifier: MIT */
/*
 * What the server counts, and the one interface behind which it is counted in three ways.
 *
 * Each way is a table of functions. The server calls all of them through such a table, so that a
 * comparison of the three pays the same indirect call everywhere.
 */
#ifndef HTTP_SERVER_COUNTERS_H
#define HTTP_SERVER_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "latency.h"

enum { STATUS_CLASSES = 4 }; /* 2xx, 3xx, 4xx and 5xx, in this order */

/* One answered request. */
struct answer {
	uint64_t body_bytes;
	uint64_t latency_ns;
	unsigned int status_class;   /* below STATUS_CLASSES */
	unsigned int latency_bucket; /* latency_bucket(latency_ns) */
};

/* Sums over answers. Nothing but uint64_t in it: counts_equal() compares it as an array. */
struct counts {
	uint64_t requests;
	uint64_t body_bytes;
	uint64_t by_class[STATUS_CLASSES];
	uint64_t by_latency[LATENCY_BUCKETS];
	uint64_t latency_ns;
};

/* How many counters of struct counts one answer changes: one of each kind. */
enum { COUNTERS_PER_ANSWER = 5 };

struct counter_ops {
	const char *name;
	bool registered; /* open() registers the counters as metrics (metrics.h) */

	/* Called once each, before the first thread counts and after the last. 0 or -errno. */
	int (*open)(void);
	void (*close)(void);

	/* The hot path: any thread, at any time. */
	void (*count)(const struct answer *answer);

	/*
	 * Reads the sums. While threads count, each counter is some value that it had during the
	 * call, and the counters need not agree with each other; when nobody counts, all is exact.
	 */
	void (*read)(struct counts *sum);

	/* The part of the sums counted on @cpu; false when nothing ever was. NULL: not by CPU. */
	bool (*read_cpu)(unsigned int cpu, struct counts *part);

	/* What the counters stand on, in words. NULL: nothing to say. */
	const char *(*backend)(void);
};

extern const struct counter_ops counters_percpu;
extern const struct counter_ops counters_atomic;
extern const struct counter_ops counters_mutex;
extern const struct counter_ops counters_none; /* counts nothing */

/* The table of that name ("percpu", "atomic", "mutex", "none"), or NULL. */
const struct counter_ops *counters_by_name(const char *name);

/* "2xx" for class 0, and so on. */
const char *status_class_name(unsigned int status_class);

/* Plain arithmetic on private sums. */
void counts_add_answer(struct counts *sum, const struct answer *answer);
void counts_add(struct counts *sum, const struct counts *part);
bool counts_equal(const struct counts *a, const struct counts *b);

#endif
