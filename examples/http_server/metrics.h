/* SPDX-License-Identifier: MIT */
/*
 * The counters under the names that GET /metrics has them by.
 *
 * Per-CPU counters are registered where they are (counters_percpu.c), with the families below. What
 * is counted in another way is read by functions, whenever the page is made.
 */
#ifndef HTTP_SERVER_METRICS_H
#define HTTP_SERVER_METRICS_H

#include <stddef.h>

#include <percpu/metrics.h>

#include "counters.h"

extern const struct percpu_metric_desc metrics_requests;
extern const struct percpu_metric_desc metrics_body_bytes;
extern const struct percpu_metric_desc metrics_responses; /* by "class" */
extern const struct percpu_metric_desc metrics_latency;   /* LATENCY_BUCKETS buckets */

/* Once, when @counters are open: what they have not registered themselves. 0 or -errno. */
int metrics_open(const struct counter_ops *counters);
void metrics_close(void);

/* The page and its length in bytes; the caller frees it. NULL when memory is short. */
char *metrics_text(size_t *length);

#endif
